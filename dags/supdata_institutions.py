"""One Airflow DAG for each file in `institutions/`; a task start builds only the DAG it belongs to."""

from pathlib import Path

from airflow.sdk import get_parsing_context

from supdata.orchestration.building import build_dags

for dag in build_dags(Path(__file__).parent / "institutions", only=get_parsing_context().dag_id):
    globals()[dag.dag_id] = dag
