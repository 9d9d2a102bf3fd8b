"""What a registrar reads: the run report and the rows to correct."""
