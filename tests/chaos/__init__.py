"""Chaos: whole nights against a real registry and a real ledger while things break, and a count of what became of every row."""
