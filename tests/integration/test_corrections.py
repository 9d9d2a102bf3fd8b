"""A work list given back: received, put in at the next run, until the school's system is right. Real ledger and SFTP."""

import io
import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from integration.sftp_serving import sftp_server
from supdata.config.loading import parse_institution
from supdata.corrections.applying import Fate
from supdata.errors import FixConfig, TryLater
from supdata.ledger.schema import migrate
from supdata.orchestration.corrections import Reception, in_force, receive, traces_of
from supdata.orchestration.corrections_drop import dropped_lists
from supdata.orchestration.extraction import extract_rows
from supdata.orchestration.normalisation import normalise_rows
from supdata.orchestration.planning import plan_run
from supdata.orchestration.reporting import report_run
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import ROOT_VARIABLE, RunFolder
from supdata.orchestration.validation import judge_enrolments
from supdata.records.enrolment import Enrolment
from supdata.records.work_list import CORRECTION, HEADER, KEY

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).parents[2]
UAI = "0751717J"
FIRST = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
WRONG, RIGHT = "12345", "123456789FJ"
CONFIG = """\
uai: 0751717J
name: Université d'essai
contact: scolarite@universite-essai.example
year: {start: 2026-09-01, end: 2027-08-31}
source: {kind: sftp, connection: sftp_0751717j, path: "/export/*.csv"}
corrections: {path: /corrections}
columns:
  sisId: NUMERO
  ine: INE
  dateNaissance: NAISSANCE
  dateDebutInscription: {constant: 2026-09-01}
  dateFinInscription: {constant: 2027-08-31}
  statut: {constant: inscrit}
  regime: {constant: RF1}
  codeCommune: {constant: "44000"}
registry: {connection: supdata_0751717j}
"""


class School:
    """A school with an SFTP server; each night is a run up to its plan, and its report."""

    def __init__(self, root: Path, runs: Path) -> None:
        self.root, self.runs, self.number = root, runs, 0

    def night(self, *students: tuple[str, str, str], config: str = CONFIG, **given: Any) -> Run:
        export = "NUMERO;INE;NAISSANCE\n" + "".join(f"{';'.join(one)}\n" for one in students)
        (self.root / "export" / "a.csv").write_text(export, encoding="utf-8")
        os.utime(self.root / "export" / "a.csv", (1_790_000_000, 1_790_000_000))
        self.number += 1
        name = f"night-{self.number}"
        institution = parse_institution(config.encode())
        run = Run(
            institution=institution,
            folder=RunFolder(str(self.runs), UAI, name),
            run_id=name,
            started=FIRST + timedelta(days=self.number),
            **{"mode": "delta", "dry_run": False, "limit": None, **given},
        )
        self.run(run)
        return run

    def run(self, run: Run) -> None:
        for stage in (extract_rows, normalise_rows, judge_enrolments, plan_run, report_run):
            stage(run)

    def list_of(self, run: Run) -> bytes:
        return run.folder.read_bytes("report", "a_corriger.xlsx")

    def page(self, run: Run) -> str:
        return run.folder.read_bytes("report", "rapport.html").decode()


@pytest.fixture
def school(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    root = tmp_path / "root"
    for folder in ("export", "corrections"):
        (root / folder).mkdir(parents=True)
    migrate(database_url)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SUPDATA_EXPECTATIONS", str(PROJECT / "expectations"))
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", database_url.replace("postgresql://", "postgres://"))
    key = {"conn_type": "generic", "password": "a made secret of some length"}
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER_KEY", json.dumps(key))
    with sftp_server(root) as port:
        fields = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "school", "password": "made"}
        extra = {"extra": {"no_host_key_check": True}}
        monkeypatch.setenv("AIRFLOW_CONN_SFTP_0751717J", json.dumps({**fields, **extra}))
        yield School(root, tmp_path / "runs")


def corrected(content: bytes, **values: str) -> bytes:
    """Fill in the correction of each line whose field is named, as a registrar does."""
    book = load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows(min_row=2):
        field = str(row[HEADER.index(KEY)].value).split("-")[1:2]
        if field and field[0] in values:
            row[HEADER.index(CORRECTION)].value = values[field[0]]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ines(run: Run) -> list[str]:
    return [one.ine for one in run.folder.read("normalise", "enrolments.jsonl", Enrolment)]


def fates(run: Run) -> list[Fate]:
    return [one.fate for one in traces_of(run)]


