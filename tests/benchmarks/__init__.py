"""Benchmarks: importable, seeded, run by `make bench`; each prints a table and leaves its figures under var/bench/."""
