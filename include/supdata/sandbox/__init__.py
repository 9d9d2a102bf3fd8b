"""A local SupData, and the schools of the demo, on real servers."""
