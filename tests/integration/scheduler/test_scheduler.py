"""Every promise that only a real scheduler can keep or break: failures, repairs, approvals, and what is left behind in logs."""

import stat
from math import ceil

import msgspec
import pytest

from integration.scheduler.conftest import (
    BROKEN,
    LYCEE,
    LYCEE_CHUNK,
    NEW_DIPLOMAS,
    PEGASE,
    UNIVERSITY,
    FirstNight,
    SecondNight,
    ThirdNight,
)
from integration.scheduler.operating import Operator, Rows
from supdata.records.counts import Counts

pytestmark = pytest.mark.integration


def changed(counts: Counts, **changes: int) -> Counts:
    return msgspec.structs.replace(counts, **changes)


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(operator: Operator, first_night: FirstNight) -> None:
    run, expected = first_night.dry, operator.scene.world.apogee.expected
    assert run.state == "success"
    unsent = {"accepted": 0, "created": 0, "refused": 0, "unknown_student": 0}
    assert run.counts == changed(expected, **unsent, not_attempted=expected.to_create)
    assert first_night.university_rows == Rows(0, 0)
    assert operator.intents(run.started) == 0
    assert "Essai à blanc" in run.report


def test_a_first_run_counts_what_was_made_in_the_school_s_data(operator: Operator, second_night: SecondNight) -> None:
    """The dry run before it has left no trace that would change it."""
    expected = operator.scene.world.apogee.expected
    assert second_night.university.state == "success"
    assert second_night.university.counts == expected
    assert operator.registry_rows(UNIVERSITY) == Rows(expected.accepted, expected.accepted)


def test_a_second_run_calls_the_registry_for_nothing(operator: Operator, third_night: ThirdNight) -> None:
    """The only calls of that night are the lycée's approved changes."""
    expected, counts = operator.scene.world.apogee.expected, third_night.university.counts
    assert third_night.university.state == "success"
    assert counts is not None
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, expected.accepted)
    assert third_night.university.states("push") == ["skipped"]
    assert third_night.lycee.counts is not None
    assert third_night.posts == third_night.lycee.counts.updated


def test_a_run_waits_for_a_file_that_none_has_read_and_keeps_no_worker_busy(third_night: ThirdNight) -> None:
    """The dry run of the first night has read the file without making it a file that was read."""
    assert third_night.waiting.states("arrive") == ["deferred"]
    assert set(third_night.waiting.states("extract")) <= {"", "scheduled"}
    assert third_night.university.tasks["arrive"] == (("success", 1),)


def test_every_file_of_a_run_folder_is_its_owner_s_alone(operator: Operator, third_night: ThirdNight) -> None:
    files = [file for file in operator.scene.layout.runs.rglob("*") if file.is_file()]
    assert len({file.parents[1] for file in files}) == 7, "one folder per run"
    assert {oct(stat.S_IMODE(file.stat().st_mode)) for file in files} == {"0o600"}


def test_a_wrong_key_stops_the_push_at_once_and_makes_the_run_red(operator: Operator, first_night: FirstNight) -> None:
    run = first_night.keyless
    assert run.state == "failed"
    assert run.tasks["push"] == (("failed", 1), ("failed", 1)), "not tried again"
    assert (run.states("reconcile"), run.states("report")) == (["failed"], ["success"])
    assert first_night.pegase_rows == Rows(0, 0)
    log = operator.log_of(run.started, "push", 0, 1)
    assert "AccessRefused" in log
    assert "refused" in log


def test_a_red_run_s_report_says_what_has_not_happened(first_night: FirstNight) -> None:
    assert "L’envoi au registre national s’est interrompu." in first_night.keyless.report


def test_clearing_what_failed_sends_the_rest_once_the_key_is_mended(operator: Operator, second_night: SecondNight) -> None:
    run, expected = second_night.mended, operator.scene.world.pegase.expected
    assert run.state == "success"
    assert run.counts == expected
    assert run.tasks["push"] == (("success", 2), ("success", 2))
    assert run.tasks["extract"] == (("success", 1),)
    assert operator.registry_rows(PEGASE) == Rows(expected.accepted, expected.accepted)


def test_the_report_of_a_mended_run_tells_of_its_good_end(second_night: SecondNight) -> None:
    """Clearing what failed leaves the report alone, since writing it did not fail."""
    counts, report = second_night.mended.counts, second_night.mended.report
    assert counts is not None
    assert "s’est interrompu" not in report
    assert f"{counts.accepted} inscriptions ont été déclarées et acceptées" in report


def test_a_surprising_batch_waits_for_a_person_while_new_enrolments_flow(
    operator: Operator, first_night: FirstNight, second_night: SecondNight
) -> None:
    asked, expected = second_night.asked, operator.scene.world.lycee.expected
    assert first_night.lycee.counts == expected
    assert asked.state == "running"
    assert asked.states("push") == ["success"]
    assert second_night.lycee_rows == Rows(expected.accepted + NEW_DIPLOMAS, expected.accepted + NEW_DIPLOMAS)
    assert second_night.subject == f"Send {second_night.changed} held changes of {LYCEE}?"
    assert "enrolments already declared would change" in second_night.body


def test_a_refused_batch_is_counted_as_held_and_makes_no_run_red(operator: Operator, second_night: SecondNight) -> None:
    run, expected = second_night.refused, operator.scene.world.lycee.expected
    assert run.state == "success"
    assert run.states("push_held") == ["skipped"]
    assert run.counts is not None
    assert run.counts.held == run.counts.to_update == second_night.changed
    assert (run.counts.created, run.counts.updated) == (NEW_DIPLOMAS, 0)
    assert run.counts.unchanged == expected.accepted - second_night.changed


def test_the_next_run_asks_again_and_sends_what_is_approved(
    operator: Operator, second_night: SecondNight, third_night: ThirdNight
) -> None:
    run, expected = third_night.lycee, operator.scene.world.lycee.expected
    assert run.state == "success"
    assert run.states("push_held") == ["success"] * ceil(second_night.changed / LYCEE_CHUNK)
    assert run.counts is not None
    assert (run.counts.updated, run.counts.created, run.counts.held) == (second_night.changed, 0, 0)
    rows = expected.accepted + NEW_DIPLOMAS + second_night.changed
    assert operator.registry_rows(LYCEE) == Rows(rows, rows)


def test_a_broken_institution_file_is_a_dag_that_shows_its_faults(operator: Operator) -> None:
    page = operator.page_of(BROKEN)
    assert {tag["name"] for tag in page["tags"]} == {"supdata", "config-error"}
    assert f"`{BROKEN}.yaml` cannot be used" in page["doc_md"]
    assert "| 2 | `nam` |" in page["doc_md"]
    assert operator.stack.api.import_errors() == ()
    assert operator.stack.api.dag_ids("config-error") == {f"supdata_{BROKEN.lower()}"}
