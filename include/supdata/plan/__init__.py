"""Verdicts and the ledger into what to send, in chunks."""
