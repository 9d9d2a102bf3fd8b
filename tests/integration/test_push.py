"""Pushing a chunk with the real client to the local registry, on a real ledger, under every ending that can be provoked."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from builders import UNIVERSITY, an_enrolment, an_institution
from chaos.world import LedgerServer
from drafted import Drafted, drafted_against
from supdata.config.models import Institution
from supdata.errors import AccessRefused, TryLater
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.opening import open_ledger_at
from supdata.ledger.schema import migrate
from supdata.ledger.store import Ledger
from supdata.plan.comparing import FIELDS
from supdata.push.bookkeeping import WINDOW
from supdata.push.patience import Patience
from supdata.push.sending import push_chunk, receipts_so_far
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import RulesInForce
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome, Severity
from supdata.registry.answers import expected_echo, labels_by_code
from supdata.registry.client import Endpoint
from supdata.sandbox.local.ports import free_ports, reserve_port
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)
RUN, CHUNK = "0751717J/night-1", "chunk-0001"
RECORDS = 120
CONCURRENCY = 8
QUICK = Patience(first_pause_seconds=0.01, longest_pause_seconds=1.5)
RULES = RulesInForce(version="r1", severities=dict.fromkeys(FIELDS, Severity.HOLD))
FINGERPRINT = Fingerprint(b"a secret of the tests")


def school(**registry: Any) -> Institution:
    settings = {"connection": "supdata_0751717j", "concurrency": CONCURRENCY, "timeout_seconds": 2, **registry}
    return an_institution(registry=settings)


def enrolments(count: int = RECORDS, **changes: str) -> list[Enrolment]:
    return [an_enrolment(row=row, ine=f"{row:09d}FJ", sisId=str(row), **changes) for row in range(2, count + 2)]


class Bench:
    """A ledger, a registry that knows the students, and one school between them."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self.url = url
        self.ledger = ledger
        students = [{"ine": one.ine, "dateNaissance": one.dateNaissance} for one in enrolments()]
        self.admin("POST", "directory", {"students": students})
        key = self.admin("POST", "keys", {"uai": UNIVERSITY, "kind": "enseignement_superieur", "name": "UNIVERSITE"})["key"]
        self.endpoint = Endpoint(url, key)
        self.clock = NOW

    def admin(self, method: str, what: str, document: Any = None) -> Any:
        headers = {"X-Admin-Token": "admin"}
        answer = requests.request(method, f"{self.url}/sandbox/{what}", json=document, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def fail(self, **plan: Any) -> None:
        self.admin("PUT", "faults", plan)

    def rows(self) -> tuple[int, int]:
        found = self.admin("GET", "stats")
        return found["rows"], found["distinct"]

    def posts(self) -> int:
        return int(self.admin("GET", "stats")["posts"])

    def plan(
        self,
        valid: list[Enrolment] | None = None,
        institution: Institution | None = None,
        run: str = RUN,
        rules: RulesInForce | None = None,
    ) -> Drafted:
        rows = enrolments() if valid is None else valid
        return drafted_against(
            self.ledger,
            rows,
            institution or school(),
            fingerprint=FINGERPRINT,
            rules=rules or RULES,
            run_id=run,
            now=self.clock,
        )

    def push(
        self,
        planned: list[Planned],
        *,
        run: str = RUN,
        endpoint: Endpoint | None = None,
        patience: Patience = QUICK,
        **registry: Any,
    ) -> list[Receipt]:
        return push_chunk(
            planned, endpoint=endpoint or self.endpoint, settings=school(**registry).registry, ledger=self.ledger,
            run_id=run, chunk=CHUNK, now=lambda: self.clock, patience=patience,
        )  # fmt: skip


@pytest.fixture
def bench(database_url: str, postgres: PostgresServer) -> Iterator[Bench]:
    migrate(database_url)
    registry_database = postgres.create_database(f"registry_{database_url[-12:]}")
    with registry_in_thread(registry_database, "admin") as url, psycopg.connect(database_url) as connection:
        yield Bench(url, Ledger(connection))


def outcomes(receipts: list[Receipt]) -> Counter[Outcome]:
    return Counter(one.outcome for one in receipts)


def test_every_record_is_accepted_once_with_its_number_in_the_order_of_rows(bench: Bench) -> None:
    (chunk,) = bench.plan().chunks
    receipts = bench.push(chunk)
    assert outcomes(receipts) == {Outcome.ACCEPTED: RECORDS}
    assert [one.row for one in receipts] == [one.row for one in chunk]
    assert len({one.id_inscription for one in receipts}) == RECORDS
    assert bench.rows() == (RECORDS, RECORDS)
    assert bench.ledger.receipts(RUN) == receipts


def test_a_second_call_for_the_same_chunk_sends_nothing_and_tells_the_same(bench: Bench) -> None:
    (chunk,) = bench.plan().chunks
    assert bench.push(chunk) == bench.push(chunk)
    assert bench.posts() == RECORDS


def test_the_next_night_sends_nothing_that_has_not_changed(bench: Bench) -> None:
    bench.push(bench.plan().chunks[0])
    bench.clock += NIGHT
    plan = bench.plan(run="0751717J/night-2")
    assert (plan.chunks, plan.held, plan.made.departed, len(plan.kept)) == ([], [], [], RECORDS)


def test_only_what_has_changed_is_sent_the_next_night(bench: Bench) -> None:
    bench.push(bench.plan().chunks[0])
    bench.clock += NIGHT
    rows = enrolments()
    changed = [an_enrolment(row=2, ine=rows[0].ine, sisId="2", niveauDiplome="02"), *rows[1:]]
    (chunk,) = bench.plan(changed, run="0751717J/night-2").chunks
    assert [(one.row, one.action) for one in chunk] == [(2, "update")]
    assert outcomes(bench.push(chunk, run="0751717J/night-2")) == {Outcome.ACCEPTED: 1}


def test_refused_and_unknown_students_wait_with_the_registrys_words(bench: Bench) -> None:
    rows = [an_enrolment(row=2, ine="not an INE"), an_enrolment(row=3, ine="999999999FJ"), *enrolments(3)[2:]]
    receipts = bench.push(bench.plan(rows).chunks[0])
    assert [one.outcome for one in receipts] == [Outcome.REFUSED, Outcome.UNKNOWN_STUDENT, Outcome.ACCEPTED]
    assert all(one.words for one in receipts[:2])
    assert "999999999FJ" not in receipts[1].words
    bench.clock += timedelta(hours=6)
    waiting = bench.plan(rows, run="0751717J/same-day").waits
    assert [(one.outcome, one.words) for one in waiting] == [(one.outcome, one.words) for one in receipts[:2]]
    bench.clock += NIGHT
    (again,) = bench.plan(rows, run="0751717J/night-2").chunks
    assert [one.row for one in again] == [3], "the unknown student is due, the refused one waits for a change"


@pytest.mark.parametrize(
    "faults",
    [
        {"too_many": 0.2, "retry_after_seconds": 0},
        {"unavailable": 0.03, "retry_after_seconds": 1},
        {"error_before": 0.3},
        {"bad_gateway": 0.3},
        {"reset_before": 0.3},
        {"rate_per_second": 60},
    ],
    ids=lambda faults: next(iter(faults)),
)
def test_faults_before_the_write_lose_nothing_and_double_nothing(bench: Bench, faults: dict[str, Any]) -> None:
    bench.fail(seed=7, **faults)
    receipts = bench.push(bench.plan().chunks[0])
    missing = outcomes(receipts)[Outcome.AMBIGUOUS]
    assert outcomes(receipts) == {Outcome.ACCEPTED: RECORDS - missing} | ({Outcome.AMBIGUOUS: missing} if missing else {})
    assert bench.rows() == (RECORDS - missing, RECORDS - missing)
    bench.fail()
    (chunk,) = bench.plan(run="0751717J/night-2").chunks if missing else ([],)
    assert outcomes(bench.push(chunk, run="0751717J/night-2") if chunk else []).total() == missing
    assert bench.rows() == (RECORDS, RECORDS), "what stayed in doubt is taken up by the next night"


@pytest.mark.parametrize("fault", ["error_after", "reset_after"])
def test_faults_after_the_write_double_only_what_was_in_doubt(bench: Bench, fault: str) -> None:
    bench.fail(seed=7, **{fault: 0.2})
    receipts = bench.push(bench.plan().chunks[0])
    rows, distinct = bench.rows()
    assert distinct == RECORDS, "nothing is lost"
    assert rows == bench.posts()
    assert outcomes(receipts)[Outcome.ACCEPTED] + outcomes(receipts)[Outcome.AMBIGUOUS] == RECORDS
    assert rows > distinct, "reposting is the price of never losing"


@pytest.mark.parametrize("fault", ["error_after", "reset_after"])
def test_under_hold_nothing_is_ever_doubled(bench: Bench, fault: str) -> None:
    bench.fail(seed=7, **{fault: 0.2})
    (chunk,) = bench.plan(institution=school(ambiguous="hold")).chunks
    receipts = bench.push(chunk, ambiguous="hold")
    doubtful = outcomes(receipts)[Outcome.AMBIGUOUS]
    assert doubtful > 0
    assert bench.rows() == (RECORDS, RECORDS)
    assert bench.push(chunk, ambiguous="hold") == receipts
    plan = bench.plan(institution=school(ambiguous="hold"), run="0751717J/night-2")
    assert (plan.chunks, outcomes(plan.waits)) == ([], {Outcome.AMBIGUOUS: doubtful})
    assert bench.posts() == RECORDS


def test_a_refused_key_stops_at_once_and_a_right_one_takes_up_the_rest(bench: Bench) -> None:
    (chunk,) = bench.plan().chunks
    with pytest.raises(AccessRefused):
        bench.push(chunk, endpoint=Endpoint(bench.url, "another-key"))
    assert bench.posts() <= CONCURRENCY
    assert outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK)) == {Outcome.NOT_ATTEMPTED: RECORDS}
    assert bench.ledger.entries([one.key for one in chunk]) == {}
    assert outcomes(bench.push(chunk)) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


