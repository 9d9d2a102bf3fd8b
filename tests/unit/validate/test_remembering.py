"""What is remembered of Great Expectations changes nothing but the time: the answer is the same, and nothing stays behind."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from great_expectations.expectations.expectation import Expectation  # noqa: TID251

from builders import an_enrolment, an_institution
from supdata.validate import suite as room
from supdata.validate.distinct import as_texts
from supdata.validate.frame import make_frame
from supdata.validate.judging import parameters
from supdata.validate.reading import read_table
from supdata.validate.remembering import configurations_remembered
from supdata.validate.suite_file import read_suite

SUITE = Path(__file__).parents[3] / "expectations" / "enrolment.json"


def test_the_whole_answer_is_the_one_that_is_given_without(monkeypatch: pytest.MonkeyPatch) -> None:
    suite, institution = read_suite(SUITE), an_institution()
    rows = [
        an_enrolment(row=row, ine=ine, dateNaissance=birth)
        for row, (ine, birth) in enumerate([("", "2004-01-01"), ("123456789FJ", "1804-01-01"), ("x", "")])
    ]
    frame = as_texts(make_frame(read_table(rows).columns, institution, room.named_columns(suite)))
    ways: list[AbstractContextManager[None]] = [configurations_remembered(), nullcontext()]
    answers = []
    for way in ways:
        monkeypatch.setattr(room, "configurations_remembered", lambda way=way: way)
        answers.append(room.validated(frame, suite, parameters(institution)).to_json_dict()["results"])
    assert json.dumps(answers[0], sort_keys=True) == json.dumps(answers[1], sort_keys=True)
    assert not all(one["success"] for one in answers[0])


def test_a_configuration_is_made_once_within_and_anew_after_even_an_error() -> None:
    made = Expectation.configuration
    with configurations_remembered():
        assert Expectation.configuration is not made
    assert Expectation.configuration is made
    with pytest.raises(ZeroDivisionError), configurations_remembered():
        _ = 1 // 0
    assert Expectation.configuration is made
