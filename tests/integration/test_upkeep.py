"""What is past its period goes, and what a later night needs stays: on a real ledger, a real registry and run folders."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from builders import UNIVERSITY
from integration import test_nights
from integration.test_nights import CLOSING, NEAR_ALL, STUDENTS, School
from supdata.cli.main import app
from supdata.config.loading import load_institution
from supdata.config.periods import Periods
from supdata.orchestration.maintenance import purge_all
from supdata.orchestration.removals import tell_of_removed_schools

pytestmark = pytest.mark.integration

opened = test_nights.opened
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=2000)
CONFIG = Path(__file__).parents[1] / "configs" / "valid" / f"{UNIVERSITY}.yaml"


@pytest.fixture
def institutions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the school's file, which closes what departs."""
    folder = tmp_path_factory.mktemp("institutions")
    (folder / CONFIG.name).write_text(CONFIG.read_text(encoding="utf-8") + "departed: close\n", encoding="utf-8")
    return folder


def purged(school: School, institutions: Path, *, dry_run: bool = False, **days: int) -> dict[str, int]:
    return purge_all(institutions, Periods(**days), NOW, dry_run=dry_run)


def grow_old(school: School, *nights: int, days: int) -> None:
    for night in nights:
        for file in (school.root / UNIVERSITY / f"night-{night}").rglob("*"):
            moment = (NOW - timedelta(days=days)).timestamp()
            os.utime(file, (moment, moment))


def files(school: School, night: int) -> set[str]:
    folder = school.root / UNIVERSITY / f"night-{night}"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_an_old_run_folder_loses_all_but_what_a_closing_will_send_again(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **CLOSING)
    opened.night(STUDENTS, **CLOSING)
    grow_old(opened, 1, 2, days=100)
    counts = purged(opened, institutions)
    assert files(opened, 1) == {"plan/chunk-0001.jsonl"}
    assert not (opened.root / UNIVERSITY / "night-2").exists()
    assert (counts["files_needed"], counts["files_folders"]) == (1, 1)
    assert opened.night(STUDENTS[1:], **CLOSING).closed == 1, "what was declared was found"


def test_a_school_that_reports_what_departs_keeps_no_old_plan(opened: School, institutions: Path) -> None:
    (institutions / CONFIG.name).write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    opened.night(STUDENTS, **NEAR_ALL)
    grow_old(opened, 1, days=100)
    assert purged(opened, institutions)["files_folders"] == 1
    assert not (opened.root / UNIVERSITY / "night-1").exists()
    assert opened.night(STUDENTS, **NEAR_ALL).unchanged == len(STUDENTS), "the ledger knows what was declared"


