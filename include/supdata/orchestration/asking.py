"""The question to a person about a held batch: how many, why, and which rows, without a single value of a student."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from supdata.orchestration.run import Run
from supdata.plan.planning import Plan
from supdata.records.judgement import Judgement
from supdata.records.states import Action, Severity, Verdict
from supdata.validate.catalogue import RULES

#: How many row numbers a line of the question names; the files in the run folder name them all.
EXAMPLES = 10

Place = tuple[str, int]


def question_of(run: Run, plan: Plan, findings: Iterable[Judgement], judgements: Iterable[Judgement]) -> dict[str, str]:
    """Return the form's subject and text, and the hash that binds the answer to this very batch.

    `findings` are what is noteworthy against the ledger, `judgements` those of all rows.
    """
    held, closings = plan.held, plan.held_actions.get(Action.CLOSE, 0)
    ended = f" {closings} of them end enrolments that are no longer in the source." if closings else ""
    paragraphs = [
        f"**{run.institution.name}** ({run.institution.uai}): {held} changes of enrolments already declared wait for a person. "
        f"New enrolments are sent meanwhile.{ended}",
        f"The batch is unusual: {plan.held_why}." if plan.held_why else "Single changes need consent; all others are sent.",
        "\n".join(_table(plan, findings, judgements)),
        f"All rows are in `{run.folder.path}`: `plan/findings.jsonl`, `validate/judgements.jsonl`, `plan/departed.jsonl`.",
        f"**Approve** sends these {held} changes and nothing else. **Reject** leaves them unsent, and the next run asks again. "
        f"Batch `{plan.batch_hash[:16]}`.",
    ]
    return {
        "subject": f"Send {held} held changes of {run.institution.uai}?",
        "body": "\n\n".join(paragraphs),
        "batch": plan.batch_hash,
    }


def _table(plan: Plan, findings: Iterable[Judgement], judgements: Iterable[Judgement]) -> Iterator[str]:
    yield from ("| | rule | rows | examples |", "| --- | --- | ---: | --- |")
    yield from _lines("held", _by_rule(findings, Severity.HOLD))
    rejected = (one for one in judgements if one.verdict is Verdict.REJECTED)
    yield from _lines("rejected", _by_rule(rejected, Severity.REJECT))
    gone = [(one.seen_source, one.seen_row) for one in plan.departed]
    yield from _lines("last seen", {"LEDGER-DEPARTED": gone} if gone else {})


def _by_rule(judgements: Iterable[Judgement], severity: Severity) -> Mapping[str, list[Place]]:
    places: dict[str, list[Place]] = defaultdict(list)
    for one in judgements:
        for reason in one.reasons:
            if reason.severity is severity:
                places[reason.rule].append((one.source, one.row))
    return places


def _lines(what: str, places: Mapping[str, list[Place]]) -> Iterator[str]:
    """Yield a line per rule, that of most rows first."""
    for rule, rows in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
        title = RULES[rule].english if rule in RULES else ""
        yield f"| {what} | {title} (`{rule}`) | {len(rows)} | {_examples(rows)} |"


def _examples(rows: list[Place]) -> str:
    several = len({source for source, _ in rows}) > 1
    named = ", ".join(f"{source} row {row}" if several else str(row) for source, row in sorted(rows)[:EXAMPLES])
    return f"{'' if several else 'rows '}{named}{', …' if len(rows) > EXAMPLES else ''}"
