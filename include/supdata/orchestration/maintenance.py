"""The upkeep of all schools together, once a day: a DAG of independent tasks, each of which may fail alone."""

import os
from datetime import UTC, datetime, timedelta
from inspect import getdoc
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task

from supdata.config.periods import Periods
from supdata.orchestration.retrying import RETRIES, RETRY_DELAY, RETRY_POLICY

DAG_ID = "supdata_maintenance"
#: After the nights of all schools, before anybody is at work.
EVERY_MORNING = "0 7 * * *"
ZONE = "Europe/Paris"
KINDS = {
    "folders": "Days for which run folders are kept: rows, enrolments, plans, receipts. Students' numbers and birth dates.",
    "reports": "Days for which the registrar's page and rows to correct are kept. Students' numbers.",
    "trail": "Days for which what was sent and answered is kept, and what is known of enrolments after they have ended.",
    "history": "Days for which the figures of runs are kept. No student is in them.",
}
PAGE = """\
# What all schools need together

`tell_of_silence` names the schools without a green run, `tell_of_removed` those that have no file any more.
`purge` deletes what is past its period: files in run folders, and rows of the ledger. Periods are days, asked in the trigger
form; the daily run takes SUPDATA_KEEP_FOLDERS, SUPDATA_KEEP_REPORTS, SUPDATA_KEEP_TRAIL and SUPDATA_KEEP_HISTORY, or the
defaults.

- **Dry run** counts what would go, and deletes nothing.
- `supdata ledger hold --school 0751717J [--run …] --reason …` keeps all of a school, or one run, until it is released.
- Of a school whose file is gone the ledger keeps all until `supdata ledger remove --school … --reason …` says it was meant.
- What a later run needs stays: unanswered intents, what the registry last accepted, and for schools with `departed: close` the
  plan files of which an enrolment may still have to be closed.
"""


def period(kind: str) -> int:
    """Return for how many days a kind of thing is kept here."""
    return int(os.environ.get(f"SUPDATA_KEEP_{kind.upper()}") or getattr(Periods(), kind))


def build_maintenance_dag(institutions: Path) -> DAG:
    """Return the DAG; `institutions` is the folder of institution files."""
    params: dict[str, Any] = {
        kind: Param(period(kind), type="integer", minimum=1, title=kind.capitalize(), description=text)
        for kind, text in KINDS.items()
    }
    dry = Param(default=False, type="boolean", title="Dry run", description="Count what would be deleted, and delete nothing.")
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="SupData · maintenance",
        description="Once a day, for all schools: tells which of them have gone silent, and deletes what is past its period.",
        doc_md=PAGE,
        schedule=CronTriggerTimetable(EVERY_MORNING, timezone=ZONE),
        start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params={"dry_run": dry, **params},
        tags=["supdata-maintenance"],
        default_args={"owner": "supdata", "retries": RETRIES, "retry_delay": RETRY_DELAY, "retry_policy": RETRY_POLICY},
    ) as dag:
        tell_of_silence(str(institutions))
        tell_of_removed(str(institutions))
        purge.override(doc_md=getdoc(purge.function), execution_timeout=timedelta(hours=4))(str(institutions))
    return dag


@task(multiple_outputs=False)
def tell_of_silence(institutions: str) -> list[str]:
    """Tells ops which schools have had no green run for `watch.silent_days` (three, where a school has a schedule).

    After retries stop, quiet looks like fixed: this is the standing check that it is not. It is told every day while it lasts.
    **Red** means that the ledger, or those who are to be told, could not be reached.
    """
    from supdata.orchestration.silence import tell_silent_schools

    return tell_silent_schools(Path(institutions), datetime.now(UTC))


@task(multiple_outputs=False)
def tell_of_removed(institutions: str) -> list[str]:
    """Tells ops which schools the ledger knows and no institution file names: one may be gone by a mistake.

    Put the file back, or say that it was meant with `supdata ledger remove`. It is told every day until then.
    **Red** means that the ledger, or those who are to be told, could not be reached.
    """
    from supdata.orchestration.removals import tell_of_removed_schools

    return tell_of_removed_schools(Path(institutions))


@task(multiple_outputs=False)
def purge(institutions: str) -> dict[str, int]:
    """Deletes what is past its period from run folders and ledger, and tells how much of each; see the DAG's page.

    **Red** means that the store or the ledger could not be used; what was deleted until then stays deleted. Clear this task.
    """
    params = get_current_context()["params"]
    periods = Periods(**{kind: int(params[kind]) for kind in KINDS})
    return purge_all(Path(institutions), periods, datetime.now(UTC), dry_run=bool(params["dry_run"]))


def purge_all(institutions: Path, periods: Periods, now: datetime, *, dry_run: bool) -> dict[str, int]:
    """Purge run folders, then the ledger, and return what was counted; files first, since the ledger tells which are needed."""
    from supdata.ledger import retention
    from supdata.orchestration.ledger_access import open_ledger
    from supdata.orchestration.purging import closing_schools, keeping, purge_run_folders
    from supdata.orchestration.removals import gone_without_a_word
    from supdata.orchestration.run_folder import run_folder_root

    with open_ledger() as ledger:
        held, standing = retention.holds(ledger.connection), retention.standing_in(ledger.connection, now)
        gone = gone_without_a_word(ledger.connection, institutions)
        keep = keeping(held, standing, closing_schools(institutions, gone))
        files = purge_run_folders(run_folder_root(), periods, now, keep, dry_run=dry_run)
        rows = retention.purge(ledger.connection, periods, now, gone, dry_run=dry_run)
    return {
        **{f"files_{name}": count for name, count in files.items()},
        **{f"rows_{name}": count for name, count in rows.items()},
    }
