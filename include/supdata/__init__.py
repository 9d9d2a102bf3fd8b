"""Carry student enrolments from an institution's information system into SupData, and say what is wrong with them."""