STUDENT = ("22100004", WRONG, "2004-03-09")


def test_a_corrected_list_is_put_in_until_the_school_s_system_is_right(school: School) -> None:
    first = school.night(STUDENT)
    assert ines(first) == [WRONG]
    taken = receive(UAI, "a_corriger.xlsx", corrected(school.list_of(first), ine=RIGHT), "Mme Martin")
    assert taken == Reception(taken=1, unchanged=0, faults=())

    second, third = school.night(STUDENT), school.night(STUDENT)
    assert (ines(second), ines(third)) == ([RIGHT], [RIGHT])
    assert "1 correction appliquée : elle reste à reporter dans votre logiciel." in school.page(second)
    assert 'ligne&nbsp;2, <span class="sis">2 passages</span>' in school.page(third)
    (trace,) = traces_of(third)
    assert (trace.by, trace.file, trace.line, trace.rows) == ("Mme Martin", "a_corriger.xlsx", 2, (("a.csv", 2),))
    assert RIGHT not in third.folder.read_bytes("normalise", "corrections.jsonl").decode()
    assert "1 point signalé la dernière fois ne l’est plus" in school.page(second)

    right = school.night(("22100004", RIGHT, "2004-03-09"))
    assert fates(right) == [Fate.SETTLED]
    assert "se trouve maintenant dans votre logiciel" in school.page(right)
    back = school.night(STUDENT)
    assert (ines(back), fates(back)) == ([WRONG], [])


def test_a_run_that_is_cleared_does_the_same_again(school: School) -> None:
    first = school.night(STUDENT)
    receive(UAI, "l.xlsx", corrected(school.list_of(first), ine=RIGHT), "x")
    second = school.night(("22100004", RIGHT, "2004-03-09"))
    before = [second.folder.read_bytes("normalise", name) for name in ("enrolments.jsonl", "corrections.jsonl")]
    school.run(second)
    assert [second.folder.read_bytes("normalise", name) for name in ("enrolments.jsonl", "corrections.jsonl")] == before
    assert "1 passage<" not in school.page(second)


def test_a_value_that_has_changed_meanwhile_is_left_alone_and_said(school: School) -> None:
    first = school.night(STUDENT)
    receive(UAI, "l.xlsx", corrected(school.list_of(first), ine=RIGHT), "x")
    other = school.night(("22100004", "54321", "2004-03-09"))
    assert (ines(other), fates(other)) == (["54321"], [Fate.STALE])
    assert "la valeur a changé entre-temps" in school.page(other)
    assert fates(school.night(STUDENT)) == []


def test_a_correction_is_judged_like_any_row(school: School) -> None:
    first = school.night(STUDENT)
    receive(UAI, "l.xlsx", corrected(school.list_of(first), ine="54321"), "x")
    second = school.night(STUDENT)
    assert ines(second) == ["54321"]
    (result,) = second.folder.results("validate")
    assert result.counts["rejected"] == 1


def test_a_dry_run_puts_corrections_in_and_ends_none(school: School) -> None:
    first = school.night(STUDENT)
    receive(UAI, "l.xlsx", corrected(school.list_of(first), ine=RIGHT), "x")
    dry = school.night(("22100004", RIGHT, "2004-03-09"), dry_run=True)
    assert fates(dry) == [Fate.SETTLED]
    assert ines(school.night(STUDENT)) == [RIGHT]


def test_the_list_of_a_dry_run_can_be_given_back(school: School) -> None:
    tried = school.night(STUDENT, dry_run=True)
    taken = receive(UAI, "l.xlsx", corrected(school.list_of(tried), ine=RIGHT), "x")
    assert taken == Reception(taken=1, unchanged=0, faults=())
    assert ines(school.night(STUDENT)) == [RIGHT]


def test_the_last_given_wins_and_both_are_traced(school: School) -> None:
    first = school.night(STUDENT)
    for number, value in enumerate((RIGHT, "987654321AA")):
        at = FIRST + timedelta(minutes=number)
        receive(UAI, f"{number}.xlsx", corrected(school.list_of(first), ine=value), "x", at)
    second = school.night(STUDENT)
    assert (ines(second), fates(second)) == (["987654321AA"], [Fate.OVERRULED, Fate.APPLIED])


