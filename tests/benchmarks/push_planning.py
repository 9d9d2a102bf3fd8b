"""One plan in a process of its own: `python -m benchmarks.push_planning DATABASE RECORDS [limited]` prints a line of JSON.

The records are those that `fill` has put into the ledger, so all are unchanged: nothing leaves, whatever the number. `limited`
says that they are not all that the ledger has of the school, so that nobody is missed.
"""

import sys
import time
from datetime import UTC, datetime

import msgspec
import psycopg

from benchmarks.lots_of_rows import institution
from benchmarks.push_ours import peak_mib
from benchmarks.push_records import FINGERPRINT, UAI, body_of
from supdata.ledger.store import Ledger
from supdata.plan.against_ledger import plan_against_ledger
from supdata.plan.wire import make_body
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import RulesInForce

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
    """Put so many accepted enrolments into the ledger, and enough of other schools to make it a million."""
    school = institution()
    with psycopg.connect(database, autocommit=True) as connection:
        with connection.cursor().copy(f"COPY supdata.enrolment ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for one in map(enrolment, range(records)):
                key, content = FINGERPRINT.key(one.natural_key), FINGERPRINT.content(make_body(one, school))
                birth = FINGERPRINT.birth(key, one.dateNaissance)
                copy.write_row(_row(key, content, one.uai, one.row, birth))
        connection.execute(_OTHERS, {"others": others})
        connection.execute("VACUUM ANALYZE supdata.enrolment")


_COLUMNS = (
    *("key", "uai", "ends", "content", "state", "accepted_content", "doubt", "id_inscription", "status", "words"),
    *("first_sent", "last_sent", "attempts", "seen_run", "seen_source", "seen_row", "rules"),
    *("accepted_birth", "accepted_statut", "accepted_regime"),
)
_OTHERS = f"""
INSERT INTO supdata.enrolment ({", ".join(_COLUMNS)})
SELECT md5(n::text), '0442953W', '2027-08-31', md5(n::text), 'accepted', md5(n::text), false, n::text, 200, '',
       now(), now(), 1, 'other', 'other.csv', n, '1', md5(n::text), 'inscrit', 'RF1'
FROM generate_series(1, %(others)s) AS n
"""


def _row(key: str, content: str, uai: str, row: int, birth: str) -> tuple[object, ...]:
    answered = ("accepted", content, False, str(row), 200, "", NOW, NOW, 1)
    return (key, uai, "2027-08-31", content, *answered, "night-0", "etudiants.csv", row, "1", birth, "inscrit", "RF1")


def plan(database: str, records: int, *, limited: bool) -> dict[str, float]:
    """Plan records that have not changed; raises RuntimeError when any would leave."""
    rows = [enrolment(number) for number in range(records)]
    with psycopg.connect(database) as connection:
        ledger = Ledger(connection)
        began = time.monotonic()
        known = ledger.entries([FINGERPRINT.key(one.natural_key) for one in rows])
        looked_up = time.monotonic()
        made = plan_against_ledger(
            rows, rows, institution(), ledger=ledger, fingerprint=FINGERPRINT, rules=RULES, run_id=f"{UAI}/night-1",
            mode="delta", now=NOW, read=records, rejected=0, limited=limited,
        )  # fmt: skip
        planned = time.monotonic()
    if len(known) != records or len(made.unchanged) != records or made.chunks or made.held:
        raise RuntimeError("an unchanged record would be sent")
    return {
        "keys_per_second": records / (looked_up - began),
        "planned_per_second": records / (planned - looked_up),
        "posts": float(sum(map(len, made.chunks))),
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(plan(sys.argv[1], int(sys.argv[2]), limited="limited" in sys.argv)) + b"\n")
