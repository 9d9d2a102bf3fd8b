"""The stages as Airflow tasks: thin shells that open what a stage needs, call it, and leave its files in the run folder.

Each docstring is the task's page in Airflow, written for whoever looks at a red one. Stage code is imported inside the
tasks: parsing a DAG file must not pay for pandas, database drivers or Great Expectations.
"""

from airflow.sdk import get_current_context, task

from supdata.orchestration.approval import HELD_KEY, QUESTION_KEY
from supdata.orchestration.notifying import notifiers
from supdata.orchestration.run import current_run
from supdata.records.counts import Counts

RED_MEANS = {
    "extract": "the source could not be read: connection, file, page or query",
    "normalise": "a mapped column is missing from the source",
    "validate": "a quality rule could not be evaluated (bad rows alone never make it red)",
    "plan": "the ledger could not be read",
    "push": "the registry refused the key, or is away: what was answered is kept, the rest is not sent",
    "approve": "nobody could be asked",
    "push_held": "as `push`, for the approved part; or the plan has changed since it was approved",
    "reconcile": "the balance does not close, records are left unsent or of unknown fate, or the registry shows them otherwise",
    "report": "the report could not be written",
    "deliver": "the report could not be delivered; the run itself stands",
}

APPROVE_DOC = """\
A surprising batch waits here for a person. New enrolments are sent meanwhile; only what this batch would change waits.

**Approve** sends it, **Reject** leaves it unsent: it is counted as `held`, the run says so, and the next run asks again.
Without an answer in time it is rejected: after `limits.approval_hours`, and half an hour before the school's next scheduled run
at the latest, since a school has one run at a time. A run started by hand meanwhile waits for the answer too.

The answer is for this very batch: if `plan` is cleared and gives another one, `push_held` refuses to send it.
"""


@task(multiple_outputs=False)
def extract(config: str) -> dict[str, int]:
    """Reads the institution's source (SFTP file, REST API or database) and keeps the mapped columns only.

    **Red** means that the source could not be read. The message says what was tried and what was found.

    - `AccessRefused`: user, password or key is wrong. Correct the connection, then clear this task.
    - `FixConfig`: the connection is missing, or the institution file does not fit the source. Mend it, then clear.
    - `FixSource`, `EmptySource`: the export is missing, empty or not in the agreed form. Call the school.
    - `TryLater`: the school's server is away, or its list changed while it was read. It is tried again by itself.

    A source that is asked for changes only (`incremental`) is read as a whole when `mode` is full.
    """
    from supdata.orchestration.extraction import extract_rows

    return extract_rows(current_run(config))


@task(multiple_outputs=False)
def normalise(config: str) -> dict[str, int]:
    """Turns the school's columns into enrolments: names, dates, codes. Certain repairs only, no guess.

    **Red** means that the rows do not have the columns that the institution file maps. Mend `columns`, then clear `extract`.
    """
    from supdata.orchestration.normalisation import normalise_rows

    return normalise_rows(current_run(config))


@task(multiple_outputs=False)
def validate(config: str) -> dict[str, int]:
    """Checks every enrolment against the quality rules (`expectations/`): INE, dates, commune, regime, duplicates.

    Rows that break a rule are set aside with all their reasons and go to the registrar: that is not an error.
    **Red** means that a rule could not be evaluated, so that its silence would prove nothing.

    - `RuleBroken`: the message names the rule. Keep the run and report it.
    - `FixConfig`: `rules` in the institution file names a rule that does not exist, or makes an essential one weaker; or the
      institution's own suite (`expectations/institutions/`) has faults. `supdata check` shows them with their lines.
    """
    from supdata.orchestration.validation import judge_enrolments

    return judge_enrolments(current_run(config))


@task(multiple_outputs=False)
def plan(config: str) -> list[str]:
    """Compares valid enrolments with the ledger: what is new, changed, unchanged, waiting, or gone; and cuts chunks.

    **Red** means that the ledger could not be read (connections `supdata_ledger` and `supdata_ledger_key`). Nothing was sent.
    """
    from supdata.orchestration.planning import plan_run

    planned = plan_run(current_run(config))
    if planned.held:
        instance = get_current_context()["ti"]
        instance.xcom_push(HELD_KEY, planned.held)
        instance.xcom_push(QUESTION_KEY, planned.question)
    return planned.chunks


