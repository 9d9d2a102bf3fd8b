"""A thousand schools and their runs, put into Airflow's database and the ledger as if the nights had been.

Airflow's rows are copies of those that its DAG processor has made of one real school, under other names: so they are whole,
whatever columns Airflow's tables have.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from supdata.ledger.history import History
from supdata.records.counts import Counts
from supdata.records.summary import RunSummary
from supdata.records.uai import uai_key

NIGHT = timedelta(days=1)
TABLES = ("dag", "dag_run")


def copy_schools(airflow: psycopg.Connection, model: str, schools: int) -> list[str]:
    """Add `schools` DAGs like the DAG `model`, and return their UAIs."""
    uais = [made_uai(number) for number in range(schools)]
    with airflow.cursor() as cursor:
        _copy(cursor, model, [(uai, f"École d'essai n° {number:04}") for number, uai in enumerate(uais)])
    return uais


def add_runs(airflow: psycopg.Connection, uais: list[str], runs: int) -> None:
    """Add `runs` ended runs to each school, one a night until yesterday, each tenth of them failed."""
    chance = random.Random(7)
    insert = """
        INSERT INTO dag_run (dag_id, queued_at, logical_date, start_date, end_date, state, run_id, creating_job_id, run_type,
                             triggered_by, conf, run_after, last_scheduling_decision, span_status, clear_number)
        VALUES (%s, %s, %s, %s, %s, %s, %s, NULL, 'scheduled', 'TIMETABLE', '{}', %s, %s, 'ended', 0)
    """
    with airflow.cursor() as cursor:
        cursor.executemany(insert, [_dag_run(uai, night, chance) for uai in uais for night in nights(runs)])


def keep_summaries(ledger: psycopg.Connection, uais: list[str], runs: int) -> None:
    """Note the same runs in the ledger, with figures that go up and down."""
    history = History(ledger)
    chance = random.Random(7)
    with ledger.transaction():
        for uai in uais:
            for night in nights(runs):
                history.keep(_summary(uai, night, chance))


def made_uai(number: int) -> str:
    """Return the `number`th UAI of a département that has none."""
    digits = f"{9_900_000 + number:07}"
    return digits + uai_key(digits)


def nights(runs: int) -> Iterator[datetime]:
    """Yield when each run was due, the oldest first."""
    last = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    return (last - NIGHT * number for number in reversed(range(runs)))


def run_id_of(night: datetime) -> str:
    """Return Airflow's id of the run of a night."""
    return f"scheduled__{night.isoformat()}"


def _copy(cursor: psycopg.Cursor, model: str, schools: list[tuple[str, str]]) -> None:
    columns = [
        name
        for (name,) in cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'dag' AND table_schema = 'public'"
        )
    ]
    taken = [name for name in columns if name not in {"dag_id", "dag_display_name", "is_paused"}]
    names = sql.SQL(", ").join(map(sql.Identifier, taken))
    statement = sql.SQL(
        "INSERT INTO dag (dag_id, dag_display_name, is_paused, {names})"
        " SELECT %(dag_id)s, %(shown)s, false, {names} FROM dag WHERE dag_id = %(model)s"
    ).format(names=names)
    values = [{"dag_id": dag_id_of(uai), "shown": f"{uai} · {name}", "model": model} for uai, name in schools]
    cursor.executemany(statement, values)
    tags = [(tag, dag_id_of(uai)) for uai, _ in schools for tag in ("supdata", "sftp", uai)]
    cursor.executemany("INSERT INTO dag_tag (name, dag_id) VALUES (%s, %s)", tags)


def dag_id_of(uai: str) -> str:
    """Return the id of a school's DAG."""
    return f"supdata_{uai.lower()}"


def _dag_run(uai: str, night: datetime, chance: random.Random) -> tuple[object, ...]:
    state = "failed" if chance.random() < 0.1 else "success"
    end = night + timedelta(minutes=chance.randint(2, 20))
    return (dag_id_of(uai), night, night, night, end, state, run_id_of(night), night, end)


def _summary(uai: str, night: datetime, chance: random.Random) -> RunSummary:
    rows = chance.randint(500, 40_000)
    rejected = int(rows * chance.uniform(0, 0.2))
    accepted = (rows - rejected) // 50
    counts = Counts(
        read=rows,
        rejected=rejected,
        valid=rows - rejected,
        unchanged=rows - rejected - accepted,
        accepted=accepted,
        to_create=accepted,
        created=accepted,
        ambiguous=chance.random() < 0.05,
        held=chance.choice([0, 0, 0, 12]),
    )
    figures = {name: int(getattr(counts, name)) for name in counts.__struct_fields__}
    return RunSummary(
        uai=uai,
        dag_id=dag_id_of(uai),
        run_id=run_id_of(night),
        due=night,
        started=night,
        ended=night + timedelta(minutes=9),
        state="success",
        light="orange" if rejected else "green",
        dry_run=False,
        partial=False,
        failed_stage="",
        error="",
        counts=figures,
        known=tuple(figures),
        rules={"INE-KEY-RNIE": rejected},
        to_correct=rejected,
        batch="",
    )
