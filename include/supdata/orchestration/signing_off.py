"""A registrar's sign-off: somebody by name confirms that a run has declared what it should, and of exactly which batch.

The word is bound to the hash of what was declared. A run that is cleared and declares something else has another hash: what was
confirmed of it before is still told, as void, and nobody can confirm a batch that is no longer the run's.
"""

from datetime import UTC, datetime

from supdata.errors import FixConfig, RunStopped
from supdata.ledger.history import History
from supdata.ledger.registrars import Registrars
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.run_folder import RunFolder, as_json, run_folder_root
from supdata.records.summary import RunSummary
from supdata.records.told import SignOff

#: Beside the stages and not one of them: clearing a stage deletes what later stages have left, and this is no stage's.
FOLDER = "sign_off"
#: So much of a hash names one batch of a run to a person.
SHORTEST_BATCH = 8


def sign_off(uai: str, run_id: str, batch: str, author: str) -> SignOff:
    """Note that `author` confirms the batch of a run, in the ledger and in the run folder; return the word that stands.

    `batch` is the hash that the report was read with, or its first characters. Confirming twice changes nothing.

    Raises FixConfig when there is no such run or nobody is named, RunStopped when the run is red or a trial, or declares
    another batch by now.
    """
    attempted = f"Confirming the run {run_id} of {uai}"
    if not author.strip():
        raise FixConfig(attempted, "nobody is named", "Say who confirms.")
    with open_ledger() as ledger:
        run = _run(History(ledger.connection), uai, run_id, attempted)
        _require_confirmable(run, batch, attempted)
        word = SignOff(uai=uai, run_id=run_id, batch=run.batch, author=author.strip(), at=datetime.now(UTC))
        standing = Registrars(ledger.connection).sign(word)
    folder = RunFolder(run_folder_root(), uai, run_id)
    folder.write_bytes(FOLDER, f"{standing.batch}.json", as_json(standing))
    return standing


def signed(uai: str, run_id: str) -> tuple[RunSummary | None, SignOff | None, list[SignOff]]:
    """Return a run in figures, the sign-off of its batch (None for none), and those of other batches, which are void."""
    with open_ledger() as ledger:
        run = History(ledger.connection).run(uai, run_id)
        words = Registrars(ledger.connection).signed(uai, run_id)
    standing = next((one for one in words if run is not None and one.batch == run.batch), None)
    return run, standing, [one for one in words if one is not standing]


def _run(history: History, uai: str, run_id: str, attempted: str) -> RunSummary:
    run = history.run(uai, run_id)
    if run is None:
        raise FixConfig(
            attempted, "the ledger knows of no such run", "See the school's page for its runs, or wait for its report."
        )
    return run


def _require_confirmable(run: RunSummary, batch: str, attempted: str) -> None:
    if run.dry_run or run.state != "success":
        found = "it was a trial" if run.dry_run else f"it is red ({run.failed_stage or 'reconcile'})"
        raise RunStopped(attempted, found, "Confirm a run that has declared everything.")
    if len(batch) < SHORTEST_BATCH or not run.batch.startswith(batch.lower()):
        remedy = f"Read the report again, and confirm what it tells now: batch {run.batch[:16]}."
        raise RunStopped(attempted, "its batch is not the one that was read", remedy)
