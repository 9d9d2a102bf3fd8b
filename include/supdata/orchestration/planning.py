"""The plan stage: what will be sent, in chunk files, and the question to a person when part of it is held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supdata.orchestration.asking import question_of
from supdata.orchestration.extraction import LEFT_OUT, rows_left_out
from supdata.orchestration.ledger_access import fingerprint, open_ledger
from supdata.orchestration.recalling import Recollection
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import as_json
from supdata.orchestration.validation import RULES_USED, RULINGS, note_of
from supdata.plan.against_ledger import plan_against_ledger
from supdata.plan.batch import held_batch
from supdata.plan.planning import Plan
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement, RulesInForce
from supdata.records.rows import LeftOutRow, UnreadableRow
from supdata.records.shipment import Planned
from supdata.records.states import Action, Outcome, Verdict

#: What a person's approval is bound to.
HELD_BATCH = "held.json"


@dataclass(frozen=True)
class PlannedRun:
    """What Airflow needs to know of a plan: names of chunk files, and the question about the held ones. No record."""

    chunks: list[str]
    held: list[str]
    question: dict[str, str] | None


def plan_run(run: Run) -> PlannedRun:
    """Plan the run against the ledger and leave the plan in the run folder."""
    with run.stage("plan") as result:
        plan = _make(run)
        chunks, held = _write_chunks(run, "chunk", plan.chunks), _write_chunks(run, "held", plan.held)
        run.folder.write("plan", "unchanged.jsonl", plan.unchanged)
        run.folder.write("plan", "waiting.jsonl", plan.waiting)
        run.folder.write("plan", "departed.jsonl", plan.departed)
        run.folder.write("plan", "findings.jsonl", plan.findings)
        run.folder.write("plan", RULINGS, plan.rulings)
        run.folder.write_bytes("plan", HELD_BATCH, as_json(held_batch(dict(zip(held, plan.held, strict=True)))))
        result.counts.update(_counts(plan))
        result.counts["settings_reopened"] = sum(ruling.reopened for ruling in plan.rulings)
        result.notes += map(note_of, plan.rulings)
        if plan.window:
            result.notes.append(f"{_postponed(plan)} records wait: {plan.window}")
        if plan.doubtful:
            result.notes.append(f"{plan.doubtful} departed enrolments are not closed: the student has a row with a fault")
        if plan.lost:
            result.notes.append(f"{plan.lost} departed enrolments are not closed: no run folder holds what was declared")
        result.files += [
            *(f"{name}.jsonl" for name in (*chunks, *held)),
            *("unchanged.jsonl", "waiting.jsonl", "departed.jsonl", "findings.jsonl", RULINGS, HELD_BATCH),
        ]
    asks = bool(held) and not run.dry_run  # a dry run sends nothing, whatever the answer
    return PlannedRun(chunks, held, question_of(run, plan, _judgements(run)) if asks else None)


def _judgements(run: Run) -> Iterator[Judgement]:
    return run.folder.read("validate", "judgements.jsonl", Judgement)


def _make(run: Run) -> Plan:
    enrolments = list(run.folder.read("normalise", "enrolments.jsonl", Enrolment))
    (rules,) = run.folder.read("validate", RULES_USED, RulesInForce)
    unreadable = sum(1 for _ in run.folder.read("extract", "unreadable.jsonl", UnreadableRow))
    hashing = fingerprint()
    with open_ledger() as ledger:
        return plan_against_ledger(
            list(run.folder.read("validate", "valid.jsonl", Enrolment)),
            enrolments,
            run.institution,
            ledger=ledger,
            fingerprint=hashing,
            rules=rules,
            run_id=run.ledger_id,
            mode=run.mode,
            now=run.started,
            read=len(enrolments) + unreadable,
            rejected=sum(one.verdict is Verdict.REJECTED for one in _judgements(run)),
            limited=run.limit is not None or any(one.partial for one in run.folder.results("extract")),
            recall=Recollection(run, ledger, hashing),
            left_out=_left_out(run),
        )


def _left_out(run: Run) -> Iterator[tuple[Enrolment, LeftOutRow]]:
    """Yield what each row that was left out would have been, beside the row: both files have one order."""
    if run.folder.has("normalise", LEFT_OUT):
        yield from zip(run.folder.read("normalise", LEFT_OUT, Enrolment), rows_left_out(run), strict=True)


def _write_chunks(run: Run, prefix: str, chunks: Sequence[Sequence[Planned]]) -> list[str]:
    names = [f"{prefix}-{number:04d}" for number in range(1, len(chunks) + 1)]
    for name, chunk in zip(names, chunks, strict=True):
        run.folder.write("plan", f"{name}.jsonl", chunk)
    return names


def _postponed(plan: Plan) -> int:
    return sum(one.outcome is Outcome.HELD for one in plan.waiting)


def _counts(plan: Plan) -> dict[str, int]:
    leaving = [one for chunk in (*plan.chunks, *plan.held) for one in chunk]
    return {
        "to_create": sum(one.action is Action.CREATE for one in leaving),
        "to_update": sum(one.action is Action.UPDATE for one in leaving),
        "to_close": sum(one.action is Action.CLOSE for one in leaving),
        "held": sum(len(chunk) for chunk in plan.held) + _postponed(plan),
        "postponed": _postponed(plan),
        "unchanged": len(plan.unchanged),
        "waiting": len(plan.waiting),
        "departed": len(plan.departed),
    }
