"""Nights of one school from plan to report, on a real ledger, a real registry and run folders: who leaves, who comes back."""

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg
import pytest
import requests

from builders import UNIVERSITY, an_enrolment, an_institution
from supdata.config.models import Institution
from supdata.errors import TryLater
from supdata.ledger.history import History
from supdata.ledger.schema import migrate
from supdata.orchestration.approval import DECISION, Decision
from supdata.orchestration.extraction import LEFT_OUT
from supdata.orchestration.planning import PlannedRun, plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run
from supdata.orchestration.reporting import report_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder, as_json
from supdata.orchestration.validation import RULES_USED
from supdata.plan.comparing import FIELDS
from supdata.records.counts import Counts
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.rows import LeftOutRow, RawRow, UnreadableRow
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Outcome, Severity, Verdict
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.registry.serving import registry_in_thread
from supdata.sandbox.schools.made_ine import with_rnie_key

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).parents[2]
FIRST = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
ADMIN = {"X-Admin-Token": "admin"}
RULES = RulesInForce(version="r1", severities=dict.fromkeys(FIELDS, Severity.HOLD))
STUDENTS = [
    an_enrolment(row=row, ine=with_rnie_key(f"9{row:08d}"), sisId=str(row), dateNaissance=f"200{row % 9}-03-0{row % 9 + 1}")
    for row in range(2, 12)
]
NEAR_ALL: dict[str, Any] = {"limits": {"departed": 0.95, "changed": 0.95}}
CLOSING: dict[str, Any] = {"departed": "close", **NEAR_ALL}


class School:
    """One school, its registry and its ledger; each night is a run."""

    def __init__(self, registry: str, ledger: str, root: Path) -> None:
        self.registry, self.ledger, self.root = registry, ledger, root
        self.number = 0
        self.last: Run

    def declared(self) -> dict[str, list[str]]:
        """The ends that the registry holds, by INE, in the order in which they came."""
        with psycopg.connect(self.registry) as connection:
            rows = connection.execute('SELECT ine, "dateFinInscription" FROM inscription ORDER BY id_inscription').fetchall()
            found: dict[str, list[str]] = {}
            for ine, end in rows:
                found.setdefault(ine, []).append(end)
        return found

    def run(
        self,
        rows: Sequence[Enrolment],
        *,
        after: timedelta | None = None,
        dry_run: bool = False,
        left_out: Sequence[tuple[Enrolment, LeftOutRow]] = (),
        **facts: Any,
    ) -> Run:
        """Begin the next night: what the stages before the plan leave, for these rows."""
        self.number += 1
        run = Run(
            institution=school(**facts),
            folder=RunFolder(str(self.root), UNIVERSITY, f"night-{self.number}"),
            run_id=f"night-{self.number}",
            started=FIRST + (timedelta(days=self.number - 1) if after is None else after),
            mode="delta",
            dry_run=dry_run,
            limit=None,
        )
        with run.stage("extract"):
            run.folder.write("extract", "rows.jsonl", [RawRow(source=one.source, row=one.row, values={}) for one in rows])
            run.folder.write("extract", "unreadable.jsonl", list[UnreadableRow]())
            run.folder.write("extract", LEFT_OUT, [row for _, row in left_out])
        with run.stage("normalise"):
            run.folder.write("normalise", "enrolments.jsonl", rows)
            run.folder.write("normalise", LEFT_OUT, [one for one, _ in left_out])
        with run.stage("validate"):
            run.folder.write("validate", "judgements.jsonl", map(a_judgement, rows))
            run.folder.write("validate", "valid.jsonl", rows)
            run.folder.write("validate", RULES_USED, [RULES])
        return run

    def night(self, rows: Sequence[Enrolment], *, approve: bool | None = None, **facts: Any) -> Counts:
        """Do a whole night; a held batch is approved or not, as a person says."""
        run = self.last = self.run(rows, **facts)
        planned = plan_run(run)
        for chunk in planned.chunks:
            push_chunk_of(run, "push", chunk)
        if planned.question:
            self.answer(run, planned, approve=bool(approve))
        counts = reconcile_run(run)
        report_run(run)
        return counts

    def answer(self, run: Run, planned: PlannedRun, *, approve: bool) -> None:
        assert planned.question is not None
        batch = planned.question["batch"]
        with run.stage("approve"):
            decision = Decision(batch=batch, answer="approved" if approve else "rejected")
            run.folder.write_bytes("approve", DECISION, as_json(decision))
        for chunk in planned.held if approve else ():
            push_chunk_of(run, "push_held", chunk, batch)

    def page(self) -> str:
        return (self.root / UNIVERSITY / f"night-{self.number}" / "report" / "rapport.html").read_text(encoding="utf-8")

    def result(self, stage: str) -> dict[str, Any]:
        path = self.root / UNIVERSITY / f"night-{self.number}" / stage / "result.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def forget(self, number: int, *parts: str) -> None:
        """Delete the folder of a night, as retention does, or parts of it."""
        for part in parts or ("",):
            shutil.rmtree(self.root / UNIVERSITY / f"night-{number}" / part)