def test_a_report_outlives_its_run_s_rows_and_then_goes_too(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    grow_old(opened, 1, days=60)
    purged(opened, institutions)
    assert {name.partition("/")[0] for name in files(opened, 1)} == {"plan", "report"}
    purged(opened, institutions, reports=50)
    assert {name.partition("/")[0] for name in files(opened, 1)} == {"plan"}


def test_a_young_run_stays_whole_and_a_dry_run_deletes_nothing_and_counts_the_same(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    opened.night(STUDENTS, **NEAR_ALL)
    grow_old(opened, 1, days=100)
    before = files(opened, 1), files(opened, 2)
    told = purged(opened, institutions, dry_run=True)
    assert (files(opened, 1), files(opened, 2)) == before
    assert purged(opened, institutions) == told
    assert told["files_deleted"] == len(before[0]) - 1
    assert files(opened, 2) == before[1]


def test_what_is_held_stays_until_it_is_released(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    opened.night(STUDENTS, **NEAR_ALL)
    grow_old(opened, 1, 2, days=100)
    make_the_ledger_old(opened)
    at = ["--database", opened.ledger]
    run = ["ledger", "hold", "--school", UNIVERSITY, "--run", "night-1", "--reason", "réclamation", "--by", "juriste"]
    assert CliRunner().invoke(app, [*run, *at]).exit_code == 0
    before = files(opened, 1)
    purged(opened, institutions)
    assert files(opened, 1) == before
    assert not (opened.root / UNIVERSITY / "night-2").exists()
    assert "juriste" in CliRunner().invoke(app, ["ledger", "holds", *at]).output
    assert CliRunner().invoke(app, ["ledger", "release", "--school", UNIVERSITY, "--run", "night-1", *at]).exit_code == 0
    purged(opened, institutions)
    assert files(opened, 1) == {"plan/chunk-0001.jsonl"}


def test_holding_a_school_keeps_its_ledger_and_history_too(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    make_the_ledger_old(opened, ended=True)
    held = ["ledger", "hold", "--school", UNIVERSITY, "--reason", "contentieux", "--by", "juriste", "--database", opened.ledger]
    assert CliRunner().invoke(app, held).exit_code == 0
    assert {name: count for name, count in purged(opened, institutions).items() if name.startswith("rows_") and count} == {}


def make_the_ledger_old(school: School, *, ended: bool = False) -> None:
    """Set what the ledger knows back by years; with `ended`, what was declared has ended as long ago."""
    with psycopg.connect(school.ledger) as connection:
        connection.execute("UPDATE supdata.intent SET at = %s", (LONG_AGO,))
        connection.execute("UPDATE supdata.receipt SET at = %s", (LONG_AGO,))
        connection.execute("UPDATE supdata.run SET planned_at = %s", (LONG_AGO,))
        connection.execute("UPDATE supdata.run_summary SET due = %s", (LONG_AGO,))
        connection.execute("UPDATE supdata.enrolment SET last_sent = %s", (LONG_AGO,))
        if ended:
            connection.execute("UPDATE supdata.enrolment SET ends = %s", (LONG_AGO.date(),))


def test_the_trail_goes_but_nothing_is_declared_again_for_that(opened: School, institutions: Path) -> None:
    """Of each enrolment the last thing sent stays, and whatever has no answer."""
    changed = [test_nights.changed(STUDENTS[0]), *STUDENTS[1:]]
    opened.night(STUDENTS, **NEAR_ALL)
    opened.night(changed, **NEAR_ALL)
    make_the_ledger_old(opened)
    with psycopg.connect(opened.ledger) as connection:
        connection.execute("DELETE FROM supdata.receipt WHERE intent_id = 3")
        connection.execute("UPDATE supdata.run SET settled = false")
    counts = purged(opened, institutions)
    assert counts["rows_trail"] == 1, "what was sent first of the one that changed"
    with psycopg.connect(opened.ledger) as connection:
        orphans = "SELECT FROM supdata.receipt r LEFT JOIN supdata.intent i ON i.id = r.intent_id WHERE i.id IS NULL"
        assert connection.execute(orphans).fetchall() == [], "and its receipt with it"
    assert (counts["rows_enrolments"], counts["rows_plans"], counts["rows_history"]) == (0, 0, 2)
    again = opened.night(changed, **NEAR_ALL)
    assert (again.unchanged, again.to_update) == (len(STUDENTS) - 1, 1), "the one without an answer is in doubt, as before"


def test_what_has_ended_long_ago_is_forgotten_whole(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **NEAR_ALL)
    make_the_ledger_old(opened, ended=True)
    counts = purged(opened, institutions)
    assert (counts["rows_enrolments"], counts["rows_trail"], counts["rows_plans"]) == (len(STUDENTS), len(STUDENTS), 0)
    with psycopg.connect(opened.ledger) as connection:
        left = [connection.execute(f"SELECT count(*) FROM supdata.{name}").fetchone() for name in ("intent", "receipt", "run")]
    assert left == [(0,), (0,), (1,)], "of the runs, the last that read the school whole stays"


def test_what_was_corrected_and_confirmed_long_ago_goes_and_what_is_open_stays(opened: School, institutions: Path) -> None:
    item = "INSERT INTO supdata.work_item VALUES (%s, %s, 'ine', 'INE-KEY', %s, %s, 'night-1', %s, %s)"
    with psycopg.connect(opened.ledger) as connection:
        connection.execute(item, (UNIVERSITY, "a" * 16, LONG_AGO, LONG_AGO, LONG_AGO, "night-2"))
        connection.execute(item, (UNIVERSITY, "b" * 16, LONG_AGO, LONG_AGO, None, None))
        sign_off = "INSERT INTO supdata.sign_off VALUES (%s, 'night-1', 'batch', 'somebody', %s)"
        connection.execute(sign_off, (UNIVERSITY, LONG_AGO))
    counts = purged(opened, institutions)
    assert (counts["rows_corrections"], counts["rows_sign_offs"]) == (1, 1)
    with psycopg.connect(opened.ledger) as connection:
        assert connection.execute("SELECT identity FROM supdata.work_item").fetchall() == [("b" * 16,)]


def test_of_a_school_whose_file_is_gone_the_ledger_keeps_all_until_somebody_says_it_was_meant(
    opened: School, institutions: Path
) -> None:
    opened.night(STUDENTS, **CLOSING)
    grow_old(opened, 1, days=100)
    make_the_ledger_old(opened, ended=True)
    file = institutions / CONFIG.name
    text = file.read_text(encoding="utf-8")
    remove = ["ledger", "remove", "--school", UNIVERSITY, "--reason", "fermée", "--by", "marie", "--database", opened.ledger]
    remove += ["--institutions", str(institutions)]
    refused = CliRunner().invoke(app, remove)
    assert refused.exit_code != 0, "its file is there"
    assert tell_of_removed_schools(institutions) == []
    file.unlink()
    assert {name: count for name, count in purged(opened, institutions).items() if name.startswith("rows_") and count} == {}
    assert files(opened, 1) == set(), "what has ended cannot be closed any more, and its rows are a student's"
    assert tell_of_removed_schools(institutions) == [UNIVERSITY]
    assert CliRunner().invoke(app, remove).exit_code == 0
    assert tell_of_removed_schools(institutions) == []
    assert "fermée" in CliRunner().invoke(app, ["ledger", "removals", "--database", opened.ledger]).output
    assert purged(opened, institutions)["rows_enrolments"] == len(STUDENTS)
    file.write_text(text, encoding="utf-8")
    assert tell_of_removed_schools(institutions) == []
    assert '"removals": []' in CliRunner().invoke(app, ["ledger", "removals", "--json", "--database", opened.ledger]).output


def test_a_removal_of_a_school_that_the_ledger_does_not_know_is_refused_with_the_nearest_that_it_does(opened: School) -> None:
    opened.night(STUDENTS, **CLOSING)
    at = ["--database", opened.ledger]
    refused = CliRunner().invoke(app, ["ledger", "remove", "--school", "0751717A", "--reason", "fermée", *at])
    assert "Did you mean 0751717J?" in refused.output


def test_a_school_that_another_one_s_file_declares_for_is_not_gone(opened: School, institutions: Path) -> None:
    opened.night(STUDENTS, **CLOSING)
    other = institutions / "0442953W.yaml"
    text = CONFIG.read_text(encoding="utf-8").replace(f"uai: {UNIVERSITY}", f"uai: 0442953W\nalso: [{UNIVERSITY}]", 1)
    other.write_text(text.replace(f'uai: "{UNIVERSITY}"', f'uai: "0442953W"\nalso: ["{UNIVERSITY}"]', 1), encoding="utf-8")
    (institutions / CONFIG.name).unlink()
    assert load_institution(other).also == [UNIVERSITY]
    assert tell_of_removed_schools(institutions) == []