def test_a_list_without_changes_and_lines_of_nobody_leave_nothing(school: School) -> None:
    first = school.night(STUDENT)
    content = school.list_of(first)
    assert receive(UAI, "l.xlsx", content, "x").taken == 0
    assert receive(UAI, "l.xlsx", corrected(content, ine=WRONG), "x") == Reception(taken=0, unchanged=1, faults=())
    stranger = corrected(content, ine=RIGHT)
    book = load_workbook(io.BytesIO(stranger))
    cell = book.worksheets[0].cell(2, HEADER.index(KEY) + 1)
    cell.value = f"0751717J-ine-{0:016x}-{0:012x}"
    changed = io.BytesIO()
    book.save(changed)
    assert receive(UAI, "l.xlsx", changed.getvalue(), "x").faults == (
        "ligne 2 : cette ligne n’a jamais figuré dans une liste de votre établissement.",
    )
    assert in_force(first) == []
    with pytest.raises(FixConfig):
        receive("../../etc", "l.xlsx", content, "x")


def test_what_is_kept_is_its_owner_s_alone_and_goes_when_it_is_over(school: School) -> None:
    first = school.night(STUDENT)
    receive(UAI, "../\x00l\u202e.xlsx", corrected(school.list_of(first), ine=RIGHT), "M. <b>")
    folder = school.runs / "corrections" / UAI
    (kept,) = folder.glob("given-*.jsonl")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert in_force(first)[0].file == "../ l .xlsx"
    school.night(("22100004", RIGHT, "2004-03-09"))
    school.night(("22100004", RIGHT, "2004-03-09"))
    school.night(("22100004", WRONG, "2004-03-09"))
    assert fates(school.night(STUDENT)) == []


def test_without_its_ledger_nothing_is_taken(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    first = school.night(STUDENT)
    content = corrected(school.list_of(first), ine=RIGHT)
    monkeypatch.setenv("AIRFLOW_CONN_SUPDATA_LEDGER", "postgres://nobody@127.0.0.1:1/none")
    with pytest.raises(TryLater):
        receive(UAI, "l.xlsx", content, "x")
    assert in_force(first) == []


def test_a_list_dropped_on_the_school_s_server_is_taken_once_and_its_faults_are_on_the_page(school: School) -> None:
    first = school.night(STUDENT)
    drop = school.root / "corrections"
    (drop / "rendu.xlsx").write_bytes(corrected(school.list_of(first), ine=RIGHT))
    (drop / "notes.txt").write_text("not a list")
    (drop / "faux.csv").write_text("Source;Ligne\n1;2\n")
    second = school.night(STUDENT)
    assert ines(second) == [RIGHT]
    assert {one.file: one.taken for one in dropped_lists(second)} == {"rendu.xlsx": 1, "faux.csv": 0}
    assert "De la liste faux.csv, ces lignes n’ont pas été prises" in school.page(second)
    assert "la colonne 3 doit être « Numéro d’étudiant »" in school.page(second)
    third = school.night(STUDENT)
    assert [one.file for one in dropped_lists(third)] == ["faux.csv"]
    assert (ines(third), fates(third)) == ([RIGHT], [Fate.APPLIED])
    assert sorted(path.name for path in drop.iterdir()) == ["faux.csv", "notes.txt", "rendu.xlsx"]


def test_a_folder_that_is_not_there_keeps_nobody_from_being_declared(school: School) -> None:
    (school.root / "corrections").rmdir()
    run = school.night(STUDENT)
    assert "le dossier n’a pas pu être lu." in school.page(run)
    assert run.folder.results("extract")[0].success


def test_the_balance_sees_as_many_enrolments_as_rows(school: School) -> None:
    students = [(str(number), WRONG, f"2004-03-{number:02}") for number in range(1, 20)]
    first = school.night(*students)
    receive(UAI, "l.xlsx", corrected(school.list_of(first), ine=RIGHT), "x")
    second = school.night(*students)
    assert ines(second) == [RIGHT] * 19
    assert second.folder.results("normalise")[0].counts == {"enrolments": 19, "corrections_applied": 19}


def test_days_open_and_what_was_declared_stand_in_the_list(school: School, tmp_path: Path) -> None:
    school.night(STUDENT)
    school.night(STUDENT)
    third = school.night(STUDENT)
    sheet = load_workbook(io.BytesIO(school.list_of(third))).worksheets[0]
    line = {name: cell.value for name, cell in zip(HEADER, sheet[2], strict=True)}
    assert (line["Jours ouverts"], line["Valeur déjà déclarée"], line["Valeur trouvée"]) == ("2", None, WRONG)
