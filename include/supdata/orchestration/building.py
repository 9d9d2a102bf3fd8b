"""One Airflow DAG per institution file."""

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from functools import partial
from pathlib import Path

import pendulum
from airflow.sdk import DAG
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from supdata.config.faults import InvalidInstitution
from supdata.config.loading import institution_file_names, load_institution
from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.orchestration import tasks
from supdata.orchestration.approval import ApproveHeld
from supdata.orchestration.arriving import moment_of, waiting_for_file
from supdata.orchestration.faulty import build_faulty_dag
from supdata.orchestration.naming import TAG, display_name, registrar_tags
from supdata.orchestration.notifying import notifiers, tell_late
from supdata.orchestration.retrying import RETRIES, RETRY_DELAY, RETRY_POLICY
from supdata.orchestration.run import PARAMS
from supdata.orchestration.stage import Stage, options_of
from supdata.orchestration.timetable import SharedCronTimetable

#: One pool for the registry: its slots times a slot's rate is the rate of all schools together.
REGISTRY_POOL = "supdata_registry"
#: A schedule needs a beginning; nothing before it is ever run, since catchup is off.
EPOCH = (2026, 1, 1)
#: What may not stand in a DAG id.
_UNFIT = re.compile(r"[^a-z0-9_.-]")


def dag_ids(names: Iterable[str]) -> dict[str, str]:
    """Return the names of institution files by DAG id, which comes of the name alone, so that a broken file has one too.

    Two names that differ only in what an id cannot show still get two ids: no school's DAG may hide another's.
    """
    ids: dict[str, str] = {}
    for name in names:
        dag_id = f"supdata_{_UNFIT.sub('_', name.rpartition('.')[0].lower())}"
        while dag_id in ids:
            dag_id += "_"
        ids[dag_id] = name
    return ids


def build_dags(folder: Path, only: str | None = None) -> Iterator[DAG]:
    """Yield one DAG per institution file of `folder`, or just the DAG `only`, which is all that a task start needs.

    A file with faults becomes a DAG that shows them; it never hides another file's.
    """
    files = dag_ids(institution_file_names(folder))
    with _nothing_collected():
        for dag_id in files if only is None else files.keys() & {only}:
            yield build_dag(dag_id, folder / files[dag_id])


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Collect no garbage meanwhile: a thousand DAGs are none, and looking through them over and over is a quarter of it."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def build_dag(dag_id: str, path: Path) -> DAG:
    """Return the DAG of one institution file."""
    try:
        institution = load_institution(path)
    except InvalidInstitution as invalid:
        return build_faulty_dag(dag_id, path, invalid)
    with DAG(
        dag_id=dag_id,
        dag_display_name=display_name(institution.uai, institution.name),
        description=f"Declares the enrolments of {institution.name} to SupData.",
        doc_md=_page(institution),
        schedule=_timetable(institution),
        start_date=pendulum.datetime(*EPOCH, tz=institution.timezone),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=None if institution.enabled else True,
        user_defined_macros={"supdata_newer_than": partial(moment_of, institution)},
        on_failure_callback=notifiers(str(path)),
        deadline=_deadline(institution, str(path)),
        tags=[TAG, institution.source.kind, institution.uai, *registrar_tags(institution.registrars)],
        default_args={
            "owner": "supdata",
            "retries": RETRIES,
            "retry_delay": RETRY_DELAY,
            "retry_policy": RETRY_POLICY,
            "execution_timeout": timedelta(hours=4),
        },
    ) as dag:
        _wire(institution, str(path))
    # Once the tasks are made: each would take a copy of its own, though only the DAG's are read.
    dag.params.update({name: copy(param) for name, param in PARAMS.items()})
    return dag


def _wire(institution: Institution, config: str) -> None:
    """Chain the stages; the order is the whole of it, each stage reads the run folder."""
    planned = Stage(**options_of("plan"), config=config)
    extracted = Stage(**options_of("extract"), config=config)
    extracted >> Stage(**options_of("normalise"), config=config) >> Stage(**options_of("validate"), config=config) >> planned
    if isinstance(institution.source, SftpSource) and institution.source.wait_hours is not None:
        waiting_for_file(institution.source) >> extracted

    pushed = Stage.partial(**options_of("push"), pool=REGISTRY_POOL, config=config).expand(chunk=planned.output)
    approved = ApproveHeld(
        task_id="approve",
        subject="Held batch",  # replaced by the plan's own question
        config=config,
        doc_md=tasks.APPROVE_DOC,
        defaults=ApproveHeld.REJECT,
        response_timeout=timedelta(hours=institution.limits.approval_hours),  # cut down before the next run when it asks
        execution_timeout=None,
        retries=0,
    )
    planned >> approved
    pushed_held = Stage.partial(**options_of("push_held"), pool=REGISTRY_POOL, config=config).expand_kwargs(approved.output)

    # A teardown runs whatever happened and never decides over the run's state: `reconcile` does, by raising.
    reported = Stage(**options_of("report"), config=config).as_teardown()
    # So is this one, or a report that nobody got would hide, or make, a red run.
    delivered = Stage(**options_of("deliver"), config=config).as_teardown()
    [pushed, pushed_held] >> Stage(**options_of("reconcile"), config=config) >> reported >> delivered


def _timetable(institution: Institution) -> SharedCronTimetable | None:
    cron = institution.cron()
    if cron is None:
        return None
    return SharedCronTimetable(cron, timezone=institution.timezone)


def _deadline(institution: Institution, config: str) -> DeadlineAlert | None:
    """Return what Airflow does about a run that lasts too long: it is told, not ended."""
    if institution.watch.deadline_minutes is None:
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=institution.watch.deadline_minutes),
        callback=AsyncCallback(tell_late, kwargs={"config": config}),
    )


def _page(institution: Institution) -> str:
    """Return what the DAG's page says: who, from where, to whom, and what to do when a task is red."""
    lines = [
        f"# {institution.name} ({institution.uai})",
        "",
        f"Declares the enrolments of {institution.year.start} to {institution.year.end} to SupData.",
        "",
        f"- Source: **{institution.source.kind}**, connection `{institution.source.connection}`",
        f"- Registry: connection `{institution.registry.connection}`",
        *([f"- Read back: connection `{read.connection}` ({read.kind})"] if (read := institution.registry.read) else []),
        f"- Registrar: {institution.contact}",
        "",
        "| stage | red means |",
        "| --- | --- |",
        *(f"| `{name}` | {meaning} |" for name, meaning in tasks.RED_MEANS.items()),
        "",
        "Each task's own page says what to do. The registrar's report is `report/rapport.html` in the run folder.",
    ]
    return "\n".join(lines)
