"""A chunk of planned records into receipts."""
