"""Which errors are worth another try: only those that may pass by themselves."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

RETRIES = 3
RETRY_DELAY = timedelta(minutes=2)

#: Paths, not classes: the scheduler reads the policy from the serialised DAG, and the room of each error stays unloaded.
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule("supdata.errors.TryLater", RetryAction.RETRY, reason="The other side is away or overloaded: tried again."),
        RetryRule(
            "supdata.errors.SupdataError",
            RetryAction.FAIL,
            reason="Trying again gives the same answer: the message says what to mend.",
        ),
        RetryRule("builtins.OSError", RetryAction.RETRY, reason="A network or disk fault: tried again."),
    ],
    default=RetryAction.FAIL,
)