def a_judgement(enrolment: Enrolment, verdict: Verdict = Verdict.VALID) -> Judgement:
    return Judgement(source=enrolment.source, row=enrolment.row, verdict=verdict)


def school(**facts: Any) -> Institution:
    registry = {"connection": "supdata_0751717j", "concurrency": 4, **facts.pop("registry", {})}
    return an_institution(registry=registry, **facts)


def conninfo(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    names = {"host": parts.hostname, "port": parts.port, "login": parts.username, "password": parts.password}
    return {"conn_type": "postgres", **names, "schema": parts.path[1:]}


@pytest.fixture
def opened(database_url: str, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    migrate(database_url)
    registry = postgres.create_database(f"registry_{database_url[-12:]}")
    with registry_in_thread(registry, "admin") as url:
        known = [{"ine": one.ine, "dateNaissance": one.dateNaissance} for one in STUDENTS]
        requests.post(f"{url}/sandbox/directory", json={"students": known}, headers=ADMIN, timeout=60).raise_for_status()
        asked = {"uai": UNIVERSITY, "kind": "enseignement_superieur", "name": "UNIVERSITE"}
        key = requests.post(f"{url}/sandbox/keys", json=asked, headers=ADMIN, timeout=60).json()["key"]
        connections: dict[str, dict[str, object]] = {
            "supdata_0751717j": {"conn_type": "supdata", "host": url, "password": key, "extra": {"allow_http": True}},
            "supdata_ledger": conninfo(database_url),
            "supdata_ledger_key": {"conn_type": "generic", "password": "a made secret of some length"},
        }
        for name, fields in connections.items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))
        monkeypatch.setenv("SUPDATA_EXPECTATIONS", str(PROJECT / "expectations"))
        monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
        yield School(registry, database_url, tmp_path)


@pytest.mark.parametrize(
    ("close", "end"),
    [
        ({}, "2026-10-02"),
        ({"end": "last-seen"}, "2026-10-02"),
        ({"end": "run-date"}, "2026-10-03"),
        ({"end": "fixed", "date": "2027-01-31"}, "2027-01-31"),
    ],
    ids=str,
)
def test_who_has_left_is_closed_once_with_the_end_that_was_chosen(opened: School, close: dict[str, Any], end: str) -> None:
    """Seen for the last time in the second night, on 2 October; missing since the third."""
    facts = {**CLOSING, "departed_close": close}
    opened.night(STUDENTS, **facts)
    opened.night(STUDENTS, **facts)
    counts = opened.night(STUDENTS[2:], **facts)
    assert (counts.departed, counts.to_close, counts.closed, counts.accepted) == (2, 2, 2, 2)
    for left in STUDENTS[:2]:
        assert opened.declared()[left.ine] == ["2027-08-31", end]
    for _ in range(3):
        later = opened.night(STUDENTS[2:], **facts)
        assert (later.departed, later.to_close) == (0, 0)
    assert sum(map(len, opened.declared().values())) == len(STUDENTS) + 2


