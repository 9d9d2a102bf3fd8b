"""The link from a task to the report of its run."""

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

from supdata.orchestration.naming import is_school


class ReportLink(BaseOperatorLink):
    """Leads from each task of a school's DAG to the run's report; other DAGs' tasks get none."""

    name = "SupData report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return where the run's report shows as a tab of the run, "" for a DAG that is no school's."""
        dag = operator.get_dag() if hasattr(operator, "get_dag") else operator.dag
        if dag is None or not is_school(dag.tags, dag.dag_display_name):
            return ""
        base: str = conf.get("api", "base_url", fallback="/")
        dag_id, run_id = (quote(one, safe="") for one in (ti_key.dag_id, ti_key.run_id))
        return f"{base.rstrip('/')}/dags/{dag_id}/runs/{run_id}/plugin/supdata-run"
