"""Three made schools: their students, the mistakes real exports have, and the servers their enrolments are read from."""