def test_each_night_is_kept_in_figures_with_the_name_of_what_it_declared(opened: School) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    opened.night(STUDENTS[:-1], **NEAR_ALL)
    with psycopg.connect(opened.ledger, autocommit=True) as connection:
        second, first = History(connection).of(UNIVERSITY)
        report_run(opened.last)
        assert History(connection).of(UNIVERSITY)[0].batch == second.batch
    assert (first.counts["accepted"], first.light, first.state, first.failed_stage) == (10, "green", "success", "")
    assert (second.counts["departed"], second.light) == (1, "orange")
    assert first.batch != second.batch == sha256(b"").hexdigest()
    assert first.due == FIRST
    page = opened.page()
    assert "D’un passage à l’autre" in page
    assert "<title>02/10 : 9</title>" in page
    english = (opened.root / UNIVERSITY / "night-2" / "report" / "report.html").read_text(encoding="utf-8")
    assert "9 rows were received on 2 October 2026" in english


def test_a_report_is_written_without_its_ledger_and_says_what_it_lacks(opened: School, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.night(STUDENTS)
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", "postgres://nobody@127.0.0.1:1/none")
    (opened.root / UNIVERSITY / "night-1" / "report" / "rapport.html").unlink()
    report_run(opened.last)
    assert "Tout est déclaré" in opened.page()
    assert "this run is missing from the history: TryLater" in opened.result("report")["notes"]


def test_a_registrar_reads_what_was_closed(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.night(STUDENTS[1:], **CLOSING)
    assert "1 inscription a été clôturée" in opened.page()
    assert STUDENTS[0].ine not in opened.page()


def test_under_the_default_policy_nothing_is_closed(opened: School) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    counts = opened.night(STUDENTS[2:], **NEAR_ALL)
    assert (counts.departed, counts.to_close) == (2, 0)
    assert opened.declared()[STUDENTS[0].ine] == ["2027-08-31"]


@pytest.mark.parametrize(("held", "closed"), [(False, 1), (True, 0)], ids=["cancelled", "on hold"])
def test_a_declared_enrolment_that_the_school_has_cancelled_is_told_with_its_reason_and_one_on_hold_is_not_closed(
    opened: School, held: bool, closed: int
) -> None:
    opened.night(STUDENTS, **CLOSING)
    gone = STUDENTS[0]
    row = LeftOutRow(source=gone.source, row=gone.row, values={}, reason="ETA_IAE=A", held=held)
    counts = opened.night(STUDENTS[1:], left_out=[(gone, row)], **CLOSING)
    assert (counts.read, counts.left_out, counts.departed, counts.closed) == (9, 1, 1, closed)
    assert "Votre logiciel dit : ETA_IAE=A" in opened.page()
    assert "Laissées de côté" in opened.page()


def test_who_comes_back_is_declared_again_and_can_leave_again(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.night(STUDENTS[1:], **CLOSING)
    back = opened.night(STUDENTS, **CLOSING)
    assert (back.to_update, back.updated, back.departed) == (1, 1, 0)
    gone = opened.night(STUDENTS[1:], **CLOSING)
    assert (gone.to_close, gone.closed) == (1, 1)
    assert opened.declared()[STUDENTS[0].ine] == ["2027-08-31", "2026-10-01", "2027-08-31", "2026-10-03"]


def test_more_departures_than_the_limit_wait_for_a_person_even_in_a_small_school(opened: School) -> None:
    facts: dict[str, Any] = {"departed": "close"}
    opened.night(STUDENTS, **facts)
    held = opened.night(STUDENTS[5:], approve=False, **facts)
    assert (held.departed, held.to_close, held.held, held.closed) == (5, 5, 5, 0)
    assert "refusé par la personne" in opened.page()
    approved = opened.night(STUDENTS[5:], approve=True, **facts)
    assert (approved.to_close, approved.closed) == (5, 5)
    assert opened.night(STUDENTS[5:], **facts).departed == 0


def test_the_question_to_a_person_says_how_many_would_be_ended(opened: School) -> None:
    opened.night(STUDENTS, departed="close")
    question = plan_run(opened.run(STUDENTS[5:], departed="close")).question
    assert question is not None
    assert "5 of them end enrolments that are no longer in the source" in question["body"]


@pytest.mark.parametrize("forgotten", [("plan",), ("validate",)], ids=str)
def test_what_was_declared_is_found_in_one_of_two_places(opened: School, forgotten: tuple[str, ...]) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.forget(1, *forgotten)
    assert opened.night(STUDENTS[1:], **CLOSING).closed == 1


def test_what_is_found_nowhere_stays_departed_and_is_said(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.forget(1)
    counts = opened.night(STUDENTS[1:], **CLOSING)
    assert (counts.departed, counts.to_close) == (1, 0)
    (note,) = opened.result("plan")["notes"]
    assert note.startswith("1 departed enrolments are not closed")
    assert opened.night(STUDENTS[1:], **CLOSING).departed == 1


def test_a_folder_that_holds_another_content_is_no_evidence(opened: School) -> None:
    """The plan is gone, and the row last seen is not what the registry has accepted."""
    opened.night(STUDENTS, **CLOSING)
    changed = an_enrolment(row=2, ine=STUDENTS[0].ine, dateNaissance="1999-01-01", sisId="2")
    opened.night([changed, *STUDENTS[1:]], approve=False, **CLOSING)
    opened.forget(1)
    counts = opened.night(STUDENTS[1:], **CLOSING)
    assert (counts.departed, counts.to_close) == (1, 0)


def test_a_student_whose_row_has_a_fault_has_not_left(opened: School) -> None:
    """The INE is mistyped tonight: the row is rejected, and what was declared under the right one looks gone."""
    opened.night(STUDENTS, **CLOSING)
    mistyped = msgspec.structs.replace(STUDENTS[0], ine="900000003AA")
    run = opened.run(STUDENTS[1:], **CLOSING)
    told = [a_judgement(mistyped, Verdict.REJECTED), *map(a_judgement, STUDENTS[1:])]
    run.folder.write("validate", "judgements.jsonl", told)
    run.folder.write("normalise", "enrolments.jsonl", [mistyped, *STUDENTS[1:]])
    plan_run(run)
    (note,) = opened.result("plan")["notes"]
    assert note == "1 departed enrolments are not closed: the student has a row with a fault"
    corrected = opened.night([msgspec.structs.replace(STUDENTS[0], diplome="2500999"), *STUDENTS[1:]], **CLOSING)
    assert (corrected.created, corrected.closed) == (1, 1), "who goes on under another diploma has left the first one"


def test_nobody_is_closed_while_a_row_cannot_be_read(opened: School) -> None:
    """It may be the row of whoever seems to have left; the night after, all are read and the end is the same."""
    facts = {**CLOSING, "departed_close": {"end": "run-date"}}
    opened.night(STUDENTS, **facts)
    run = opened.run(STUDENTS[1:], **facts)
    run.folder.write("extract", "unreadable.jsonl", [UnreadableRow(source="inscriptions.csv", row=2, reason="cut short")])
    assert plan_run(run).chunks == []
    assert opened.result("plan")["notes"] == [
        "1 departed enrolments are not closed: 1 rows cannot be read, and may be theirs",
    ]
    counts = reconcile_run(run)
    assert (counts.unreadable, counts.departed, counts.to_close) == (1, 1, 0)
    assert opened.night(STUDENTS[1:], **facts).closed == 1
    assert opened.declared()[STUDENTS[0].ine][-1] == "2026-10-02", "since the first night that missed it"


def test_one_that_ended_before_it_left_has_nothing_to_be_closed(opened: School) -> None:
    ended = an_enrolment(row=2, ine=STUDENTS[0].ine, dateNaissance=STUDENTS[0].dateNaissance, dateFinInscription="2026-09-30")
    opened.night([ended, *STUDENTS[1:]], **CLOSING)
    counts = opened.night(STUDENTS[1:], **CLOSING)
    assert (counts.departed, counts.to_close) == (1, 0)


def test_a_closing_the_registry_refuses_waits_and_is_no_row_to_correct(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    broken = {**CLOSING, "registry": {"codes": {"statut": {"admis": "1", "inscrit": "2"}}}}
    with psycopg.connect(opened.registry, autocommit=True) as connection:
        connection.execute("UPDATE student SET birth = birth + 1 WHERE ine = %s", (STUDENTS[0].ine,))
    counts = opened.night(STUDENTS[1:], **broken)
    assert (counts.to_close, counts.closed, counts.unknown_student) == (1, 0, 1)
    assert "Clôture non confirmée par le registre" in opened.page()
    assert "Corriger" not in opened.page()
    same_night = opened.night(STUDENTS[1:], after=timedelta(days=1, hours=3), **broken)
    assert (same_night.to_close, same_night.unknown_student) == (1, 1), "the answer stands"
    assert len(opened.declared()[STUDENTS[0].ine]) == 1


def test_a_dry_run_closes_nobody(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    run = opened.run(STUDENTS[1:], dry_run=True, **CLOSING)
    for chunk in plan_run(run).chunks:
        push_chunk_of(run, "push", chunk)
    counts = reconcile_run(run)
    assert (counts.to_close, counts.not_attempted) == (1, 1)
    report_run(run)
    assert "1 clôturée" in opened.page()
    assert opened.night(STUDENTS[1:], **CLOSING).closed == 1


def test_a_run_that_a_later_one_has_overtaken_ends_once_its_push_is_cleared(opened: School) -> None:
    """Two triggers: the first is planned, the second goes through, then the first is pushed and counted."""
    first = opened.run(STUDENTS)
    planned = plan_run(first)
    opened.night(STUDENTS)
    for chunk in planned.chunks:
        push_chunk_of(first, "push", chunk)
    counts = reconcile_run(first)
    assert (counts.not_attempted, counts.superseded) == (len(STUDENTS), len(STUDENTS))
    assert sum(map(len, opened.declared().values())) == len(STUDENTS)


def test_a_run_that_nobody_has_overtaken_stays_red_while_something_is_unsent(opened: School) -> None:
    run = opened.run(STUDENTS)
    plan_run(run)
    with pytest.raises(TryLater, match="10 records were not sent"):
        reconcile_run(run)


def test_no_student_s_value_is_in_what_a_closing_leaves_in_the_ledger(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.night(STUDENTS[1:], **CLOSING)
    with psycopg.connect(opened.ledger) as connection:
        rows = connection.execute("SELECT * FROM supdata.intent JOIN supdata.enrolment USING (key)").fetchall()
    assert not [one for one in STUDENTS if one.ine in str(rows)]
    run = RunFolder(str(opened.root), UNIVERSITY, "night-2")
    (closing,) = [one for one in run.read("plan", "chunk-0001.jsonl", Planned) if one.action == "close"]
    assert closing.body["ine"] == STUDENTS[0].ine


NIGHTS_OFF: dict[str, Any] = {
    "registry": {"windows": [{"first": "2026-10-02", "last": "2026-10-03", "reason": "Bascule de Pegase"}]}
}
ADDITIONS: dict[str, Any] = {"registry": {"windows": [{"first": "2026-10-02", "last": "2026-10-03", "send": "additions"}]}}


def changed(one: Enrolment) -> Enrolment:
    return msgspec.structs.replace(one, niveauDiplome="02")


def test_in_a_window_nothing_is_sent_and_the_first_run_after_it_sends_what_waited(opened: School) -> None:
    opened.night(STUDENTS[:6], **NEAR_ALL, **NIGHTS_OFF)
    tonight = [changed(STUDENTS[0]), *STUDENTS[1:]]
    for _ in range(2):
        counts = opened.night(tonight, **NEAR_ALL, **NIGHTS_OFF)
        assert (counts.to_create, counts.to_update, counts.held, counts.postponed) == (4, 1, 5, 5)
        assert len(opened.declared()) == 6
    (note,) = opened.result("plan")["notes"]
    assert note == "5 records wait: nothing is sent until 2026-10-03 (Bascule de Pegase)"
    assert "Aucun envoi n’est fait jusqu’au 3 octobre 2026 (Bascule de Pegase). 5 inscriptions attendent" in opened.page()
    after = opened.night(tonight, **NEAR_ALL, **NIGHTS_OFF)
    assert (after.created, after.updated, after.held) == (4, 1, 0)


def test_in_a_window_for_additions_changes_and_closings_wait_and_nobody_is_asked(opened: School) -> None:
    opened.night(STUDENTS[:6], departed="close", **ADDITIONS)
    tonight = [changed(one) for one in STUDENTS[4:8]]
    run = opened.run(tonight, departed="close", **ADDITIONS)
    planned = plan_run(run)
    assert (planned.held, planned.question) == ([], None), "though most have left"
    for chunk in planned.chunks:
        push_chunk_of(run, "push", chunk)
    counts = reconcile_run(run)
    assert (counts.created, counts.to_update, counts.to_close, counts.held, counts.postponed) == (2, 2, 4, 6, 6)
    report_run(run)
    assert "Seules les nouvelles inscriptions sont envoyées" in opened.page()


def test_the_plan_goes_by_when_the_run_was_due_and_a_push_by_when_it_would_send(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened.run(STUDENTS, **NIGHTS_OFF)
    (chunk,) = plan_run(run).chunks
    monkeypatch.setattr("supdata.orchestration.pushing._now", lambda: FIRST + timedelta(days=1))
    with pytest.raises(TryLater, match="nothing is sent until 2026-10-03"):
        push_chunk_of(run, "push", chunk)
    assert opened.declared() == {}
    monkeypatch.setattr("supdata.orchestration.pushing._now", lambda: FIRST + timedelta(days=4))
    push_chunk_of(run, "push", chunk)
    assert reconcile_run(run).created == len(STUDENTS)


def test_a_window_for_additions_that_began_after_the_plan_keeps_the_changes_until_it_ends(
    opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow: dict[str, Any] = {"registry": {"windows": [{"first": "2026-10-03", "last": "2026-10-03", "send": "additions"}]}}
    opened.night(STUDENTS[:6], **NEAR_ALL, **tomorrow)
    run = opened.run([changed(STUDENTS[0]), *STUDENTS[1:8]], **NEAR_ALL, **tomorrow)
    (chunk,) = plan_run(run).chunks
    monkeypatch.setattr("supdata.orchestration.pushing._now", lambda: FIRST + timedelta(days=2))
    with pytest.raises(TryLater, match="only new enrolments are sent until 2026-10-03: 1 records wait"):
        push_chunk_of(run, "push", chunk)
    kept = [one.outcome for one in run.folder.read("push", f"{chunk}.jsonl", Receipt)]
    assert (len(opened.declared()), kept.count(Outcome.ACCEPTED), kept.count(Outcome.NOT_ATTEMPTED)) == (8, 2, 1)
    monkeypatch.setattr("supdata.orchestration.pushing._now", lambda: FIRST + timedelta(days=4))
    push_chunk_of(run, "push", chunk)
    counts = reconcile_run(run)
    assert (counts.created, counts.updated, counts.not_attempted) == (2, 1, 0)
