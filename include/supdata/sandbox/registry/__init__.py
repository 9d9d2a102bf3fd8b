"""A local SupData: it writes, reads and refuses as the national registry does, and fails on demand."""
