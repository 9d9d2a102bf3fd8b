"""A run in figures, from the facts that its report is written from."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from supdata.records.counts import Counts
from supdata.records.summary import LightWord, RunSummary
from supdata.report.content import Light, RunFacts
from supdata.report.situation import light, mishap

LIGHT_WORDS: dict[Light, LightWord] = {
    Light.GREEN: "green",
    Light.ORANGE: "orange",
    Light.RED: "red",
    Light.GREY: "grey",
}


def summarise(facts: RunFacts, *, dag_id: str, due: datetime, started: datetime, ended: datetime, batch: str) -> RunSummary:
    """Return what is kept of a run; of the failure, its class alone, for a message is nothing to be counted."""
    return RunSummary(
        uai=facts.institution.uai,
        dag_id=dag_id,
        run_id=facts.run_id,
        due=due,
        started=started,
        ended=ended,
        state="success" if mishap(facts) is None else "failed",
        light=LIGHT_WORDS[light(facts)],
        dry_run=facts.dry_run,
        partial=facts.partial,
        failed_stage=facts.failed_stage or "",
        error=facts.failure.partition(":")[0],
        counts={name: getattr(facts.counts, name) for name in Counts.__struct_fields__},
        known=tuple(sorted(facts.known)),
        rules=_rows_by_rule(facts),
        to_correct=facts.to_correct,
        batch=batch,
    )


def batch_of(declared: Iterable[tuple[str, str]]) -> str:
    """Return the hash of what was declared, given as the keyed hashes (of key and content) of each record, in any order."""
    sha = sha256()
    for record in sorted(f"{key} {content}\n" for key, content in declared):
        sha.update(record.encode())
    return sha.hexdigest()


def _rows_by_rule(facts: RunFacts) -> dict[str, int]:
    rows: dict[str, set[tuple[str, int]]] = {}
    for group in facts.groups:
        rows.setdefault(group.finding.rule, set()).update((row.source, row.row) for row in group.rows)
    return {rule: len(found) for rule, found in sorted(rows.items())}
