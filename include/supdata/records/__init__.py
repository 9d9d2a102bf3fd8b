"""The enrolment, its identifiers, and the values that pass between stages."""