def test_a_registry_that_is_away_is_tried_later_and_nothing_is_in_doubt(bench: Bench) -> None:
    (chunk,) = bench.plan().chunks
    (port,) = free_ports(1)
    with pytest.raises(TryLater, match="cannot be reached"):
        bench.push(chunk, endpoint=Endpoint(f"http://127.0.0.1:{port}", "key"))
    assert outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK)) == {Outcome.NOT_ATTEMPTED: RECORDS}


def test_a_registry_that_asks_for_an_hour_is_left_alone(bench: Bench) -> None:
    bench.fail(too_many=1, retry_after_seconds=3_600)
    with pytest.raises(TryLater, match="3600 seconds"):
        bench.push(bench.plan().chunks[0])
    assert bench.posts() <= CONCURRENCY


class TurningAway(ThreadingHTTPServer):
    """Takes everything, but turns the students of `turned` away once with what `retry_after()` says; notes who came when."""

    def __init__(self, turned: set[str], retry_after: Callable[[], str]) -> None:
        super().__init__(("127.0.0.1", 0), _TurnedAway)
        self.turned, self.retry_after = turned, retry_after
        self.came: list[tuple[float, str, bool]] = []
        self.lock = threading.Lock()


class _TurnedAway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: TurningAway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            away = body["ine"] in self.server.turned
            self.server.turned.discard(body["ine"])
            self.server.came.append((time.monotonic(), body["ine"], away))
        echo = {**expected_echo(body, labels_by_code(school().registry.codes)), "id_inscription": "1"}
        answer = json.dumps({"message": "trop de demandes"} if away else {"inscription": echo}).encode()
        self.send_response(429 if away else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        if away:
            self.send_header("Retry-After", self.server.retry_after())
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.mark.parametrize(
    "retry_after",
    [lambda: "1", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)],
    ids=["s", "date"],
)
def test_who_is_turned_away_comes_again_when_told_to_and_the_others_go_on(bench: Bench, retry_after: Callable[[], str]) -> None:
    (chunk,) = bench.plan().chunks
    turned = {chunk[place].body["ine"] for place in range(0, RECORDS, 10)}
    patience = Patience(first_pause_seconds=0.01, longest_pause_seconds=5)
    with TurningAway(set(turned), retry_after) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}", "key")
        receipts = bench.push(chunk, endpoint=endpoint, patience=patience)
        server.shutdown()
    assert outcomes(receipts) == {Outcome.ACCEPTED: RECORDS}
    visits = {ine: [(moment, away) for moment, who, away in server.came if who == ine] for ine in turned}
    assert all([away for _, away in one] == [True, False] for one in visits.values())
    assert all(again - first >= 0.99 for ((first, _), (again, _)) in visits.values()), "nobody comes before the time named"
    told = min(first for ((first, _), _) in visits.values())
    first_again = min(again for (_, (again, _)) in visits.values())
    assert any(told < moment < first_again and who not in turned for moment, who, _ in server.came), "the others go on"


