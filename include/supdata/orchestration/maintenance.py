"""The upkeep of all schools together, once a day: a DAG of independent tasks, each of which may fail alone."""

from datetime import UTC, datetime
from pathlib import Path

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

from supdata.orchestration.retrying import RETRIES, RETRY_DELAY, RETRY_POLICY

DAG_ID = "supdata_maintenance"
#: After the nights of all schools, before anybody is at work.
EVERY_MORNING = "0 7 * * *"
ZONE = "Europe/Paris"


def build_maintenance_dag(institutions: Path) -> DAG:
    """Return the DAG; `institutions` is the folder of institution files."""
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="SupData · maintenance",
        description="Once a day, for all schools: tells which of them have gone silent.",
        schedule=CronTriggerTimetable(EVERY_MORNING, timezone=ZONE),
        start_date=pendulum.datetime(2026, 1, 1, tz=ZONE),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        tags=["supdata-maintenance"],
        default_args={"owner": "supdata", "retries": RETRIES, "retry_delay": RETRY_DELAY, "retry_policy": RETRY_POLICY},
    ) as dag:
        tell_of_silence(str(institutions))
    return dag


@task(multiple_outputs=False)
def tell_of_silence(institutions: str) -> list[str]:
    """Tells ops which schools have had no green run for `watch.silent_days` (three, where a school has a schedule).

    After retries stop, quiet looks like fixed: this is the standing check that it is not. It is told every day while it lasts.
    **Red** means that the ledger, or those who are to be told, could not be reached.
    """
    from supdata.orchestration.silence import tell_silent_schools

    return tell_silent_schools(Path(institutions), datetime.now(UTC))
