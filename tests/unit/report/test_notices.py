"""What ops are told: which school, where, why, and what to do; in whatever shape a chat room takes it."""

import json
import re

import pytest

from supdata import errors
from supdata.report.notices import LONGEST_MESSAGE, REACTIONS, UNKNOWN, Kind, Notice, parted, to_do_about
from supdata.report.webhooks import SHAPES, Shape, as_html, as_text, payload

LINK = "https://airflow.example/dags/supdata_0751717j/runs/manual__1"


def a_notice(**changes: str) -> Notice:
    facts = {
        "uai": "0751717J",
        "school": "Université d'essai",
        "run_id": "manual__1",
        "stage": "push",
        "error": "AccessRefused",
        "message": "Declaring: the registry refused the key. Correct the connection.",
        "to_do": to_do_about("AccessRefused"),
        "link": LINK,
    }
    return Notice(kind=Kind.FAILED, **{**facts, **changes})


def test_every_class_of_error_has_somebody_who_acts() -> None:
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == errors.__name__}
    assert classes - {"SupdataError"} <= set(REACTIONS)
    assert to_do_about("ValueError") == UNKNOWN


def test_what_a_stage_says_of_its_failure_is_its_class_and_its_message() -> None:
    assert parted("AccessRefused: Declaring: refused. Correct it.") == ("AccessRefused", "Declaring: refused. Correct it.")
    assert parted("ValueError") == ("ValueError", "")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_chat_room_is_told_the_school_the_stage_the_class_and_what_to_do(shape: Shape) -> None:
    sent = json.dumps(payload(a_notice(), shape), ensure_ascii=False)
    for told in (
        "0751717J",
        "push",
        "AccessRefused",
        "the registry refused the key",
        "correct the user, password or key",
        LINK,
    ):
        assert told in sent


def test_a_school_s_name_cannot_speak_in_markup() -> None:
    hostile = a_notice(school="<!channel> <script>alert(1)</script> & co")
    assert "<!channel>" not in payload(hostile, "slack")["text"]
    assert "&lt;!channel&gt;" in payload(hostile, "slack")["text"]
    assert "<script>" not in as_html(hostile)
    assert "<script>" not in payload(hostile, "tchap")["formatted_body"]


def test_what_is_not_known_is_left_out() -> None:
    text = as_text(Notice(kind=Kind.LATE, uai="0751717J", school="", run_id="manual__1"))
    assert text == "SupData 0751717J: late\nSchool: 0751717J\nRun: manual__1"


def test_a_long_message_is_one_line_and_cut() -> None:
    what = dict(a_notice(message="row 1\n" * 500).facts())["What"]
    assert len(what) == LONGEST_MESSAGE
    assert re.fullmatch(r"(row 1 )+.*…", what)