def test_a_quota_that_is_spent_is_not_asked_by_every_record(bench: Bench) -> None:
    bench.fail(too_many=1, retry_after_seconds=1)
    (chunk,) = bench.plan().chunks
    with pytest.raises(TryLater, match="429"):
        bench.push(chunk)
    assert bench.posts() <= (QUICK.rounds + 1) * CONCURRENCY
    assert outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK)) == {Outcome.NOT_ATTEMPTED: RECORDS}


def test_a_registry_out_of_order_is_not_hammered(bench: Bench) -> None:
    bench.fail(error_before=1)
    (chunk,) = bench.plan().chunks
    with pytest.raises(TryLater, match="settled nothing"):
        bench.push(chunk)
    assert bench.posts() <= (QUICK.rounds + 1) * CONCURRENCY
    assert outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK))[Outcome.NOT_ATTEMPTED] > 0
    bench.fail()
    assert outcomes(bench.push(chunk)) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


def test_an_old_run_does_not_undo_what_a_later_one_has_declared(bench: Bench) -> None:
    (old,) = bench.plan().chunks
    newer = enrolments(niveauDiplome="02")
    bench.push(bench.plan(newer, run="0751717J/night-2").chunks[0], run="0751717J/night-2")
    assert outcomes(bench.push(old)) == {Outcome.NOT_ATTEMPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)
    assert len(bench.ledger.superseded(RUN, [one.key for one in old])) == RECORDS, "and so this run has nothing left to do"


