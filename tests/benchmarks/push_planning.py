"""One plan in a process of its own: `python -m benchmarks.push_planning DATABASE RECORDS [limited] [new]` prints JSON.

It plans what the stages before would have left in the run folder, as the task does. The records are those that `fill` has put
into the ledger, so all are unchanged: nothing leaves, whatever the number; `new` ones have never been seen, and all leave.
`limited` says that they are not all that the ledger has of the school, so that nobody is missed.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import msgspec
import psycopg

from benchmarks.lots_of_rows import institution
from benchmarks.plan_floor import at_least
from benchmarks.push_ours import peak_mib
from benchmarks.push_records import FINGERPRINT, SECRET, UAI, body_of
from supdata.ledger.meeting import meeting
from supdata.ledger.store import Ledger
from supdata.orchestration.planning import plan_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.orchestration.validation import RULES_USED
from supdata.plan.lots import Lot, read_lots
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.rows import RawRow
from supdata.records.states import Verdict

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RULES = RulesInForce(version="1", severities={})


def enrolment(number: int) -> Enrolment:
    """Return a made enrolment, valid in form."""
    body = body_of(number)
    kept = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "uai", "cursus", "diplome", "niveauDiplome")
    return Enrolment(
        source="etudiants.csv",
        row=number + 2,
        sisId=str(number),
        statut="inscrit",
        regime="RF1",
        communeInsee="75056",
        communePostal="75001",
        **{name: body[name] for name in kept},
    )


def fill(database: str, records: int, others: int) -> None:
    """Put so many accepted enrolments into the ledger and others of another school, each with its intent and receipt."""
    school = institution()
    with psycopg.connect(database, autocommit=True) as connection:
        with connection.cursor().copy(f"COPY supdata.enrolment ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for one in map(enrolment, range(records)):
                key, content = FINGERPRINT.key(one.natural_key), FINGERPRINT.content(make_body(one, school))
                birth = FINGERPRINT.birth(key, one.dateNaissance)
                copy.write_row(_row(key, content, one.uai, one.row, birth))
        connection.execute(_OTHERS, {"others": others})
        for statement in _TRAIL:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")


_COLUMNS = (
    *("key", "uai", "ends", "content", "state", "accepted_content", "doubt", "id_inscription", "status", "words"),
    *("first_sent", "last_sent", "attempts", "seen_run", "seen_source", "seen_row", "rules"),
    *("accepted_birth", "accepted_statut", "accepted_regime"),
)
_OTHERS = f"""
INSERT INTO supdata.enrolment ({", ".join(_COLUMNS)})
SELECT md5(n::text), '0590001A', '2027-08-31', md5(n::text), 'accepted', md5(n::text), false, n::text, 200, '',
       now(), now(), 1, 'other', 'other.csv', n, '1', md5(n::text), 'inscrit', 'RF1'
