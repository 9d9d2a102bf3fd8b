"""The end of the reconcile stage: what the registry has accepted is looked up there, all of it or a sample."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from supdata.config.read_back import ReadBack
from supdata.errors import TryLater
from supdata.ledger.doubting import ever_marked_by, marked_by, others
from supdata.ledger.store import Ledger
from supdata.orchestration.ledger_access import open_ledger
from supdata.orchestration.reading_back import RECONCILE, kin_of, read_endpoint
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import StageResult, as_json
from supdata.plan.wire import make_body
from supdata.reconcile.confirming import Accepted, Confirmation, is_sampled, judge, not_shown, raise_if_surprising
from supdata.records.declared import Other, declared_by
from supdata.records.enrolment import Enrolment
from supdata.records.shipment import Known, Planned
from supdata.records.states import Outcome
from supdata.registry.reader import ReadEndpoint, open_reader
from supdata.registry.shown import Reading

CONFIRMATION = "confirmation.json"
REASON = "accepted, and not shown by the registry when it was looked up"


def confirm(run: Run, result: StageResult) -> Confirmation:
    """Look up what the registry has accepted, have what is missing sent again, and leave what was found in the run folder.

    A read side that is away is noted and no more: the next run looks up others. Nothing is looked up in a dry run.
    Raises AccessRefused and FixConfig when the read connection cannot be used, or shows so little that it must be another
    registry's.
    """
    where, settings = read_endpoint(run.institution), run.institution.registry.read
    if where is None or settings is None or run.dry_run:
        return Confirmation()
    with open_ledger() as ledger:
        marked = ever_marked_by(ledger, RECONCILE)
        waiting = marked_by(ledger, RECONCILE, marked)
        accepted = _accepted(run, ledger, settings.sample, marked)
        sample = [one for one in accepted if where.shows(one.declared, run.day)]
        try:
            readings = asyncio.run(_read(sample, where, settings))
        except TryLater as away:
            result.notes.append(f"nothing was looked up: {away.found}")
            return Confirmation()
        judged = judge(sample, readings, _others(run, ledger, not_shown(sample, readings)), marked - waiting)
        run.folder.write_bytes("reconcile", CONFIRMATION, as_json(judged.confirmation))
        result.files.append(CONFIRMATION)
        raise_if_surprising(judged.confirmation, run.institution.limits)
        missing = [key for key in judged.missing if key not in waiting]  # this task may have been cleared
        ledger.ask_again(missing, author=RECONCILE, reason=f"{REASON} (run {run.ledger_id})", at=datetime.now(UTC))
    result.notes += [f"{one}; sent again by the next run" for one in judged.confirmation.missing]
    return judged.confirmation


def _accepted(run: Run, ledger: Ledger, share: float, marked: frozenset[str]) -> Iterator[Accepted]:
    """Yield the run's sample of what the registry has accepted, and whatever was ever sent again because it was missing."""

    def is_wanted(key: str) -> bool:
        return key in marked or is_sampled(key, run.ledger_id, share)

    answers = (one for chunk in ledger.chunks_sent(run.ledger_id) for one in ledger.receipts(run.ledger_id, chunk))
    accepted = {one.key for one in answers if one.outcome is Outcome.ACCEPTED and is_wanted(one.key)}
    (plan,) = run.folder.results("plan")
    for name in (name for name in plan.files if name.startswith(("chunk-", "held-")) and name.endswith(".jsonl")):
        for planned in run.folder.read("plan", name, Planned):
            if planned.key in accepted:
                yield _one(planned, planned.key, planned.body)
    known = run.folder.read("plan", "unchanged.jsonl", Known)
    keys = {(one.source, one.row): one.key for one in known if is_wanted(one.key)}
    for one in run.folder.read("validate", "valid.jsonl", Enrolment) if keys else ():
        if key := keys.get((one.source, one.row)):
            yield _one(one, key, make_body(one, run.institution))


def _one(record: Planned | Enrolment, key: str, body: Mapping[str, str]) -> Accepted:
    return Accepted(
        source=record.source,
        row=record.row,
        key=key,
        ine=body["ine"],
        born=body["dateNaissance"],
        declared=declared_by(body, statut=record.statut, regime=record.regime),
    )


async def _read(sample: Sequence[Accepted], where: ReadEndpoint, settings: ReadBack) -> dict[str, Reading]:
    """Look all of them up, and once more after the settle delay what is not shown at once."""
    readings = await _look_up({one.ine for one in sample}, where, settings)
    unseen = {one.ine for one in not_shown(sample, readings)}
    if unseen and settings.settle_seconds:
        await asyncio.sleep(settings.settle_seconds)
        readings |= await _look_up(unseen, where, settings)
    return readings


async def _look_up(ines: set[str], where: ReadEndpoint, settings: ReadBack) -> dict[str, Reading]:
    async with open_reader(where, rate=settings.rate, timeout_seconds=settings.timeout_seconds) as reader:
        return await reader.look_up(ines)


def _others(run: Run, ledger: Ledger, unseen: Sequence[Accepted]) -> dict[str, list[Other]]:
    if not unseen:
        return {}
    entries = ledger.entries([one.key for one in unseen])
    places = {one.key: (one.ine, one.declared.uai, one.declared.start) for one in unseen}
    kin = kin_of(run, ledger, places, {one.key: one.born for one in unseen})
    return others(ledger, {key: entry.accepted_content for key, entry in entries.items()}, kin)