PUSH_IN_A_PROCESS = """
import json, sys
from datetime import datetime
import msgspec, psycopg
from supdata.config.models import Registry
from supdata.ledger.store import Ledger
from supdata.push.sending import push_chunk
from supdata.records.shipment import Planned
from supdata.registry.client import Endpoint

facts = json.load(open(sys.argv[1]))
planned = msgspec.convert(facts["planned"], list[Planned])
with psycopg.connect(facts["ledger"]) as connection:
    push_chunk(
        planned, endpoint=Endpoint(facts["url"], facts["key"]), settings=Registry.model_validate(facts["settings"]),
        ledger=Ledger(connection), run_id=facts["run"], chunk=facts["chunk"], now=lambda: datetime.fromisoformat(facts["now"]),
    )
"""


def start_push(
    bench: Bench, planned: list[Planned], database_url: str, folder: Path, **registry: Any
) -> "subprocess.Popen[bytes]":
    facts = {
        "planned": [{name: getattr(one, name) for name in one.__struct_fields__} for one in planned],
        "ledger": database_url,
        "url": bench.url,
        "key": bench.endpoint.api_key,
        "settings": school(**registry).registry.model_dump(mode="json"),
        "run": RUN,
        "chunk": CHUNK,
        "now": NOW.isoformat(),
    }
    file = folder / "facts.json"
    file.write_text(json.dumps(facts))
    return subprocess.Popen([sys.executable, "-c", PUSH_IN_A_PROCESS, str(file)])


def kill_when_half_way(bench: Bench, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while bench.posts() < RECORDS // 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, "it was to be killed while it was sending"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.3)  # what was on the wire arrives


def push_once_freed(bench: Bench, planned: list[Planned], **registry: Any) -> list[Receipt]:
    """Push again, as Airflow does after a crash: PostgreSQL may need a moment to see that the other one is dead."""
    for _ in range(50):
        try:
            return bench.push(planned, **registry)
        except TryLater:
            time.sleep(0.1)
    pytest.fail("the chunk was never freed")


def test_killed_half_way_nothing_is_lost_and_only_what_was_in_flight_is_doubled(
    bench: Bench, database_url: str, tmp_path: Path
) -> None:
    bench.fail(latency_ms=60)
    (chunk,) = bench.plan().chunks
    kill_when_half_way(bench, start_push(bench, chunk, database_url, tmp_path))
    before, _ = bench.rows()
    in_doubt = outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK))[Outcome.AMBIGUOUS]
    assert 0 < before < RECORDS
    receipts = push_once_freed(bench, chunk)
    rows, distinct = bench.rows()
    assert outcomes(receipts) == {Outcome.ACCEPTED: RECORDS}
    assert distinct == RECORDS, "nothing is lost"
    assert rows - distinct <= min(in_doubt, 2 * CONCURRENCY), "only what was in flight"
    assert bench.ledger.receipts(RUN) == receipts


