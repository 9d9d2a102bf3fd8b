"""Imported once by the process that tasks are forked from: pays for Airflow's first file and first connection of a process.

Without it each task spends twice as long on that as on the records it sends.
"""

import os
from tempfile import TemporaryDirectory

from supdata.orchestration.connections import find_connection
from supdata.orchestration.run_folder import RunFolder

os.environ["AIRFLOW_CONN_ANY"] = '{"conn_type": "generic"}'
find_connection("any")
del os.environ["AIRFLOW_CONN_ANY"]
with TemporaryDirectory() as folder, RunFolder(folder, "warm", "up").stage("plan", {}):
    pass
