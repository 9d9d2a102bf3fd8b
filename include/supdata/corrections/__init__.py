"""What registrars give back: the corrected list read, and its corrections put into the rows they are for."""
