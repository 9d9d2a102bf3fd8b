"""Rows and a column mapping into enrolments; certain repairs only."""