@task(map_index_template="{{ chunk_label }}", multiple_outputs=False)
def push(config: str, chunk: str) -> dict[str, int]:
    """Declares one chunk to the registry, one call per enrolment, and writes each answer to the ledger as it arrives.

    **Red** means that part of the chunk was not sent. What was answered is kept: clearing this task sends only the rest.

    - `AccessRefused`: the registry refused the school's key. Correct the connection, then clear this task.
    - `TryLater`: the registry is away or overloaded. It is tried again by itself; nothing is lost by waiting. Or the school
      sends nothing at this time (`registry.windows`): the first run after the window takes up what waits.

    With a read connection (`registry.read`), records whose fate is not known are looked up before they are sent again. Errors
    that begin with "Reading from the registry" are of that connection: the rest of the chunk has been sent.
    """
    return _push("push", config, chunk)


@task(map_index_template="{{ chunk_label }}", multiple_outputs=False)
def push_held(config: str, chunk: str, batch: str) -> dict[str, int]:
    """Declares one chunk of the approved batch. As `push` in everything else.

    **Red** with `RunStopped` means that the plan has changed since the approval. Clear `approve` and what follows it.

    **Skipped** means that nothing was held, or that the batch was rejected: then it counts as `held`.
    """
    return _push("push_held", config, chunk, batch)


def _push(stage: str, config: str, chunk: str, approved: str | None = None) -> dict[str, int]:
    from supdata.orchestration.pushing import label_of, push_chunk_of

    run = current_run(config)
    # Airflow labels a mapped task by what its context holds when it ends: the grid then names rows, not "17".
    get_current_context()["chunk_label"] = label_of(run, chunk)  # type: ignore[typeddict-unknown-key]
    return push_chunk_of(run, stage, chunk, approved)


@task(trigger_rule="all_done", retries=0, multiple_outputs=False)
def reconcile(config: str) -> dict[str, int]:
    """Counts every row again, from the files and from the ledger, and checks that each ended in exactly one state.

    **Red** means that the run is not complete, and is what makes the whole run red.

    - `RunStopped`: a stage before it failed. Mend that one, clear it, and this task runs again.
    - `TryLater`: records were not sent or their fate is not known. The next run takes them up; clear `push` to do it now.
      What a later run has sent since is counted as `superseded`: clear `push` of this one, and it ends without sending it.
    - `BalanceBroken`: records are missing or counted twice. The message names rows. Keep the run folder and report it.

    With a read connection (`registry.read`), a sample of what the registry has accepted is then looked up. What is missing is
    asked for in the ledger and sent again by the next run, once; the run stays green and its report says so.

    - `RegistryDiffers`: enrolments are shown otherwise than they were declared, or are missing though sent again. The message
      names rows and fields.
    - `FixConfig`, `AccessRefused`: the read connection cannot be used, or shows another registry. What was declared stands.
    """
    from supdata.orchestration.reconciling import reconcile_run
    from supdata.orchestration.reporting import report_run

    run = current_run(config)
    try:
        return _as_xcom(reconcile_run(run))
    finally:
        # "Clear only failed tasks" leaves `report` out, since writing it did not fail: its page would tell of the try before.
        if get_current_context()["ti"].try_number > 1:
            report_run(run)


@task(multiple_outputs=False, on_failure_callback=notifiers(stage="report"))  # as a teardown's, its failure is not the run's
def report(config: str) -> str:
    """Writes the registrar's report and the list of rows to correct, also when the run has failed.

    **Red** means that the report could not be written; what was declared stands. Clear this task once mended.
    """
    from supdata.orchestration.reporting import report_run

    return report_run(current_run(config))


@task(multiple_outputs=False, on_failure_callback=notifiers(stage="deliver"))  # as with `report`
def deliver(config: str) -> dict[str, int]:
    """Takes the report to the school (`delivery`: its return folder, an e-mail), and tells ops if the run is red or unusual.

    Unusual is what the institution file says under `watch`.

    **Red** means that somebody was not told. It changes nothing of what was declared, and leaves the run's state as it is;
    ops are told of it. Nothing is lost: clear this task once mended, or leave it to the next run, which tells the same.

    - `AccessRefused`, `FixConfig`: a connection, an address or the return folder is wrong. Mend it, then clear this task.
    - `TryLater`: the mail server or the school's server is away. It is tried again by itself.
    """
    from supdata.orchestration.delivering import deliver_run

    return deliver_run(current_run(config))


def _as_xcom(counts: Counts) -> dict[str, int]:
    """Return counts in the plain form that XCom keeps."""
    return {name: getattr(counts, name) for name in counts.__struct_fields__}
