"""The metrics: one list of them, the same beside the institution files and in the dashboard."""

import json
import re
from pathlib import Path

from supdata.orchestration import metrics
from supdata.orchestration.metrics import METRICS
from supdata.records.counts import Counts

PROJECT = Path(__file__).parents[3]
DASHBOARD = Path(metrics.__file__).parent / "grafana.json"
PAGE = (PROJECT / "dags" / "institutions" / "README.md").read_text(encoding="utf-8")


def in_prometheus(name: str) -> str:
    """Return how a metric is called there: Airflow's prefix, and no dots."""
    return f"airflow_{name.replace('.', '_')}"


def test_the_dashboard_shows_only_metrics_that_exist() -> None:
    text = DASHBOARD.read_text(encoding="utf-8")
    shown = set(re.findall(r"airflow_supdata_[a-z_]+[a-z]", text))
    assert len(shown) > 10
    assert shown <= set(map(in_prometheus, METRICS))


def test_the_dashboard_asks_every_panel_by_school() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [panel["title"] for panel in panels for target in panel["targets"] if "$uai" not in target["expr"]] == []


def test_every_metric_is_explained_beside_the_institution_files() -> None:
    named = [name for name in METRICS if not name.startswith(f"{metrics.ROWS}.")]
    assert [name for name in named if f"`{name}`" not in PAGE] == []
    assert f"`{metrics.ROWS}.<state>`" in PAGE
    assert {name.removeprefix(f"{metrics.ROWS}.") for name in METRICS if name.startswith(f"{metrics.ROWS}.")} == set(
        Counts.__struct_fields__
    )
