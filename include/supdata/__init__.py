"""Carry student enrolments from an institution's information system into SupData, and say what is wrong with them."""

import os

# openpyxl reads workbooks with lxml where another package has brought it, and then defusedxml guards nothing any more.
os.environ.setdefault("OPENPYXL_LXML", "False")
