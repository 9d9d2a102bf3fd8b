"""The question about a held batch: what it says, how long it waits, and to what its answer is bound."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowSkipException, DownstreamTasksSkipped, TaskAwaitingInput
from hypothesis import given
from hypothesis import strategies as st

from builders import an_institution
from supdata.errors import RunStopped
from supdata.orchestration import approval, pushing
from supdata.orchestration.approval import ApproveHeld, decision_of, patience
from supdata.orchestration.asking import question_of
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder, as_json
from supdata.plan.batch import HELD_BATCH, HeldBatch, digest
from supdata.plan.planning import Plan
from supdata.records.judgement import Judgement, Reason
from supdata.records.shipment import Departed, Planned, Receipt
from supdata.records.states import Action, Severity, Verdict

NIGHT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)  # 03:00 in Paris
CHUNKS = ["held-0001", "held-0002"]


def nightly(**limits: Any) -> Any:
    return an_institution(schedule="30 2 * * *", limits={"approval_hours": 72, **limits})


@pytest.mark.parametrize(
    ("schedule", "hours", "expected"),
    [
        ("30 2 * * *", 72, timedelta(hours=23)),  # half an hour before 02:30 of the next night
        ("30 2 * * *", 8, timedelta(hours=8)),
        ("30 2 * * 1", 72, timedelta(hours=72)),  # Mondays only, and it is Thursday
        ("10 3 * * *", 72, timedelta(minutes=5)),  # in ten minutes: half of it
        (None, 72, timedelta(hours=72)),
    ],
)
def test_the_wait_ends_before_the_next_run(schedule: str | None, hours: int, expected: timedelta) -> None:
    assert patience(an_institution(schedule=schedule, limits={"approval_hours": hours}), NIGHT) == expected


@given(minutes=st.integers(0, 525_600), hours=st.integers(1, 720), hour=st.integers(0, 23))
def test_no_wait_reaches_into_the_next_run_at_any_time_of_the_year(minutes: int, hours: int, hour: int) -> None:
    """The nights on which clocks change included: two runs are at least 23 hours and at most 25 hours apart."""
    school = an_institution(schedule=f"30 {hour} * * *", limits={"approval_hours": hours})
    wait = patience(school, NIGHT + timedelta(minutes=minutes))
    assert timedelta(0) < wait <= min(timedelta(hours=hours), timedelta(hours=24, minutes=30))


def a_planned(row: int) -> Planned:
    return Planned(
        source="inscriptions.csv", row=row, sisId="", key=f"{row:032x}", content="a" * 32, action=Action.UPDATE,
        body={"ine": f"{row:09d}FJ", "dateNaissance": "2004-03-09"},
    )  # fmt: skip


def a_judgement(row: int, rule: str, severity: Severity) -> Judgement:
    verdict = Verdict.REJECTED if severity is Severity.REJECT else Verdict.VALID
    return Judgement(
        source="inscriptions.csv", row=row, verdict=verdict, reasons=(Reason(rule=rule, field="", severity=severity),)
    )


def a_run(folder: Path, **changes: Any) -> Run:
    facts: dict[str, Any] = {
        "institution": nightly(), "folder": RunFolder(str(folder), "0751717J", "night-1"), "run_id": "night-1",
        "started": NIGHT, "mode": "delta", "dry_run": False, "limit": None,
    }  # fmt: skip
    return Run(**{**facts, **changes})


def a_plan(held: int, why: str = "") -> Plan:
    gone = [Departed(key="1" * 32, seen_run="before", seen_source="old.csv", seen_row=14)]
    return Plan(held=held, held_why=why, departed=gone, batch_hash="ab" * 32)


def test_the_question_counts_by_reason_and_names_rows_but_no_student(tmp_path: Path) -> None:
    findings = [a_judgement(row, "LEDGER-BIRTH-CHANGED", Severity.HOLD) for row in range(2, 14)]
    judgements = [a_judgement(30, "INE-FORMAT", Severity.REJECT), a_judgement(31, "INE-KEY-RNIE", Severity.WARN)]
    question = question_of(
        a_run(tmp_path), a_plan(12, "12 of 20 enrolments already declared would change"), findings, judgements
    )
    body = question["body"]
    assert question["subject"] == "Send 12 held changes of 0751717J?"
    assert question["batch"] == "ab" * 32
    assert "unusual: 12 of 20 enrolments already declared would change." in body
    assert "(`LEDGER-BIRTH-CHANGED`) | 12 | rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … |" in body
    assert "| rejected | The INE has the shape of no family (`INE-FORMAT`) | 1 | rows 30 |" in body
    assert "| last seen | A declared enrolment is no longer in the source (`LEDGER-DEPARTED`) | 1 | rows 14 |" in body
    assert "INE-KEY-RNIE" not in body
    assert not [value for value in ("FJ", "2004-03-09") if value in body]


class Instance:
    """A task instance, not a mapped one, that has the XComs of `plan`."""

    map_index = -1

    def __init__(self, **xcoms: Any) -> None:
        self.xcoms = xcoms

    def xcom_pull(self, *, task_ids: str, key: str) -> Any:
        assert task_ids == "plan"
        return self.xcoms.get(key)

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.xcoms[key] = value


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    found = a_run(tmp_path)
    monkeypatch.setattr(approval, "current_run", lambda config: found)
    return found


@pytest.fixture
def operator() -> ApproveHeld:
    with DAG("supdata_x", schedule=None):
        found = ApproveHeld(task_id="approve", config="x.yaml", subject="", defaults="Reject")
        found >> EmptyOperator(task_id="push_held")
    return found


def asked(operator: ApproveHeld, monkeypatch: pytest.MonkeyPatch, **xcoms: Any) -> TaskAwaitingInput:
    def park(self: ApprovalOperator, context: Any) -> None:
        raise TaskAwaitingInput(method_name="execute_complete", timeout=self.response_timeout)

    monkeypatch.setattr(ApprovalOperator, "execute", park)
    with pytest.raises(TaskAwaitingInput) as waiting:
        operator.execute({"ti": Instance(**xcoms)})  # type: ignore[typeddict-item]
    return waiting.value


def answered(operator: ApproveHeld, option: str, *, timedout: bool = False) -> list[dict[str, str]]:
    event = {
        "chosen_options": [option], "params_input": {}, "responded_at": NIGHT, "responded_by_user": None, "timedout": timedout,
    }  # fmt: skip
    return operator.execute_complete({"ti": Instance(), "task": operator}, event, batch="ab" * 32, chunks=CHUNKS)  # type: ignore[typeddict-item]


def test_nobody_is_asked_when_nothing_is_held(operator: ApproveHeld, run: Run) -> None:
    with pytest.raises(AirflowSkipException):
        operator.execute({"ti": Instance(held=[], question=None)})  # type: ignore[typeddict-item]


def test_the_batch_travels_with_the_wait(operator: ApproveHeld, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question = {"subject": "Send?", "body": "Why.", "batch": "ab" * 32}
    wait = asked(operator, monkeypatch, held=CHUNKS, question=question)
    assert (wait.method_name, wait.kwargs) == ("execute_complete", {"batch": "ab" * 32, "chunks": CHUNKS})
    assert wait.timeout == operator.response_timeout
    assert wait.timeout is not None
    assert wait.timeout < timedelta(hours=24)
    assert "Without an answer by 20" in (operator.body or "")


def test_an_approval_releases_each_chunk_of_the_batch_that_was_asked_about(operator: ApproveHeld, run: Run) -> None:
    assert answered(operator, "Approve") == [{"chunk": chunk, "batch": "ab" * 32} for chunk in CHUNKS]
    decision = decision_of(run)
    assert decision is not None
    assert (decision.answer, decision.batch) == ("approved", "ab" * 32)


@pytest.mark.parametrize(("timedout", "answer"), [(False, "rejected"), (True, "unanswered")])
def test_a_refusal_and_a_silence_release_nothing_and_are_told_apart(
    operator: ApproveHeld, run: Run, timedout: bool, answer: str
) -> None:
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        answered(operator, "Reject", timedout=timedout)
    assert [str(one) for one in skipped.value.tasks] == ["push_held"]
    decision = decision_of(run)
    assert decision is not None
    assert decision.answer == answer


def test_a_plan_made_again_forgets_the_answer(operator: ApproveHeld, run: Run) -> None:
    answered(operator, "Approve")
    with run.stage("plan"):
        pass
    assert decision_of(run) is None


def write_held(run: Run, rows: list[int]) -> str:
    chunk = [a_planned(row) for row in rows]
    run.folder.write("plan", "held-0001.jsonl", chunk)
    batch = HeldBatch(chunks={"held-0001": digest(chunk)})
    run.folder.write_bytes("plan", HELD_BATCH, as_json(batch))
    return batch.hash


def test_a_held_chunk_leaves_only_under_the_approval_of_its_own_batch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan was cleared and gave another batch between the answer and the push."""
    sent: list[str] = []

    def send(run: Run, stage: str, chunk: str, planned: list[Planned]) -> list[Receipt]:
        sent.append(chunk)
        return []

    monkeypatch.setattr(pushing, "_send", send)
    approved = write_held(run, [2, 3])
    push_chunk_of(run, "push_held", "held-0001", approved)
    assert sent == ["held-0001"]
    write_held(run, [2, 3, 4])
    with pytest.raises(RunStopped, match="approval is for the batch"):
        push_chunk_of(run, "push_held", "held-0001", approved)
    assert sent == ["held-0001"]
    (result,) = run.folder.results("push_held")
    assert (result.success, result.error.startswith("RunStopped: Sending the held chunk held-0001")) == (False, True)
