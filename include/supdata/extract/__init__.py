"""Rows out of an institution's own system: SFTP files, a REST API, a database.

An extractor is handed an opened client, the institution file's `source` and the wanted columns, and yields one RawRow or
UnreadableRow per row, in the source's own order, without ever holding them all. Columns that are not wanted stay behind.
"""
