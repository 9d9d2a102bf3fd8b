"""The deliver task: the report to the school's folder, an e-mail to its registrar, a notice to ops of what is red or unusual.

It is a task of its own so that what could not be delivered is seen, tried again and cleared apart from the report. As a
teardown it decides nothing about the run: what was declared stands, whoever could be told of it.
"""

from collections.abc import Callable, Mapping

from supdata.errors import SupdataError, TryLater
from supdata.ledger.registrars import Registrars
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.links import report_link, run_link
from supdata.orchestration.mail import send_mail
from supdata.orchestration.metrics import count_delivery
from supdata.orchestration.notifying import TOLD_RED, failure, tell
from supdata.orchestration.past_runs import Summed, runs_before, summed
from supdata.orchestration.reporting import PAGE
from supdata.orchestration.returning import return_files
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult
from supdata.report.degraded import degradations
from supdata.report.delivering import files_due, letter_due, open_since, state_of, told_by
from supdata.report.letter import write_letter
from supdata.report.notices import Kind, Notice


def deliver_run(run: Run) -> dict[str, int]:
    """Deliver what is due, each by its own way, and return how much went; one way that fails keeps no other from going.

    Raises what the ways raise, the first that may pass by itself before the others.
    """
    with run.stage("deliver") as result:
        told = summed(run)
        ways: Mapping[str, Callable[[Run, Summed, StageResult], int]] = {
            "sftp": _to_return_folder,
            "mail": _to_registrar,
            "notice": _to_ops,
            TOLD_RED: _of_red,
        }
        failed: list[SupdataError] = []
        for name, way in ways.items():
            try:
                result.counts[name] = way(run, told, result)
            except SupdataError as error:
                failed.append(error)
                result.notes.append(f"{name}: {error}")
                count_delivery(run.institution.uai, name, "failed")
        if failed:
            raise min(failed, key=lambda one: not isinstance(one, TryLater))
    return result.counts


def _to_return_folder(run: Run, told: Summed, result: StageResult) -> int:
    where = run.institution.delivery.sftp
    if where is None:
        return 0
    (report,) = run.folder.results("report")
    theirs = [name for name in report.files if not name.endswith(".json")]
    names = files_due(told.summary, theirs, PAGE)
    if not names:
        result.notes.append("sftp: the list of the last full run stays in the return folder")
        return 0
    return_files(where, {name: run.folder.read_bytes("report", name) for name in names})
    count_delivery(run.institution.uai, "sftp", "sent")
    return len(names)


def _to_registrar(run: Run, told: Summed, result: StageResult) -> int:
    delivery, summary = run.institution.delivery, told.summary
    if delivery.mail is None:
        return 0
    state = state_of(summary, told.items)
    with open_ledger() as ledger:
        registrars = Registrars(ledger.connection)
        before = registrars.told(summary.uai)
        letter = letter_due(delivery, summary, state, before)
        if letter is None:
            result.notes.append("mail: nothing new to tell")
            return 0
        link = report_link(run.dag_id, run.run_id)
        since, language = open_since(summary, before), delivery.mail.language
        words = write_letter(run.institution, summary, letter, since=since, link=link, language=language)
        to = delivery.mail.to or [run.institution.contact]
        send_mail(delivery.mail.connection, to, words.subject, words.html())
        registrars.tell(summary.uai, told_by(letter, summary, state, before))
    count_delivery(run.institution.uai, "mail", "sent")
    result.notes.append(f"mail: {letter}")
    return 1


def _to_ops(run: Run, told: Summed, result: StageResult) -> int:
    """Tell ops what is not as usual; that nobody is to be told is no failure."""
    found = list(degradations(told.summary, runs_before(run, result), run.institution.watch))
    result.notes += [f"notice: {one}" for one in found]
    if not found:
        return 0
    notice = Notice(
        kind=Kind.DEGRADED,
        uai=run.institution.uai,
        school=run.institution.name,
        run_id=run.run_id,
        message=" ".join(found),
        to_do="Look at the run's report; the school may have changed its export.",
        link=run_link(run.dag_id, run.run_id),
    )
    return tell(notice)


def _of_red(run: Run, told: Summed, result: StageResult) -> int:  # noqa: ARG001 (as the other ways)
    """Tell ops that the run is red, which is what `reconcile` has decided, and which stage failed first.

    Where `reconcile` has left nothing, Airflow knows more than the run folder: the DAG's notifiers tell.
    """
    first = run.folder.first_failure()
    if first is None or all(one.success for one in run.folder.results("reconcile")):
        return 0
    uai, school = run.institution.uai, run.institution.name
    return tell(failure(uai, school, run_id=run.run_id, dag_id=run.dag_id, stage=first.stage, error=first.error))
