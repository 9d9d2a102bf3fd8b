"""What Airflow is told: the application under `/supdata`, the three places where it shows, and a link on each task.

Every component of Airflow loads this file, workers and DAG processor included. The application, and with it the ledger and the
templates, is therefore made only when somebody asks for it, which the api-server alone does.
"""

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from supdata_plugin.report_link import ReportLink

PREFIX = "/supdata"


class SupDataPlugin(AirflowPlugin):
    """The registration; what it names is relative, so that it holds below any address Airflow is served at."""

    name = "supdata"
    external_views = [  # noqa: RUF012 - the shape Airflow asks for
        {
            "name": "SupData",
            "href": "supdata/",
            "destination": "nav",
            "url_route": "supdata",
            "icon": "supdata/static/icon.svg",
            "nav_top_level": True,
        },
        {"name": "SupData", "href": "supdata/schools/{DAG_ID}", "destination": "dag", "url_route": "supdata-school"},
        {
            "name": "SupData",
            "href": "supdata/schools/{DAG_ID}/runs/{RUN_ID}",
            "destination": "dag_run",
            "url_route": "supdata-run",
        },
    ]
    global_operator_extra_links = [ReportLink()]  # noqa: RUF012 - the shape Airflow asks for

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override] # nobody sets it
        """Return the application, made at the first call."""
        from supdata_plugin.application import make_application

        return [{"name": "SupData", "app": make_application(), "url_prefix": PREFIX}]
