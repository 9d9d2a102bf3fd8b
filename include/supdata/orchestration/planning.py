"""The plan stage: what will be sent, in chunk files, and the question to a person when part of it is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from supdata.orchestration.ledger_access import fingerprint, open_ledger
from supdata.orchestration.run import Run
from supdata.plan.against_ledger import plan_against_ledger
from supdata.plan.planning import Plan
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.rows import UnreadableRow
from supdata.records.shipment import Planned
from supdata.records.states import Action, Verdict

#: How many row numbers the question to a person names; the file in the run folder names them all.
EXAMPLES = 20


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
        result.counts.update(_counts(plan))
        result.files += [
            *(f"{name}.jsonl" for name in (*chunks, *held)),
            *("unchanged.jsonl", "waiting.jsonl", "departed.jsonl"),
        ]
    return PlannedRun(chunks, held, _question(run, plan) if held else None)


def _make(run: Run) -> Plan:
    enrolments = list(run.folder.read("normalise", "enrolments.jsonl", Enrolment))
    judgements = run.folder.read("validate", "judgements.jsonl", Judgement)
    unreadable = sum(1 for _ in run.folder.read("extract", "unreadable.jsonl", UnreadableRow))
    with open_ledger() as ledger:
        return plan_against_ledger(
            list(run.folder.read("validate", "valid.jsonl", Enrolment)),
            enrolments,
            run.institution,
            ledger=ledger,
            fingerprint=fingerprint(),
            run_id=run.ledger_id,
            mode=run.mode,
            now=run.started,
            read=len(enrolments) + unreadable,
            rejected=sum(one.verdict is Verdict.REJECTED for one in judgements),
            limited=run.limit is not None,
        )


def _write_chunks(run: Run, prefix: str, chunks: Sequence[Sequence[Planned]]) -> list[str]:
    names = [f"{prefix}-{number:04d}" for number in range(1, len(chunks) + 1)]
    for name, chunk in zip(names, chunks, strict=True):
        run.folder.write("plan", f"{name}.jsonl", chunk)
    return names


def _counts(plan: Plan) -> dict[str, int]:
    leaving = [one for chunk in (*plan.chunks, *plan.held) for one in chunk]
    return {
        "to_create": sum(one.action is Action.CREATE for one in leaving),
        "to_update": sum(one.action is Action.UPDATE for one in leaving),
        "held": sum(len(chunk) for chunk in plan.held),
        "unchanged": len(plan.unchanged),
        "waiting": len(plan.waiting),
        "departed": len(plan.departed),
    }


def _question(run: Run, plan: Plan) -> dict[str, str]:
    """Return the form's text: counts, why, row numbers, and the hash that binds the answer to this very batch."""
    held = [one for chunk in plan.held for one in chunk]
    rows = ", ".join(str(one.row) for one in held[:EXAMPLES])
    more = f" and {len(held) - EXAMPLES} more" if len(held) > EXAMPLES else ""
    lines = [
        f"**{run.institution.name}** ({run.institution.uai}) would change {len(held)} enrolments already declared.",
        f"Held because {plan.held_why}.",
        f"Rows: {rows}{more} (`{run.folder.path}/plan`).",
        f"Batch `{plan.batch_hash[:16]}`. New enrolments are sent meanwhile.",
    ]
    return {"subject": f"Send {len(held)} held changes of {run.institution.uai}?", "body": "\n\n".join(lines)}
