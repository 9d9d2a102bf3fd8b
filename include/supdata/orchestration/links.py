"""Addresses in Airflow's pages, for messages that leave Airflow: they hold a school's DAG and a run's name, no more."""

from urllib.parse import quote

from airflow.sdk.configuration import conf


def run_link(dag_id: str, run_id: str) -> str:
    """Return where a run is shown, by the address that `[api] base_url` gives."""
    return f"{_base()}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def report_link(dag_id: str, run_id: str) -> str:
    """Return where a registrar finds the report of a run and the rows to correct, behind Airflow's login."""
    return f"{_base()}/supdata/schools/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def _base() -> str:
    base: str = conf.get("api", "base_url", fallback="http://localhost:8080")
    return base.rstrip("/")
