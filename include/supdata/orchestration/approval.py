"""The `approve` task: a surprising batch waits in Airflow for a person, and only an approved one is released."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput
from croniter import croniter  # type: ignore[import-untyped]  # publishes no types

from supdata.config.models import Institution
from supdata.orchestration.run import Run, current_run
from supdata.orchestration.run_folder import as_json

#: XCom keys by which `plan` tells what it holds: names of chunk files, and the question to a person. No record.
HELD_KEY = "held"
QUESTION_KEY = "question"
DECISION = "decision.json"

#: How long before the school's next run the wait ends at the latest: the run must end and be out of the way by then.
BEFORE_NEXT_RUN = timedelta(minutes=30)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the question: `approved`, `rejected`, or `unanswered` in time; left in the run folder for the report."""

    batch: str
    answer: str


class ApproveHeld(ApprovalOperator):
    """Ask whether the held chunks may be sent; skipped when nothing is held.

    An operator and not a task function, because the wait itself (`awaiting_input`, the form, who answered) is Airflow's.
    Its result is one item per released chunk, with the hash of the batch that was approved, over which `push_held` is mapped.
    The batch travels with the wait: whatever `plan` says when the answer comes, the answer is to what was asked.
    """

    def __init__(self, *, config: str, **options: Any) -> None:
        """Ask for the institution whose file is `config`."""
        super().__init__(**options)
        self.config = config

    def execute(self, context: Context) -> Any:
        """Put the question of this run's plan, or skip."""
        question = context["ti"].xcom_pull(task_ids="plan", key=QUESTION_KEY)
        if not question:
            raise AirflowSkipException("Nothing is held: nobody needs to be asked.")
        now = datetime.now(UTC)
        institution = current_run(self.config).institution
        self.response_timeout = patience(institution, now)
        self.subject, self.body = question["subject"], f"{question['body']}\n\n{_until(institution, now)}"
        asked = {"batch": question["batch"], "chunks": list(context["ti"].xcom_pull(task_ids="plan", key=HELD_KEY))}
        try:
            return super().execute(context)
        except TaskAwaitingInput as wait:
            raise TaskAwaitingInput(method_name=wait.method_name, kwargs=asked, timeout=wait.timeout) from None

    def execute_complete(
        self, context: Context, event: dict[str, Any], batch: str = "", chunks: Sequence[str] = ()
    ) -> list[dict[str, str]]:
        """Release the held chunks if they were approved; a refusal skips what follows and leaves them held."""
        decision = Decision(batch=batch, answer=self._answer(event))
        run = current_run(self.config)
        with run.stage("approve") as result:
            run.folder.write_bytes("approve", DECISION, as_json(decision))
            result.files.append(DECISION)
            result.notes.append(f"batch {batch[:16]}: {decision.answer}")
        self.log.info("approve.%s batch=%s chunks=%d", decision.answer, batch[:16], len(chunks))
        super().execute_complete(context, event)  # a refusal raises here: that is how Airflow skips what follows
        return [{"chunk": chunk, "batch": batch} for chunk in chunks] if decision.answer == "approved" else []

    def _answer(self, event: dict[str, Any]) -> str:
        if event.get("chosen_options") == [self.APPROVE]:
            return "approved"
        return "unanswered" if event.get("timedout") or "error" in event else "rejected"


def patience(institution: Institution, now: datetime) -> timedelta:
    """Return how long to wait for an answer from `now` on.

    At most `limits.approval_hours`, and never into the school's next scheduled run: a school has one run at a time, so a batch
    that waited longer would keep the next night's from starting. That one plans afresh and asks again, for what is held then.
    """
    longest = timedelta(hours=institution.limits.approval_hours)
    cron = institution.cron()
    if cron is None:
        return longest
    local = now.astimezone(ZoneInfo(institution.timezone))
    left: timedelta = croniter(cron, local).get_next(datetime) - local
    return min(longest, left - min(BEFORE_NEXT_RUN, left / 2))


def decision_of(run: Run) -> Decision | None:
    """Return what became of the run's question, None when none was answered."""
    if not run.folder.has("approve", DECISION):
        return None
    return msgspec.json.decode(run.folder.read_bytes("approve", DECISION), type=Decision)


def _until(institution: Institution, now: datetime) -> str:
    end = (now + patience(institution, now)).astimezone(ZoneInfo(institution.timezone))
    return f"Without an answer by {end:%Y-%m-%d %H:%M} ({institution.timezone}) the batch is left unsent, as if rejected."
