import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from supdata.cli.main import app
from supdata.cli.preview.looking import Seen
from supdata.cli.preview.showing import SHOWN, examples
from supdata.records.rows import UnreadableRow

PROJECT = Path(__file__).parents[3]
APOGEE = PROJECT / "tests/golden/sftp_apogee"
EXPORT = APOGEE / "inscriptions_20261001.csv"
HEADER = EXPORT.read_bytes().splitlines()[0]
CANCELLED = EXPORT.read_bytes().splitlines()[9]


def preview(*arguments: str | Path, institution: str | Path = APOGEE / "institution.yaml") -> Result:
    suites = ["--expectations", PROJECT / "expectations"]
    return CliRunner().invoke(app, [str(one) for one in ("preview", institution, *arguments, *suites)])


def test_as_json_each_row_has_its_state_its_reasons_and_what_it_became() -> None:
    result = preview("--file", EXPORT, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer.keys() == {"schedule", "counts", "rows"}
    assert answer["counts"] == {"unreadable": 2, "duplicate": 0, "rejected": 4, "provisional": 0, "valid": 2}
    assert [(one["row"], one["state"]) for one in answer["rows"]] == [
        (2, "valid"),
        (3, "valid"),
        (4, "rejected"),
        (5, "rejected"),
        (6, "unreadable"),
        (7, "unreadable"),
        (8, "rejected"),
        (10, "rejected"),
    ]
    assert answer["rows"][2]["reasons"] == ["BIRTH-REAL"]
    assert (answer["rows"][4]["reasons"], answer["rows"][4]["enrolment"]) == (["UNREADABLE"], None)


def test_an_enrolment_is_as_the_golden_file_has_it() -> None:
    answer = json.loads(preview("--file", EXPORT, "--json", "--limit", "1").stdout)
    golden = json.loads((APOGEE / "expected.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (row,) = answer["rows"]
    assert {name: text for name, text in row["enrolment"].items() if text} == {
        name: text for name, text in golden.items() if name not in {"source", "row"}
    }


def test_people_see_what_was_found_beside_what_it_became_and_why_a_row_stays_behind() -> None:
    shown = preview("--file", EXPORT).stdout
    for part in (
        "DATE_NAI_IND=09/03/2004",
        "2004-03-09",
        "always 2027-08-31",
        "The enrolment is cancelled",
        "Nothing was sent.",
    ):
        assert part in shown


def test_a_school_whose_schedule_is_hours_is_told_its_own_minute(tmp_path: Path) -> None:
    text = (APOGEE / "institution.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("schedule:")]
    file = tmp_path / "0751717J.yaml"
    file.write_text("\n".join([*lines, 'schedule: "01:00-05:00"', ""]), encoding="utf-8")
    minute, hour, *_ = json.loads(preview("--file", EXPORT, "--json", institution=file).stdout)["schedule"].split()
    assert 1 <= int(hour) < 5
    assert (
        f"at {int(hour):02}:{int(minute):02}: its own minute of 01:00-05:00"
        in preview("--file", EXPORT, institution=file).stdout
    )


def test_a_school_with_a_cron_of_its_own_is_told_no_minute() -> None:
    assert "its own minute" not in preview("--file", EXPORT).stdout


def test_a_file_of_which_nothing_could_be_declared_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_bytes(b"\n".join([HEADER, CANCELLED, b""]))
    result = preview("--file", tmp_path / "one.csv", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["counts"]["rejected"] == 1


@pytest.mark.parametrize(
    ("institution", "said"),
    [("0751717K.yaml", "No such file"), ("0751717J", "Did you mean"), ("0332870R", "a UAI of")],
    ids=["no file", "no file of that UAI, but of one like it", "nothing like it"],
)
def test_what_cannot_be_previewed_is_told_in_words_with_exit_code_2(institution: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "0751718J.yaml").touch()
    result = preview("--institutions", tmp_path, institution=institution)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_file_that_is_not_there_is_told_in_words() -> None:
    result = preview("--file", "nowhere.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere.csv: No such file" in result.stderr


def test_one_row_of_each_kind_is_shown_and_no_more_than_a_person_reads() -> None:
    rows = [Seen(UnreadableRow(source="f", row=row, reason=f"R{row % 2}"), "unreadable") for row in range(6)]
    assert [one.found.row for one in examples(rows)] == [0, 1]
    assert len(examples(Seen(UnreadableRow(source="f", row=row, reason=f"R{row}"), "unreadable") for row in range(60))) == SHOWN
