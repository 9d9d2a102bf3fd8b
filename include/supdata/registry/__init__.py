"""The one remote: its client, and what its answers mean."""
