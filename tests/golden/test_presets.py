"""What each information system gives, in its own shape, carried by its preset to enrolments and compared line by line."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from supdata.cli.institutions import institution_at
from supdata.cli.preview.looking import opened
from supdata.config.presets import PRESETS
from supdata.extract.leaving_out import left_out
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.lines import read_lines
from supdata.records.rows import RawRow

FOLDER = Path(__file__).parent / "presets"


def sample_of(name: str) -> Path:
    """The one file beside the institution's and the expected lines."""
    (found,) = (path for path in (FOLDER / name).iterdir() if path.suffix not in {".yaml", ".jsonl"})
    return found


def outcome(name: str) -> list[dict[str, Any]]:
    """What each row becomes: an enrolment's fields, or why it is left out."""
    institution = institution_at(str(FOLDER / name / "0751717J.yaml"))
    with opened(institution, sample_of(name)) as rows:
        read = [row for row in rows if isinstance(row, RawRow)]
    told = []
    for row in read:
        if out := left_out(row, institution.states):
            told.append({"row": row.row, "left_out": out.reason, "held": out.held})
        else:
            (one,) = normalise([row], institution, load_communes())
            told.append({field: text for field, text in msgspec.structs.asdict(one).items() if text and field != "source"})
    return told


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_sample_becomes_what_is_written_beside_it(name: str) -> None:
    with (FOLDER / name / "expected.jsonl").open("rb") as stream:
        assert outcome(name) == list(read_lines(stream, dict[str, Any]))


def test_midnight_on_the_schools_wall_is_the_day_of_birth_in_summer_and_in_winter() -> None:
    births = [one.get("dateNaissance") for one in outcome("aimaira")]
    assert births[:2] == ["1994-09-01", "2003-12-31"]


@pytest.mark.parametrize("name", PRESETS)
def test_no_name_of_a_student_gets_past_a_preset(name: str) -> None:
    text = (FOLDER / name / "expected.jsonl").read_text(encoding="utf-8")
    assert not any(family in text for family in ("LEF", "NO", "MARTIN", "DURAND", "PETIT"))
