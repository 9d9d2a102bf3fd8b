"""What the registrar reads of a run: a French page, and the list of rows to correct."""
