"""From when on a run asks its source for changes: remembered in the ledger, and moved on by green runs alone.

A read of changes cannot show who has left, nor ask again for students that the registry did not know: reads of everything
come between, as often as the institution says, and whenever its facts or the rules have become others.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from supdata.config.rest_source import Incremental, RestSource
from supdata.ledger.marking import Mark, keep_mark, mark_of
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.run import Run
from supdata.orchestration.validation import suites_folder
from supdata.validate.rules_in_force import rules_in_force


def changes_since(run: Run) -> datetime | None:
    """Return the moment from which on this run reads what has changed, its overlap taken off; None when it reads all."""
    incremental = _incremental(run)
    if incremental is None or run.mode == "full":
        return None
    mark = _mark(run)
    if mark is None or mark.config != _config(run):
        return None
    if run.started - mark.full_at >= timedelta(days=incremental.full_every_days):
        return None
    return min(mark.read_at, run.started) - timedelta(minutes=incremental.overlap_minutes)


def keep_read(run: Run) -> None:
    """Move the mark on; call it when the balance has closed, since a run that is red must read the same again.

    The mark is the moment the run was due, before its first call: what was changed while it read is read again.
    """
    if _incremental(run) is None or run.dry_run or run.limit is not None:
        return
    (extracted,) = run.folder.results("extract")
    before = _mark(run)
    full_at = before.full_at if extracted.partial and before else run.started
    mark = Mark(config=_config(run), read_at=run.started, full_at=full_at)
    with open_ledger() as ledger:
        keep_mark(ledger, run.institution.uai, run.ledger_id, mark)


def _incremental(run: Run) -> Incremental | None:
    source = run.institution.source
    return source.incremental if isinstance(source, RestSource) else None


def _mark(run: Run) -> Mark | None:
    with open_ledger() as ledger:
        return mark_of(ledger, run.institution.uai)


def _config(run: Run) -> str:
    """Name the institution's facts and the rules it is judged by: a row that has not changed may come out otherwise now."""
    rules = rules_in_force(run.institution, suites_folder() / "enrolment.json", run.day)
    return sha256(f"{rules.version}\n{run.institution.model_dump_json()}".encode()).hexdigest()[:32]
