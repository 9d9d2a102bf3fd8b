"""Records in doubt are looked up before they are sent again: the stages' own code, a real ledger and the local registry."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.config.models import Institution
from supdata.errors import AccessRefused, FixConfig, RegistryDiffers, TryLater
from supdata.ledger.schema import migrate
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder
from supdata.orchestration.validation import RULES_USED
from supdata.plan.comparing import FIELDS
from supdata.push.reading_back import FOUND
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.rows import RawRow
from supdata.records.shipment import Receipt
from supdata.records.states import Outcome, Severity, Verdict
from supdata.sandbox.local.ports import free_ports
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.registry.serving import registry_in_thread

pytestmark = pytest.mark.integration

STARTED = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RECORDS = 120
SIRET = "13002526500013"
KINDS = ("supdata", "api-particulier-v3")
TYPES = {"supdata": "supdata_read", "api-particulier-v3": "api_particulier"}


def enrolments(count: int = RECORDS, **changes: str) -> list[Enrolment]:
    return [an_enrolment(row=row, ine=f"{row:09d}FJ", sisId=str(row), **changes) for row in range(2, count + 2)]


def school(kind: str = "supdata", *, read: Mapping[str, Any] | None = None, **registry: Any) -> Institution:
    """A school with a read connection; `read` changes its settings."""
    recipient = {"recipient": SIRET} if kind == "api-particulier-v3" else {}
    settings = {"connection": "read_back", "kind": kind, "rate": 500, "settle_seconds": 0.2, **recipient, **(read or {})}
    return an_institution(registry={"connection": "supdata_0751717j", "timeout_seconds": 2, "read": settings, **registry})


class Bench:
    """A ledger, a registry that knows the students and opens both its sides, and the nights of one school."""

    def __init__(self, url: str, ledger: str, registry_database: str, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.url, self.registry_database, self._root, self._patch = url, registry_database, root, patch
        students = [{"ine": one.ine, "dateNaissance": one.dateNaissance} for one in enrolments()]
        self.admin("POST", "directory", {"students": students})
        key = self.admin("POST", "keys", {"uai": UNIVERSITY, "kind": "enseignement_superieur", "name": "UNIVERSITE"})["key"]
        parts = conninfo_to_dict(ledger)
        database = {"host": parts["host"], "port": parts.get("port"), "login": parts["user"], "password": parts.get("password")}
        self.connect("supdata_0751717j", conn_type="supdata", host=url, password=key)
        self.connect("supdata_ledger", conn_type="postgres", schema=parts["dbname"], **database)
        self.connect("supdata_ledger_key", conn_type="generic", password="a made secret of some length")
        self.open_read_side("supdata")

    def connect(self, name: str, **fields: Any) -> None:
        self._patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))

    def open_read_side(self, kind: str, **changes: Any) -> None:
        use = "gateway" if kind == "supdata" else "particulier"
        key = self.admin("POST", "read-keys", {"use": use})["key"]
        self.connect("read_back", **{"conn_type": TYPES[kind], "host": self.url, "password": key, **changes})

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

    def forget(self, *rows: int) -> None:
        """Take what stands on these rows of the source out of the registry, as if it had never been kept."""
        with psycopg.connect(self.registry_database) as connection:
            connection.execute("DELETE FROM inscription WHERE student = ANY(%s)", ([f"{row:09d}FJ" for row in rows],))

    def night(self, name: str, institution: Institution, found: list[Enrolment] | None = None) -> Run:
        """Return a run whose stages before the plan have read `found`, all of it valid."""
        rows = enrolments() if found is None else found
        folder = RunFolder(str(self._root), institution.uai, name)
        run = Run(institution, folder, name, STARTED, mode="delta", dry_run=False, limit=None)
        with run.stage("extract"):
            folder.write("extract", "rows.jsonl", (RawRow(source=one.source, row=one.row, values={}) for one in rows))
            folder.write("extract", "unreadable.jsonl", ())
        with run.stage("normalise"):
            folder.write("normalise", "enrolments.jsonl", rows)
        with run.stage("validate"):
            judged = (Judgement(source=one.source, row=one.row, verdict=Verdict.VALID) for one in rows)
            folder.write("validate", "judgements.jsonl", judged)
            folder.write("validate", "valid.jsonl", rows)
            severities = dict.fromkeys(FIELDS, Severity.WARN)
            folder.write("validate", RULES_USED, [RulesInForce(version="r1", severities=severities)])
        return run

    def declare(self, name: str, institution: Institution, found: list[Enrolment] | None = None) -> list[Receipt]:
        """Plan and push one night, and return its receipts."""
        return receipts(self.declared(name, institution, found))

    def declared(self, name: str, institution: Institution, found: list[Enrolment] | None = None) -> Run:
        """Plan and push one night, and return its run."""
        run = self.night(name, institution, found)
        for chunk in plan_run(run).chunks:
            push_chunk_of(run, "push", chunk)
        return run


@pytest.fixture
def bench(database_url: str, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    migrate(database_url)
    registry_database = postgres.create_database(f"registry_{database_url[-12:]}")
    with registry_in_thread(registry_database, "admin") as url:
        yield Bench(url, database_url, registry_database, tmp_path / "runs", monkeypatch)


def receipts(run: Run) -> list[Receipt]:
    names = [name for result in run.folder.results("push") for name in result.files]
    return [one for name in names for one in run.folder.read("push", name, Receipt)]


def outcomes(found: list[Receipt]) -> Counter[Outcome]:
    return Counter(one.outcome for one in found)


@pytest.mark.parametrize("policy", ["repost", "hold"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["reset_after", "error_after"])
def test_what_was_written_though_nobody_was_told_is_found_and_not_sent_again(
    bench: Bench, fault: str, kind: str, policy: str
) -> None:
    bench.open_read_side(kind)
    bench.fail(seed=7, **{fault: 0.2})
    found = bench.declare("night-1", school(kind, ambiguous=policy))
    assert outcomes(found) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)
    assert bench.posts() == RECORDS
    looked_up = [one for one in found if not one.id_inscription]
    assert looked_up
    assert {one.words for one in looked_up} == {FOUND}


@pytest.mark.parametrize("policy", ["repost", "hold"])
@pytest.mark.parametrize("fault", ["reset_before", "error_before"])
def test_what_never_arrived_is_not_found_and_sent_again(bench: Bench, fault: str, policy: str) -> None:
    bench.fail(seed=7, **{fault: 0.2})
    assert outcomes(bench.declare("night-1", school(ambiguous=policy))) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


@pytest.mark.parametrize("policy", ["repost", "hold"])
def test_with_everything_failing_on_both_sides_nothing_is_lost_doubled_or_left_in_doubt(bench: Bench, policy: str) -> None:
    write = {"reset_after": 0.1, "reset_before": 0.1, "error_after": 0.05, "error_before": 0.05, "bad_gateway": 0.05}
    read = {"seed": 7, "too_many": 0.1, "bad_gateway": 0.05, "reset": 0.05}
    bench.fail(seed=7, too_many=0.05, retry_after_seconds=0, read=read, **write)
    institution = school(ambiguous=policy, read={"sample": 1})
    run = bench.declared("night-1", institution)
    for _ in range(3):  # as when the task is cleared: a few records meet a fault each time they are sent
        push_chunk_of(run, "push", "chunk-0001")
    assert outcomes(receipts(run)) == {Outcome.ACCEPTED: RECORDS}
    counts = reconcile_run(run)
    assert (counts.accepted, counts.ambiguous, counts.looked_up, counts.missing) == (RECORDS, 0, RECORDS, 0)
    assert bench.rows() == (RECORDS, RECORDS)


def test_an_answer_that_comes_too_late_is_found(bench: Bench) -> None:
    bench.fail(seed=7, stall_after=0.1, stall_ms=3_000)
    assert outcomes(bench.declare("night-1", school(timeout_seconds=1))) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


def test_a_change_that_no_read_service_shows_is_left_to_the_policy(bench: Bench) -> None:
    """The level of study is not shown: the row that is there may be last year's word or this night's."""
    bench.declare("night-1", school())
    bench.fail(seed=7, reset_after=1)
    changed = enrolments(1, niveauDiplome="02") + enrolments()[1:]
    held = bench.declare("night-2", school(ambiguous="hold"), changed)
    assert outcomes(held) == {Outcome.AMBIGUOUS: 1}
    assert bench.rows() == (RECORDS + 1, RECORDS + 1)


def test_a_change_that_is_shown_is_told_from_what_stood_there_before(bench: Bench) -> None:
    bench.declare("night-1", school(), enrolments(statut="admis"))
    bench.fail(seed=7, reset_after=0.1, reset_before=0.1)
    assert outcomes(bench.declare("night-2", school())) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (2 * RECORDS, 2 * RECORDS)


def test_a_second_diploma_of_one_student_is_never_taken_for_the_first(bench: Bench) -> None:
    first = enrolments(1)
    bench.declare("night-1", school(), first)
    bench.fail(seed=7, reset_before=1)
    both = [*first, an_enrolment(row=3, ine=first[0].ine, sisId="3", diplome="2500999")]
    assert outcomes(bench.declare("night-2", school(ambiguous="hold"), both)) == {Outcome.AMBIGUOUS: 1}
    assert bench.rows() == (1, 1)


def test_a_diploma_that_was_renamed_is_not_taken_for_the_one_that_left_the_source(bench: Bench) -> None:
    bench.declare("night-1", school(), enrolments(1))
    bench.fail(seed=7, reset_before=1)
    renamed = enrolments(1, diplome="2500999")
    assert outcomes(bench.declare("night-2", school(ambiguous="hold"), renamed)) == {Outcome.AMBIGUOUS: 1}
    bench.fail()
    assert outcomes(bench.declare("night-3", school(), renamed)) == {Outcome.ACCEPTED: 1}
    assert bench.rows() == (2, 2)


def test_what_was_left_in_doubt_is_looked_up_by_the_next_run_before_anything_is_sent(bench: Bench) -> None:
    """Whatever the policy: the first night has no read connection, the second has."""
    bench.fail(seed=7, reset_after=0.2)
    without = an_institution(registry={"connection": "supdata_0751717j", "timeout_seconds": 2, "ambiguous": "hold"})
    doubtful = outcomes(bench.declare("night-1", without))[Outcome.AMBIGUOUS]
    posts = bench.posts()
    bench.fail()
    found = bench.declare("night-2", school(ambiguous="hold"))
    assert outcomes(found) == {Outcome.ACCEPTED: doubtful}
    assert bench.posts() == posts
    assert bench.rows() == (RECORDS, RECORDS)


def test_a_read_side_that_is_away_leaves_records_in_doubt_and_stops_no_other(bench: Bench) -> None:
    (nobody,) = free_ports(1)
    bench.open_read_side("supdata", host=f"http://127.0.0.1:{nobody}")
    bench.fail(seed=7, reset_after=0.1)
    run = bench.night("night-1", school())
    (chunk,) = plan_run(run).chunks
    with pytest.raises(TryLater, match="Reading from the registry"):
        push_chunk_of(run, "push", chunk)
    left = outcomes(receipts(run))
    assert left[Outcome.ACCEPTED] + left[Outcome.AMBIGUOUS] == RECORDS
    bench.open_read_side("supdata")
    push_chunk_of(run, "push", chunk)
    assert outcomes(receipts(run)) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)


def test_a_refused_read_key_is_told_and_nothing_in_doubt_is_sent_again(bench: Bench) -> None:
    bench.open_read_side("supdata", password="no-such-key")
    bench.fail(seed=7, reset_after=0.1)
    with pytest.raises(AccessRefused, match="refused the key"):
        bench.declare("night-1", school())
    assert bench.rows() == (RECORDS, RECORDS)


def test_a_connection_of_another_kind_is_a_fault_of_the_config(bench: Bench) -> None:
    bench.open_read_side("api-particulier-v3")
    with pytest.raises(FixConfig, match="`api_particulier`"):
        bench.declare("night-1", school("supdata"))


def test_no_log_and_no_error_shows_who_is_looked_up(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    bench.fail(seed=7, reset_after=0.2)
    bench.declare("night-1", school())
    (nobody,) = free_ports(1)
    bench.open_read_side("supdata", host=f"http://127.0.0.1:{nobody}")
    with pytest.raises(TryLater) as raised:
        bench.declare("night-2", school(), enrolments(diplome="2500999"))
    told = f"{caplog.text}{raised.value!r}{raised.getrepr()}"
    assert not [one.ine for one in enrolments() if one.ine in told]


PUSH_IN_A_PROCESS = """
import sys
from datetime import datetime, UTC
from supdata.config.models import Institution
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder

institution = Institution.model_validate_json(sys.argv[1])
folder = RunFolder(sys.argv[2], institution.uai, sys.argv[3])
run = Run(institution, folder, sys.argv[3], datetime(2026, 10, 1, 2, tzinfo=UTC), mode="delta", dry_run=False, limit=None)
push_chunk_of(run, "push", sys.argv[4])
"""


@pytest.mark.parametrize("policy", ["repost", "hold"])
def test_killed_half_way_nothing_is_lost_and_nothing_is_doubled(bench: Bench, tmp_path: Path, policy: str) -> None:
    bench.fail(latency_ms=60)
    institution = school(ambiguous=policy)
    run = bench.night("night-1", institution)
    (chunk,) = plan_run(run).chunks
    command = [sys.executable, "-c", PUSH_IN_A_PROCESS, institution.model_dump_json(), str(tmp_path / "runs"), "night-1", chunk]
    process = subprocess.Popen(command)
    while bench.posts() < RECORDS // 3 and process.poll() is None:
        time.sleep(0.01)
    assert process.poll() is None, "it was to be killed while it was sending"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    for _ in range(50):  # PostgreSQL may need a moment to see that it is dead
        try:
            push_chunk_of(run, "push", chunk)
            break
        except TryLater:
            time.sleep(0.1)
    assert outcomes(receipts(run)) == {Outcome.ACCEPTED: RECORDS}
    assert bench.rows() == (RECORDS, RECORDS)
    assert reconcile_run(run).ambiguous == 0


def test_a_run_looks_up_what_the_registry_has_accepted_and_what_it_had_accepted_before(bench: Bench) -> None:
    for name, sample, looked_up in (("night-1", 1, RECORDS), ("night-2", 1, RECORDS), ("night-3", 0, 0)):
        run = bench.declared(name, school(read={"sample": sample}))
        counts = reconcile_run(run)
        assert (counts.looked_up, counts.missing) == (looked_up, 0)
    run = bench.declared("night-4", school(read={"sample": 0.5}))
    assert 0 < reconcile_run(run).looked_up < RECORDS


def test_what_the_registry_has_lost_is_sent_again_once_and_then_a_person_is_called(bench: Bench) -> None:
    institution = school(read={"sample": 1})
    reconcile_run(bench.declared("night-1", institution))
    bench.forget(5, 6)
    run = bench.declared("night-2", institution)
    rows = "inscriptions.csv row 5, inscriptions.csv row 6"
    for _ in range(2):  # clearing the task changes nothing
        counts = reconcile_run(run)
        assert (counts.unchanged, counts.looked_up, counts.missing) == (RECORDS, RECORDS, 2)
    (result,) = run.folder.results("reconcile")
    assert f"accepted, and not shown by the registry: 2 ({rows}); sent again by the next run" in result.notes
    again = bench.declared("night-3", institution)
    counts = reconcile_run(again)
    assert (counts.unchanged, counts.to_update, counts.accepted, counts.missing) == (RECORDS - 2, 2, 2, 0)
    assert bench.rows() == (RECORDS, RECORDS)
    bench.forget(5)
    with pytest.raises(RegistryDiffers, match="row 5"):
        reconcile_run(bench.declared("night-4", institution))
    assert bench.rows() == (RECORDS - 1, RECORDS - 1)


def test_a_read_side_that_only_lagged_behind_makes_nothing_be_sent_twice(bench: Bench) -> None:
    institution = school(read={"sample": 1})
    run = bench.declared("night-1", institution)
    with psycopg.connect(bench.registry_database) as connection:
        connection.execute("CREATE TABLE late AS SELECT * FROM inscription WHERE student = '000000005FJ'")
    bench.forget(5)
    assert reconcile_run(run).missing == 1
    with psycopg.connect(bench.registry_database) as connection:
        connection.execute("INSERT INTO inscription OVERRIDING SYSTEM VALUE SELECT * FROM late")
    posts = bench.posts()
    counts = reconcile_run(bench.declared("night-2", institution))
    assert (counts.accepted, counts.missing) == (1, 0)
    assert bench.posts() == posts
    assert bench.rows() == (RECORDS, RECORDS)


def test_what_the_registry_shows_otherwise_makes_the_run_red_with_its_rows(bench: Bench) -> None:
    run = bench.declared("night-1", school(read={"sample": 1}))
    with psycopg.connect(bench.registry_database) as connection:
        connection.execute("UPDATE inscription SET statut = '1' WHERE student IN ('000000005FJ', '000000009FJ')")
    with pytest.raises(RegistryDiffers, match=r"\(statut\): 2 \(inscriptions.csv row 5, inscriptions.csv row 9\)"):
        reconcile_run(run)


def test_a_read_side_of_another_registry_heals_nothing(bench: Bench) -> None:
    run = bench.declared("night-1", school(read={"sample": 1}))
    bench.forget(*range(2, RECORDS + 2))
    with pytest.raises(FixConfig, match=f"{RECORDS} of {RECORDS}"):
        reconcile_run(run)
    assert bench.declare("night-2", school()) == []


@pytest.mark.parametrize(("kind", "left"), [("api-particulier-v3", Outcome.AMBIGUOUS), ("supdata", Outcome.ACCEPTED)])
def test_before_its_first_day_an_enrolment_that_only_the_current_year_would_show_is_not_taken_for_absent(
    bench: Bench, kind: str, left: Outcome
) -> None:
    bench.open_read_side(kind)
    bench.fail(seed=7, reset_before=0.2)
    next_year = enrolments(dateDebutInscription="2027-09-01", dateFinInscription="2028-08-31")
    run = bench.declared("night-1", school(kind, ambiguous="hold", read={"sample": 1}), next_year)
    found = outcomes(receipts(run))
    assert found.total() == RECORDS
    assert (found[Outcome.AMBIGUOUS] > 0) == (left is Outcome.AMBIGUOUS)
    assert bench.rows() == (found[Outcome.ACCEPTED], found[Outcome.ACCEPTED])


def test_a_read_side_that_is_away_is_noted_and_the_run_is_green(bench: Bench) -> None:
    run = bench.declared("night-1", school(read={"sample": 0.01}))
    (nobody,) = free_ports(1)
    bench.open_read_side("supdata", host=f"http://127.0.0.1:{nobody}")
    assert reconcile_run(run).looked_up == 0
    assert any("nothing was looked up" in note for note in run.folder.results("reconcile")[0].notes)
