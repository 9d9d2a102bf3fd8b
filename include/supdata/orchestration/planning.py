"""The plan stage: what will be sent, in chunk files, and the question to a person when part of it is held."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import msgspec

from supdata.ledger.rekeying import take_over
from supdata.orchestration.asking import question_of
from supdata.orchestration.drafting import FINDINGS, UNCHANGED, WAITING, FolderDraft
from supdata.orchestration.extraction import LEFT_OUT, rows_left_out
from supdata.orchestration.ledger_access import fingerprint, open_ledger, previous_fingerprint
from supdata.orchestration.recalling import Recollection
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import as_json
from supdata.orchestration.validation import RULES_USED, RULINGS, note_of
from supdata.plan.against_ledger import Source, plan_against_ledger
from supdata.plan.batch import HELD_BATCH, HeldBatch
from supdata.plan.planning import Plan
from supdata.plan.rekeying import moves_of
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.row_marks import RowMarks
from supdata.records.rows import LeftOutRow, UnreadableRow
from supdata.records.states import Action, Verdict

DEPARTED = "departed.jsonl"
#: How a line of judgements says so.
VALID = b'"verdict":"valid"'
NOT_VALID = 1
#: Bytes of judgements looked at together.
BLOCK = 2**20


@dataclass(frozen=True)
class PlannedRun:
    """What Airflow needs to know of a plan: names of chunk files, and the question about the held ones. No record."""

    chunks: list[str]
    held: list[str]
    question: dict[str, str] | None


def plan_run(run: Run) -> PlannedRun:
    """Plan the run against the ledger and leave the plan in the run folder."""
    with run.stage("plan") as result:
        rekeyed = _take_over(run)
        source = _source(run)
        with FolderDraft(run.folder) as draft:
            plan = _plan(run, source, draft)
        run.folder.write("plan", DEPARTED, plan.departed)
        run.folder.write("plan", RULINGS, plan.rulings)
        batch = HeldBatch(chunks=dict(zip(draft.held, plan.digests, strict=True)))
        run.folder.write_bytes("plan", HELD_BATCH, as_json(batch))
        result.counts.update(_counts(plan))
        result.counts["settings_reopened"] = sum(ruling.reopened for ruling in plan.rulings)
        result.notes += [*map(note_of, plan.rulings), *_notes(plan, source)]
        if rekeyed:
            result.notes.append(f"{rekeyed} enrolments are known in the ledger by its new key from now on")
        result.files += [
            *(f"{name}.jsonl" for name in (*draft.chunks, *draft.held)),
            *(UNCHANGED, WAITING, DEPARTED, FINDINGS, RULINGS, HELD_BATCH),
        ]
    asks = bool(draft.held) and not run.dry_run  # a dry run sends nothing, whatever the answer
    return PlannedRun(draft.chunks, draft.held, _question(run, plan) if asks else None)


def _question(run: Run, plan: Plan) -> dict[str, str]:
    findings = run.folder.read("plan", FINDINGS, Judgement)
    return question_of(run, plan, findings, run.folder.read("validate", "judgements.jsonl", Judgement))


def _plan(run: Run, source: Source, draft: FolderDraft) -> Plan:
    (rules,) = run.folder.read("validate", RULES_USED, RulesInForce)
    hashing = fingerprint()
    with open_ledger() as ledger:
        return plan_against_ledger(
            source,
            run.institution,
            draft=draft,
            ledger=ledger,
            fingerprint=hashing,
            rules=rules,
            run_id=run.ledger_id,
            mode=run.mode,
            now=run.started,
            recall=Recollection(run, ledger, hashing),
        )


def _take_over(run: Run) -> int:
    """Move what the ledger knows of tonight's rows by the key before to the present one, while a key is being replaced."""
    old = previous_fingerprint()
    if old is None:
        return 0
    rows = chain(run.folder.read("normalise", "enrolments.jsonl", Enrolment), (one for one, _ in _left_out(run)))
    moves = moves_of(rows, run.institution, old=old, new=fingerprint())
    with open_ledger() as ledger:
        return take_over(ledger, run.institution.uai, moves)


def _source(run: Run) -> Source:
    """Return what was read; of the rows that are not valid the places are marked."""
    judged, rejected, others = 0, 0, RowMarks()
    for valid, rest in _judgements(run):
        judged += valid + len(rest)
        for one in rest:
            rejected += one.verdict is Verdict.REJECTED
            others.add(NOT_VALID, one.source, one.row)
    unreadable = sum(1 for _ in run.folder.read("extract", "unreadable.jsonl", UnreadableRow))
    return Source(
        valid=partial(run.folder.opened, "validate", "valid.jsonl"),
        others=_others(run, others) if others else (),
        left_out=_left_out(run),
        read=judged + unreadable,
        unreadable=unreadable,
        rejected=rejected,
        limited=run.limit is not None or any(one.partial for one in run.folder.results("extract")),
    )


def _judgements(run: Run) -> Iterator[tuple[int, list[Judgement]]]:
    """Yield how many of some rows are valid, and the judgements of the others.

    What says that a row is valid is looked for in the line as it is written: within a text its quotes would be escaped.
    """
    with run.folder.opened("validate", "judgements.jsonl") as lines:
        while block := lines.read(BLOCK):
            block += lines.readline()
            rest = [] if block.count(VALID) == block.count(b"\n") else [one for one in block.splitlines() if VALID not in one]
            yield block.count(b"\n") - len(rest), [msgspec.json.decode(one, type=Judgement) for one in rest]


def _others(run: Run, marks: RowMarks) -> Iterator[Enrolment]:
    for one in run.folder.read("normalise", "enrolments.jsonl", Enrolment):
        if marks.has(NOT_VALID, one.source, one.row):
            yield one


def _left_out(run: Run) -> Iterator[tuple[Enrolment, LeftOutRow]]:
    """Yield what each row that was left out would have been, beside the row: both files have one order."""
    if run.folder.has("normalise", LEFT_OUT):
        yield from zip(run.folder.read("normalise", LEFT_OUT, Enrolment), rows_left_out(run), strict=True)


def _notes(plan: Plan, source: Source) -> Iterator[str]:
    if plan.window:
        yield f"{plan.postponed} records wait: {plan.window}"
    if plan.doubtful and source.unreadable:
        yield f"{plan.doubtful} departed enrolments are not closed: {source.unreadable} rows cannot be read, and may be theirs"
    elif plan.doubtful:
        yield f"{plan.doubtful} departed enrolments are not closed: the student has a row with a fault"
    if plan.owed:
        yield f"{plan.owed} records are to be asked for again and are not in this read: the next one that holds them sends them"
    if plan.lost:
        yield f"{plan.lost} departed enrolments are not closed: no run folder holds what was declared"


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "to_create": plan.leaving.get(Action.CREATE, 0),
        "to_update": plan.leaving.get(Action.UPDATE, 0),
        "to_close": plan.leaving.get(Action.CLOSE, 0),
        "held": plan.held + plan.postponed,
        "postponed": plan.postponed,
        "unchanged": plan.unchanged,
        "waiting": plan.waiting,
        "departed": len(plan.departed),
    }
