"""The `supdata` command."""
