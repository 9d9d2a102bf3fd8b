"""The schools and their runs as Airflow's database has them; what is asked here shows nobody more than Airflow itself would."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow.models.dag import DagModel, DagTag
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from airflow.utils.state import DagRunState, TaskInstanceState
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from supdata.orchestration.naming import BROKEN_TAG, TAG, parts_of, registrars_of

#: Airflow's own states of a run that has not ended.
UNDER_WAY = frozenset({DagRunState.QUEUED, DagRunState.RUNNING})
#: What is read of a run.
FACTS = (DagRun.dag_id, DagRun.run_id, DagRun.state, DagRun.run_after, DagRun.start_date, DagRun.end_date)


@dataclass(frozen=True, kw_only=True)
class School:
    """One institution file as Airflow knows its DAG; `broken` when the file has faults, and then `uai` is the file's name."""

    dag_id: str
    uai: str
    name: str
    paused: bool
    broken: bool
    next_run: datetime | None
    registrars: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class AirflowRun:
    """One run as Airflow knows it; `due` is when it was to start, `asks` whether it waits for a person."""

    run_id: str
    state: str
    due: datetime
    started: datetime | None
    ended: datetime | None
    asks: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether the run has not ended."""
        return self.state in UNDER_WAY


def schools(session: Session, dag_ids: Collection[str] | None = None) -> list[School]:
    """Return the schools among `dag_ids` by name of file; None means all there are."""
    ours = select(DagTag.dag_id).where(DagTag.name == TAG)
    found = select(
        DagModel.dag_id,
        DagModel._dag_display_property_value.label("shown"),  # noqa: SLF001 - the column behind a property that SQL cannot read
        DagModel.is_paused,
        DagModel.next_dagrun_create_after,
    ).where(DagModel.dag_id.in_(ours), DagModel.is_stale.is_(False))
    if dag_ids is not None:
        found = found.where(DagModel.dag_id.in_(dag_ids))
    rows = session.execute(found.order_by(DagModel.dag_id)).all()
    tags = _tags(session, [row.dag_id for row in rows])
    return [_school(row, parts, tags[row.dag_id]) for row in rows if (parts := parts_of(row.shown))]


def school(session: Session, dag_id: str) -> School | None:
    """Return the school of a DAG, None when the DAG is unknown or no school's."""
    return next(iter(schools(session, [dag_id])), None)


def last_runs(session: Session, dag_ids: Collection[str]) -> dict[str, AirflowRun]:
    """Return the newest run of each DAG that has one."""
    newest = (
        select(DagRun.run_id, DagRun.state, DagRun.run_after, DagRun.start_date, DagRun.end_date)
        .where(DagRun.dag_id == DagModel.dag_id)
        .order_by(DagRun.run_after.desc(), DagRun.id.desc())
        .limit(1)
        .lateral()
    )
    rows = session.execute(select(DagModel.dag_id, newest).join(newest, true()).where(DagModel.dag_id.in_(dag_ids)))
    asking = _asking(session, dag_ids)
    return {row.dag_id: _run(row, asking) for row in rows}


def runs(session: Session, dag_id: str, last: int) -> list[AirflowRun]:
    """Return the last runs of a DAG, the newest first."""
    found = select(*FACTS).where(DagRun.dag_id == dag_id).order_by(DagRun.run_after.desc(), DagRun.id.desc()).limit(last)
    asking = _asking(session, [dag_id])
    return [_run(row, asking) for row in session.execute(found)]


def run(session: Session, dag_id: str, run_id: str) -> AirflowRun | None:
    """Return one run of a DAG, None when there is none of that id."""
    found = select(*FACTS).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    row = session.execute(found).one_or_none()
    return _run(row, _asking(session, [dag_id])) if row else None


def _asking(session: Session, dag_ids: Collection[str]) -> set[tuple[str, str]]:
    """Return DAG and run of each question that nobody has answered yet."""
    found = (
        select(TaskInstance.dag_id, TaskInstance.run_id)
        .join(HITLDetail, HITLDetail.ti_id == TaskInstance.id)
        .where(
            HITLDetail.responded_at.is_(None),
            TaskInstance.state.in_((TaskInstanceState.AWAITING_INPUT, TaskInstanceState.DEFERRED)),
            TaskInstance.dag_id.in_(dag_ids),
        )
    )
    return {(row.dag_id, row.run_id) for row in session.execute(found)}


def _tags(session: Session, dag_ids: Iterable[str]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for dag_id, name in session.execute(select(DagTag.dag_id, DagTag.name).where(DagTag.dag_id.in_(list(dag_ids)))):
        tags.setdefault(dag_id, []).append(name)
    return tags


def _school(row: Any, parts: tuple[str, str], tags: list[str]) -> School:
    uai, name = parts
    return School(
        dag_id=row.dag_id,
        uai=uai,
        name=name,
        paused=row.is_paused,
        broken=BROKEN_TAG in tags,
        next_run=row.next_dagrun_create_after,
        registrars=registrars_of(tags),
    )


def _run(row: Any, asking: set[tuple[str, str]]) -> AirflowRun:
    return AirflowRun(
        run_id=row.run_id,
        state=str(row.state),
        due=row.run_after,
        started=row.start_date,
        ended=row.end_date,
        asks=(row.dag_id, row.run_id) in asking,
    )
