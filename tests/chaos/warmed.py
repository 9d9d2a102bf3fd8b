"""Imported once by the process that tasks are forked from: pays what Airflow's first file of a process costs (1 s)."""

from tempfile import TemporaryDirectory

from supdata.orchestration.run_folder import RunFolder

with TemporaryDirectory() as folder:
    RunFolder(folder, "warm", "up").write_bytes("plan", "any", b"anything")