FROM generate_series(1, %(others)s) AS n
"""

_TRAIL = (
    """INSERT INTO supdata.run (run_id, uai, planned_at, position, settled)
       SELECT seen_run, min(uai), now() - interval '2 months', 0, true FROM supdata.enrolment GROUP BY seen_run""",
    """INSERT INTO supdata.intent (run_id, chunk, key, content, action, uai, ends, source, row_no, at)
       SELECT seen_run, 'chunk-' || seen_row / 1000, key, content, 'create', uai, ends, seen_source, seen_row, first_sent
       FROM supdata.enrolment""",
    """INSERT INTO supdata.receipt (intent_id, outcome, status, id_inscription, words, at)
       SELECT id, 'accepted', 200, '17', '', at FROM supdata.intent""",
)


def _row(key: str, content: str, uai: str, row: int, birth: str) -> tuple[object, ...]:
    answered = ("accepted", content, False, str(row), 200, "", NOW, NOW, 1)
    return (key, uai, "2027-08-31", content, *answered, "night-0", "etudiants.csv", row, "1", birth, "inscrit", "RF1")


def connect_to(database: str) -> None:
    """Let the stages find the ledger."""
    parts = urlsplit(database)
    names = {"host": parts.hostname, "port": parts.port, "login": parts.username, "password": parts.password}
    ledger = {"conn_type": "postgres", **names, "schema": parts.path[1:]}
    os.environ["AIRFLOW_CONN_SUPDATA_LEDGER"] = json.dumps(ledger)
    os.environ["AIRFLOW_CONN_SUPDATA_LEDGER_KEY"] = json.dumps({"conn_type": "generic", "password": SECRET.decode()})


def a_run(root: Path, name: str, records: range, *, limited: bool = False) -> Run:
    """Return a run of which the stages before the plan have read `records`, all of them valid."""
    folder = RunFolder(str(root), UAI, name)
    run = Run(institution(), folder, name, NOW, mode="delta", dry_run=False, limit=len(records) if limited else None)

    def rows() -> Iterator[Enrolment]:
        return map(enrolment, records)

    with run.stage("extract"):
        folder.write("extract", "rows.jsonl", (RawRow(source=one.source, row=one.row, values={}) for one in rows()))
        folder.write("extract", "unreadable.jsonl", ())
    with run.stage("normalise"):
        folder.write("normalise", "enrolments.jsonl", rows())
    with run.stage("validate"):
        judged = (Judgement(source=one.source, row=one.row, verdict=Verdict.VALID) for one in rows())
        folder.write("validate", "judgements.jsonl", judged)
        folder.write("validate", "valid.jsonl", rows())
        folder.write("validate", RULES_USED, [RULES])
    return run


def plan(database: str, records: int, *, limited: bool, new: bool) -> dict[str, float]:
    """Plan records; raises RuntimeError when an unchanged one would leave, or a new one would not."""
    connect_to(database)
    numbers = range(10**8, 10**8 + records) if new else range(records)
    with TemporaryDirectory() as folder:
        run = a_run(Path(folder), "night-1", numbers, limited=limited)
        with timed() as whole:
            made = plan_run(run)
        (result,) = run.folder.results("plan")
        peak = peak_mib()
        with timed() as reading:
            lots = list(_lots(run)) if records <= 100_000 else []
        with timed() as looking_up:
            _meet(database, lots)
        compared = _beside_floor(run, database, lots, whole[0]) if lots and not new else {}
    if result.counts["to_create" if new else "unchanged"] != records or bool(made.chunks) is not new or made.held:
        raise RuntimeError("an unchanged record would be sent, or a new one would not")
    read = sum(map(len, lots))
    return {
        "keys_per_second": read / looking_up[0],
        "hashed_per_second": read / reading[0],
        "planned_per_second": records / whole[0],
        "cpu_per_thousand": 1_000 * whole[1] / records,
        "posts": float(result.counts["to_create"] + result.counts["to_update"] + result.counts["to_close"]),
        "peak_mib": peak,
        **compared,
    }


def _beside_floor(run: Run, database: str, lots: list[Lot], seconds: float) -> dict[str, float]:
    """Return how many records a second pass by the barest way, and how a plan that took `seconds` compares with it."""
    keys, contents = [key for lot in lots for key in lot.keys], [content for lot in lots for content in lot.contents]
    floor = at_least(database, run.folder.read_bytes("validate", "valid.jsonl"), keys, contents)
    return {"floor_per_second": len(keys) / floor, "of_floor": floor / seconds}


@contextmanager
def timed() -> Iterator[list[float]]:
    """Yield what will hold the seconds, and the CPU seconds of this process, that the block took."""
    wall, cpu = time.monotonic(), time.process_time()
    spent = list[float]()
    yield spent
    spent += [time.monotonic() - wall, time.process_time() - cpu]


def _lots(run: Run) -> Iterator[Lot]:
    with run.folder.opened("validate", "valid.jsonl") as lines:
        yield from read_lots(lines, run.institution, FINGERPRINT)


def _meet(database: str, lots: list[Lot]) -> None:
    with psycopg.connect(database) as connection, meeting(Ledger(connection), [UAI], whole=True) as rows:
        for lot in lots:
            rows.meet(lot.copy_text())


if __name__ == "__main__":
    figures = plan(sys.argv[1], int(sys.argv[2]), limited="limited" in sys.argv, new="new" in sys.argv)
    sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
