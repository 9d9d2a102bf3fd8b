"""Schools, runs and figures as the pages' tests need them."""

from datetime import UTC, datetime

import msgspec

from supdata.records.counts import Counts
from supdata.records.summary import RunSummary
from supdata_plugin.overview import Row
from supdata_plugin.schools import AirflowRun, School

NIGHT = datetime(2026, 11, 27, 1, tzinfo=UTC)


def a_school(uai: str = "0751717J", name: str = "Université d'exemple", **changes: object) -> School:
    given = {"dag_id": f"supdata_{uai.lower()}", "paused": False, "broken": False, "next_run": None, "registrars": frozenset()}
    return School(uai=uai, name=name, **{**given, **changes})  # type: ignore[arg-type] # a test gives what it means to


def a_run(state: str = "success", **changes: object) -> AirflowRun:
    given = {"run_id": "scheduled__1", "due": NIGHT, "started": NIGHT, "ended": NIGHT}
    return AirflowRun(state=state, **{**given, **changes})  # type: ignore[arg-type]


def a_summary(uai: str = "0751717J", known: tuple[str, ...] | None = None, **counts: int) -> RunSummary:
    figures = msgspec.to_builtins(Counts(**counts))
    return RunSummary(
        uai=uai,
        dag_id=f"supdata_{uai.lower()}",
        run_id="scheduled__1",
        due=NIGHT,
        started=NIGHT,
        ended=NIGHT,
        state="success",
        light="green",
        dry_run=False,
        partial=False,
        failed_stage="",
        error="",
        counts=figures,
        known=tuple(figures) if known is None else known,
        rules={},
        to_correct=counts.get("rejected", 0),
        batch="",
    )


def a_row(
    school: School | None = None,
    run: AirflowRun | None = None,
    summary: RunSummary | None = None,
    doubt: datetime | None = None,
) -> Row:
    return Row(school=school or a_school(), run=run, summary=summary, doubt=doubt)
