"""Rows out of an institution's own system: SFTP files, a REST API, a database."""
