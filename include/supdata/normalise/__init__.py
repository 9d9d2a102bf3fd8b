"""Rows and a column mapping into enrolments: pure, certain repairs only.

What is understood takes its canonical form. What is not stays as it was found, so that a rule can name it to the registrar: a
guess that is right nine times in ten declares the tenth student wrongly.
"""
