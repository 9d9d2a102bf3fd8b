"""Great Expectations suites over enrolments; one verdict per row."""