def test_killed_half_way_under_hold_nothing_is_doubled_and_what_was_in_flight_is_shown(
    bench: Bench, database_url: str, tmp_path: Path
) -> None:
    bench.fail(latency_ms=60)
    (chunk,) = bench.plan(institution=school(ambiguous="hold")).chunks
    kill_when_half_way(bench, start_push(bench, chunk, database_url, tmp_path, ambiguous="hold"))
    receipts = push_once_freed(bench, chunk, ambiguous="hold")
    rows, distinct = bench.rows()
    counts = outcomes(receipts)
    assert rows == distinct, "nothing is doubled"
    assert 0 < counts[Outcome.AMBIGUOUS] <= WINDOW * CONCURRENCY
    assert counts[Outcome.ACCEPTED] + counts[Outcome.AMBIGUOUS] == RECORDS
    assert RECORDS - rows <= counts[Outcome.AMBIGUOUS], "what the registry lacks is shown as in doubt"


def test_two_processes_do_not_send_one_chunk(bench: Bench, database_url: str, tmp_path: Path) -> None:
    bench.fail(latency_ms=60)
    (chunk,) = bench.plan().chunks
    process = start_push(bench, chunk, database_url, tmp_path)
    while bench.posts() < CONCURRENCY and process.poll() is None:
        time.sleep(0.01)
    with pytest.raises(TryLater, match="another process"):
        bench.push(chunk)
    assert process.wait(30) == 0
    assert outcomes(bench.push(chunk)) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


class TaskEnded(Exception):
    """What Airflow raises in a task that is told to end."""


def test_told_to_end_half_way_what_was_answered_is_known_and_only_what_was_in_flight_is_doubled(bench: Bench) -> None:
    def end(*_: object) -> None:
        raise TaskEnded

    bench.fail(latency_ms=60)
    (chunk,) = bench.plan().chunks
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        with pytest.raises(TaskEnded):
            bench.push(chunk)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    so_far = outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK))
    assert 0 < so_far[Outcome.ACCEPTED] < RECORDS
    assert so_far[Outcome.AMBIGUOUS] <= WINDOW * CONCURRENCY
    assert outcomes(bench.push(chunk)) == {Outcome.ACCEPTED: RECORDS}
    rows, distinct = bench.rows()
    assert distinct == RECORDS
    assert rows - distinct <= CONCURRENCY


def test_a_ledger_that_goes_away_half_way_stops_the_push_and_nothing_is_lost(bench: Bench, database_url: str) -> None:
    bench.fail(latency_ms=60)
    (chunk,) = bench.plan().chunks
    with psycopg.connect(database_url) as doomed, psycopg.connect(database_url, autocommit=True) as killer:
        ledger, bench.ledger = bench.ledger, Ledger(doomed)
        ending = threading.Timer(0.4, killer.execute, ("SELECT pg_terminate_backend(%s)", (doomed.info.backend_pid,)))
        ending.start()
        with pytest.raises(psycopg.OperationalError):
            bench.push(chunk)
        ending.join()
    posts = bench.posts()
    assert posts < RECORDS, "without a ledger nothing leaves"
    bench.ledger = ledger
    assert outcomes(bench.push(chunk)) == {Outcome.ACCEPTED: RECORDS}
    rows, distinct = bench.rows()
    assert distinct == RECORDS
    assert rows - distinct <= WINDOW * CONCURRENCY


@pytest.fixture
def ledger_server(tmp_path: Path) -> Iterator[LedgerServer]:
    with reserve_port() as reserved:
        server = LedgerServer(tmp_path / "ledger", reserved.getsockname()[1], {})
        try:
            yield server
        finally:
            server.stop()


def push_into(address: str, bench: Bench, planned: list[Planned]) -> list[Receipt]:
    with open_ledger_at(address, "the ledger") as connection:
        bench.ledger = Ledger(connection)
        return bench.push(planned)


