"""A home for Airflow, before the test modules import it."""

import os
import tempfile

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="supdata-airflow-"))
