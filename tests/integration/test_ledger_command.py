"""`supdata ledger` on a real PostgreSQL: what it shows, what it marks, and what it never prints."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from builders import UNIVERSITY, an_enrolment, an_institution
from drafted import Drafted, drafted_against
from supdata.cli.ledger.options import DATABASE_VARIABLE
from supdata.cli.main import app
from supdata.ledger.entries import Settlement
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.opening import REVISION
from supdata.ledger.schema import migrate, revert
from supdata.ledger.store import Ledger
from supdata.records.judgement import RulesInForce
from supdata.records.states import Outcome
from supdata.sandbox.schools.made_ine import with_rnie_key

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
RULES = RulesInForce(version="r1", severities={})
SECRET = "a secret of the tests"
FINGERPRINT = Fingerprint(SECRET.encode())
STATES = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN_STUDENT, Outcome.AMBIGUOUS)
ROWS = [an_enrolment(row=number, ine=with_rnie_key(f"9{number:08d}")) for number in range(1, 5)]


class Night:
    """A ledger after one night: row 1 accepted, 2 refused, 3 unknown, 4 in doubt."""

    def __init__(self, url: str) -> None:
        self.url = url
        (chunk,) = self.plan("night-1").chunks
        with psycopg.connect(url) as connection:
            ledger = Ledger(connection)
            ids = ledger.record("night-1", "chunk-0001", settled=[], intended=chunk, at=NOW)
            settled = [
                Settlement(
                    intent=ids[one.key], outcome=state, status=400, words="le mot du registre",
                    next_due=NOW + timedelta(days=30) if state in (Outcome.REFUSED, Outcome.UNKNOWN_STUDENT) else None,
                )
                for one, state in zip(chunk, STATES, strict=True)
            ]  # fmt: skip
            ledger.record("night-1", "chunk-0001", settled=settled, intended=[], at=NOW)
        self.keys = [one.key for one in chunk]

    def plan(self, run: str, now: datetime = NOW, ambiguous: str = "hold") -> Drafted:
        institution = an_institution(registry={"connection": "x", "ambiguous": ambiguous})
        with psycopg.connect(self.url) as connection:
            return drafted_against(
                Ledger(connection), ROWS, institution, fingerprint=FINGERPRINT, rules=RULES, run_id=run, now=now
            )

    def run(self, *arguments: str, entered: str | None = None, **variables: str) -> Result:
        environment = {DATABASE_VARIABLE: self.url, "COLUMNS": "200", **variables}
        return CliRunner(env=environment).invoke(app, ["ledger", *arguments], input=entered)

    def told(self, *arguments: str, entered: str | None = None, **variables: str) -> Any:
        result = self.run(*arguments, "--json", entered=entered, **variables)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def night(database_url: str) -> Night:
    migrate(database_url)
    return Night(database_url)


def rows(listed: list[dict[str, Any]]) -> list[int]:
    return sorted(one["row"] for one in listed)


def test_records_are_counted_by_school_and_state_and_listed_without_any_student(night: Night) -> None:
    told = night.told("show")
    assert [(one["uai"], one["state"], one["records"]) for one in told["counts"]] == [
        (UNIVERSITY, str(state), 1) for state in sorted(STATES)
    ]
    assert rows(told["records"]) == [1, 2, 3, 4]
    printed = night.run("show").stdout
    assert all(key[:12] in printed for key in night.keys)
    assert not [one.ine for one in ROWS if one.ine in printed or one.dateNaissance in printed]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--state", "refused", "--state", "unknown_student"), [2, 3]),
        (("--school", "0442953W"), []),
        (("--school", UNIVERSITY, "--row", "4"), [4]),
        (("--source", "another.csv"), []),
        (("--due", "2026-10-30"), []),
        (("--due", "2026-11-01"), [2, 3]),
        (("--limit", "1"), [1]),
        (("--limit", "0"), []),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_options_narrow_what_is_shown(night: Night, options: tuple[str, ...], found: list[int]) -> None:
    assert rows(night.told("show", *options)["records"]) == found


def test_what_was_sent_and_never_answered_is_shown_in_doubt(night: Night) -> None:
    with psycopg.connect(night.url) as connection:
        (chunk,) = night.plan("night-2", NOW + timedelta(days=40)).chunks
        Ledger(connection).record("night-2", "chunk-0001", settled=[], intended=chunk, at=NOW)
    assert rows(night.told("show", "--state", "ambiguous")["records"]) == [2, 3, 4]


def test_what_is_asked_for_is_planned_once_and_its_trail_says_who_and_why(night: Night) -> None:
    assert night.plan("night-2").chunks == []
    asked = ("--school", UNIVERSITY, "--state", "refused", "--state", "ambiguous")
    told = night.told("replay", *asked, "--reason", "le registre est réparé", "--by", "Ops", "--yes")
    assert told == {"marked": 2}
    (chunk,) = night.plan("night-3").chunks
    assert [one.row for one in chunk] == [2, 4]
    trail = night.told("trail", night.keys[1][:10])["trail"]
    assert [one["what"] for one in trail] == ["sent", "answered", "replay"]
    assert (trail[2]["author"], trail[2]["words"]) == ("Ops", "le registre est réparé")
    assert "le registre est réparé" in night.run("trail", night.keys[1]).stdout
    with psycopg.connect(night.url) as connection:
        ledger = Ledger(connection)
        ids = ledger.record("night-3", "chunk-0001", settled=[], intended=chunk, at=NOW)
        answers = [Settlement(intent=intent, outcome=Outcome.ACCEPTED, id_inscription="9") for intent in ids.values()]
        ledger.record("night-3", "chunk-0001", settled=answers, intended=[], at=NOW)
    assert night.plan("night-4").chunks == []


def test_what_was_accepted_is_sent_again_only_when_it_is_named(night: Night) -> None:
    night.told("replay", "--school", UNIVERSITY, "--state", "accepted", "--reason", "perdu au registre", "--yes")
    (chunk,) = night.plan("night-2").chunks
    assert [(one.row, one.action) for one in chunk] == [(1, "update")]


def test_it_says_how_many_and_asks_before_it_marks(night: Night) -> None:
    asked = ("replay", "--school", UNIVERSITY, "--state", "refused", "--reason", "le registre est réparé")
    refused = night.run(*asked, entered="n\n")
    assert f"{UNIVERSITY}: send 1 records again (1 refused)?" in refused.output
    assert night.plan("night-2").chunks == []
    assert "1 records are sent again" in night.run(*asked, entered="y\n").output
    assert len(night.plan("night-3").chunks) == 1


@pytest.mark.parametrize(
    ("reason", "said"),
    [("", "--reason is empty"), ("  ", "--reason is empty"), ("see 123456789FJ", "INE"), ("born 2004-03-09", "birth date")],
)
def test_without_a_reason_or_with_a_student_in_it_nothing_is_marked(night: Night, reason: str, said: str) -> None:
    result = night.run("replay", "--school", UNIVERSITY, "--state", "refused", "--reason", reason, "--yes")
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert "123456789FJ" not in result.output
    assert night.plan("night-2").chunks == []


def test_nothing_is_marked_while_a_run_of_the_school_sends(night: Night) -> None:
    with psycopg.connect(night.url) as connection, Ledger(connection).sole_sender("night-1", "chunk-0001"):
        result = night.run("replay", "--school", UNIVERSITY, "--state", "refused", "--reason", "réparé", "--yes")
    assert result.exit_code == 2
    assert "is sending" in result.stderr
    assert night.plan("night-2").chunks == []


def test_a_student_is_found_by_an_ine_that_stands_on_no_command_line(night: Night) -> None:
    key = json.dumps({"conn_type": "generic", "password": SECRET})
    asked = ("find", "--school", UNIVERSITY, "--start", "2026-09-01", "--diplome", "2500123")
    told = night.told(*asked, entered=f"{ROWS[1].ine.lower()} \n", AIRFLOW_CONN_SUPDATA_LEDGER_KEY=key)
    assert rows(told["records"]) == [2]
    assert list(told["trails"]) == [night.keys[1]]
    nobody = night.run(*asked, entered=f"{with_rnie_key('900000099')}\n", AIRFLOW_CONN_SUPDATA_LEDGER_KEY=key)
    assert (nobody.exit_code, "No such enrolment" in nobody.stderr) == (1, True)
    wrong = night.run(*asked, entered="DUPONT Marie\n", AIRFLOW_CONN_SUPDATA_LEDGER_KEY=key)
    assert (wrong.exit_code, "DUPONT" in wrong.output) == (2, False)


@pytest.mark.parametrize("given", ["123456789FJ", "f" * 33, "ab"])
def test_a_trail_is_that_of_a_fingerprint_and_of_nothing_else(night: Night, given: str) -> None:
    result = night.run("trail", given)
    assert result.exit_code == 2
    assert given not in result.output


def test_a_fingerprint_that_nobody_has_is_told_so(night: Night) -> None:
    assert "there is none" in night.run("trail", "0" * 32).stderr


def test_the_tables_are_made_and_brought_up_to_date_by_a_command(database_url: str) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner(env={DATABASE_VARIABLE: database_url}).invoke(app, ["ledger", *arguments])

    assert run("status").exit_code == 1
    assert "supdata ledger migrate" in run("show").stderr
    assert f"{REVISION}, not made yet before" in run("migrate").stdout
    assert f"{REVISION}, as before" in run("migrate").stdout
    assert (run("status").exit_code, run("show").exit_code) == (0, 0)
    revert(database_url, "0002")
    told = run("status", "--json")
    assert (told.exit_code, json.loads(told.stdout)["ready"]) == (1, False)
    assert f"revision 0002, and {REVISION} is needed" in run("show").stderr


def test_without_an_address_the_ledger_is_the_one_airflow_knows(night: Night) -> None:
    connection = night.url.replace("postgresql://", "postgres://")
    told = night.told("show", SUPDATA_LEDGER_DATABASE="", AIRFLOW_CONN_SUPDATA_LEDGER=connection)
    assert rows(told["records"]) == [1, 2, 3, 4]
