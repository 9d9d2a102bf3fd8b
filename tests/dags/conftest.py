"""Airflow, as far as parsing needs it: a home of its own, no example DAGs, no database."""

import os
import tempfile

# Airflow reads its configuration when it is first imported, which is when the test modules below are collected.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="supdata-airflow-"))
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
os.environ.setdefault("AIRFLOW__CORE__UNIT_TEST_MODE", "False")
