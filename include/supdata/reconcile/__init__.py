"""The balance: every row in exactly one state."""