def test_a_postgresql_restarted_half_way_ends_the_push_until_later_and_nothing_is_lost(
    bench: Bench, ledger_server: LedgerServer
) -> None:
    address = ledger_server.server.create_database("ledger")
    migrate(address)
    bench.fail(latency_ms=100)

    def restart_when_half_way() -> None:
        while bench.posts() < RECORDS // 3:
            time.sleep(0.01)
        ledger_server.restart(0.5)

    restarting = threading.Thread(target=restart_when_half_way, daemon=True)
    with psycopg.connect(address) as connection:
        bench.ledger = Ledger(connection)
        (chunk,) = bench.plan().chunks
    restarting.start()
    with pytest.raises(TryLater, match="does not answer"):
        push_into(address, bench, chunk)
    restarting.join()
    rows, distinct = bench.rows()
    assert 0 < rows == distinct < RECORDS, "without a ledger nothing leaves"
    with open_ledger_at(address, "the ledger") as connection:
        bench.ledger = Ledger(connection)
        so_far = outcomes(receipts_so_far(chunk, ledger=bench.ledger, run_id=RUN, chunk=CHUNK))
    receipts = push_into(address, bench, chunk)
    assert 0 < so_far[Outcome.ACCEPTED] <= rows
    assert outcomes(receipts) == {Outcome.ACCEPTED: RECORDS}
    rows, distinct = bench.rows()
    assert distinct == RECORDS
    assert rows - distinct <= min(so_far[Outcome.AMBIGUOUS], WINDOW * CONCURRENCY), "only what was in flight"


def test_the_ledger_holds_no_ine_and_no_birth_date(bench: Bench, database_url: str) -> None:
    bench.push(bench.plan([*enrolments(5), an_enrolment(row=90, ine="999999999FJ")]).chunks[0])
    with psycopg.connect(database_url) as connection:
        dump = "\n".join(
            str(row)
            for table in ("run", "intent", "receipt", "enrolment")
            for row in connection.execute(f"SELECT t::text FROM supdata.{table} t")
        )
    assert "inscriptions.csv" in dump
    assert not [one for one in enrolments(5) if one.ine in dump]
    assert "999999999FJ" not in dump
    assert "2004-03-09" not in dump


def held_rows(plan: Drafted) -> list[int]:
    return [one.row for chunk in plan.held for one in chunk]


def test_a_birth_date_that_changed_since_it_was_accepted_waits_until_it_is_released(bench: Bench) -> None:
    bench.push(bench.plan().chunks[0])
    born_otherwise = [enrolments()[0], *enrolments(dateNaissance="2003-12-24")[1:2], *enrolments()[2:]]
    plans = [bench.plan(born_otherwise, run=night) for night in ("0751717J/night-2", "0751717J/night-3")]
    for plan in plans:
        assert (held_rows(plan), plan.chunks, len(plan.kept)) == ([3], [], RECORDS - 1)
        assert [reason.rule for one in plan.findings for reason in one.reasons] == ["LEDGER-BIRTH-CHANGED"]
    students = [{"ine": one.ine, "dateNaissance": one.dateNaissance} for one in born_otherwise]
    bench.admin("POST", "directory", {"students": students})
    (receipt,) = bench.push(plans[1].held[0], run="0751717J/night-3")
    assert receipt.outcome is Outcome.ACCEPTED
    again = bench.plan(born_otherwise, run="0751717J/night-4")
    assert (again.held, again.findings, len(again.kept)) == ([], [], RECORDS)


def test_what_was_refused_is_sent_once_more_under_new_rules_and_then_waits(bench: Bench) -> None:
    refused = enrolments(RECORDS + 3)[RECORDS:]  # students nobody knows
    posts, newer = [], RulesInForce(version="r2", severities=RULES.severities)
    for night, rules in enumerate((RULES, RULES, newer, newer), start=1):
        run = f"0751717J/night-{night}"
        plan = bench.plan(refused, run=run, rules=rules)
        for chunk in plan.chunks:
            bench.push(chunk, run=run)
        posts.append(bench.posts())
        assert len(plan.waits) == (0 if plan.chunks else len(refused))
    assert posts == [3, 3, 6, 6]


def test_an_enrolment_accepted_before_facts_were_kept_is_learned_when_it_stands_unchanged(bench: Bench) -> None:
    bench.push(bench.plan().chunks[0])
    forget = "UPDATE supdata.enrolment SET accepted_birth = '', accepted_statut = '', accepted_regime = ''"
    bench.ledger._connection.execute(forget)  # as migration 0002 leaves what was there
    changed = [*enrolments(1, regime="RF4"), *enrolments()[1:]]
    assert bench.plan(changed, run="0751717J/night-2").findings == []
    bench.plan(run="0751717J/night-3")
    plan = bench.plan(changed, run="0751717J/night-4")
    assert [reason.rule for one in plan.findings for reason in one.reasons] == ["LEDGER-REGIME-CHANGED"]
