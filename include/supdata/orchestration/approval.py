"""The `approve` task: a surprising batch waits in Airflow for a person, and only an approved one is released."""

from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException

#: XCom keys by which `plan` tells what it holds: names of chunk files, and the question to a person. No record.
HELD_KEY = "held"
QUESTION_KEY = "question"


class ApproveHeld(ApprovalOperator):
    """Ask whether the held chunks may be sent; skipped when nothing is held.

    An operator and not a task function, because the wait itself (`awaiting_input`, the form, who answered) is Airflow's.
    Its result is the list of released chunks, over which `push_held` is mapped.
    """

    def execute(self, context: Context) -> Any:
        """Put the question of this run's plan, or skip."""
        question = context["ti"].xcom_pull(task_ids="plan", key=QUESTION_KEY)
        if not question:
            raise AirflowSkipException("Nothing is held: nobody needs to be asked.")
        self.subject, self.body = question["subject"], question["body"]
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> list[str]:
        """Release the held chunks if they were approved; a refusal skips what follows and leaves them held."""
        answer = super().execute_complete(context, event)
        if answer["chosen_options"] != [self.APPROVE]:
            return []
        return list(context["ti"].xcom_pull(task_ids="plan", key=HELD_KEY))
