"""The Airflow DAG `supdata_maintenance`: what all schools need together, once a day."""

from pathlib import Path

from supdata.orchestration.maintenance import build_maintenance_dag

dag = build_maintenance_dag(Path(__file__).parent / "institutions")
