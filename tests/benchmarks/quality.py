"""The mutation benchmark: every kind of mistake put into clean rows, one kind at a time and all mixed; what do the rules say?

`python -m benchmarks.quality` prints a line per kind and leaves var/bench/quality.json. It ends with an error when a figure of
the project is missed: every line of a kind that can be decided is caught, the right reason in 99 % of them, the right
suggestion in 90 % of the values that can be computed, and no clean row rejected.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.progress import Progress

from benchmarks.catalogue import ALL, KINDS
from benchmarks.corpus import Lot, clean_corpus, enrolments
from benchmarks.injecting import Served, candidates, inject, inject_all
from benchmarks.judged import judged
from benchmarks.kinds import Ending, Kind
from benchmarks.paths import FIGURES
from benchmarks.quality_table import print_result, wide_console
from benchmarks.scoring import Already, Odd, Score, already, by_kind, rules_of, score, total
from supdata.records.judgement import Judgement
from supdata.records.states import Verdict

SEED = 11
ROWS = 20_000
ALONE = 100
MIXED = 8


@dataclass(frozen=True)
class Result:
    """All that the benchmark found; `alone` and `mixed` by kind."""

    rows: int
    clean_rejected: int
    clean_named: Mapping[str, int]
    alone: Mapping[str, Score]
    mixed: Mapping[str, Score]
    odd: Sequence[Odd]

    def figures(self) -> dict[str, object]:
        """Return what the JSON file holds."""
        return {
            "seed": SEED,
            "rows": self.rows,
            "kinds": len(KINDS),
            "clean_rejected": self.clean_rejected,
            "clean_named": dict(self.clean_named),
            "alone": total(self.alone.values(), KINDS, "alone").figures(),
            "mixed": total(self.mixed.values(), KINDS, "mixed").figures(),
            "by_kind": {name: one.figures() | _facts(KINDS[name], self.mixed[name]) for name, one in self.alone.items()},
            "undecidable": {kind.name: kind.why for kind in ALL if kind.ending is Ending.UNSEEN},
            "missed": missed(self),
            "odd": [vars(one) for one in self.odd[:200]],
        }


def _facts(kind: Kind, mixed: Score) -> dict[str, object]:
    return {"arises": kind.arises, "ending": str(kind.ending), "rules": list(kind.rules), "mixed": mixed.figures()}


def missed(result: Result) -> list[str]:
    """Return a sentence per figure of the project that `result` does not reach."""
    alone, mixed = (total(scores.values(), KINDS, name) for name, scores in (("alone", result.alone), ("mixed", result.mixed)))
    faults = [f"{result.clean_rejected} clean rows are rejected"] if result.clean_rejected else []
    for one in (alone, mixed):
        if one.caught < one.lines:
            faults.append(f"{one.kind}: {one.lines - one.caught} of {one.lines} lines are not caught")
        if one.right_reason < 0.99:
            faults.append(f"{one.kind}: right reason {one.right_reason:.2%}, wanted 99 %")
        if one.right_suggestion < 0.90:
            faults.append(f"{one.kind}: right suggestion {one.right_suggestion:.2%}, wanted 90 %")
    return faults


def run(lots: Sequence[Lot], kinds: Sequence[Kind], progress: Progress, alone: int = ALONE, mixed: int = MIXED) -> Result:
    """Run the benchmark over clean `lots`: judge them as they are, with each kind `alone` times, and with all kinds `mixed`."""
    step = progress.add_task("judging clean rows", total=len(lots) + len(kinds) + len(lots))
    clean: dict[Lot, Sequence[Judgement]] = {}
    for lot in lots:
        clean[lot] = judged(enrolments(lot), lot.institution)
        progress.advance(step)
    said = {lot: already(answers) for lot, answers in clean.items()}
    single, together, odd = [], [], []
    for number, kind in enumerate(kinds):
        progress.update(step, description=f"{kind.name} alone")
        found, strange = _scored(inject(_a_lot_for(kind, lots, number), kind, alone, SEED), said)
        single.append(found)
        odd += strange
        progress.advance(step)
    for lot in lots:
        progress.update(step, description=f"all kinds mixed, {lot.source}")
        found, strange = _scored(inject_all(lot, kinds, mixed, SEED), said)
        together.append(found)
        odd += strange
        progress.advance(step)
    every_clean = [one for answers in clean.values() for one in answers]
    warned = Counter(rule for one in every_clean for rule in rules_of(one))
    return Result(
        len(every_clean), _rejected(every_clean), dict(sorted(warned.items())), by_kind(single), by_kind(together), odd
    )


def _a_lot_for(kind: Kind, lots: Sequence[Lot], number: int) -> Lot:
    """Return one of the lots with rows that the kind can befall: schools are judged apart, so the others stay as they were."""
    turned = [*lots[number % len(lots) :], *lots[: number % len(lots)]]
    return max(turned, key=lambda lot: min(len(candidates(lot, kind)), ALONE))


def _scored(served: Served, said: Mapping[Lot, Already]) -> tuple[dict[str, Score], list[Odd]]:
    judgements = judged(enrolments(served.lot, served.rows), served.lot.institution)
    return score(served, judgements, said[served.lot])


def _rejected(judgements: Sequence[Judgement]) -> int:
    return sum(one.verdict is Verdict.REJECTED for one in judgements)


def write(result: Result, folder: Path) -> Path:
    """Leave the figures in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "quality.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result.figures())) + b"\n")
    return path


def main() -> None:
    """Run the whole benchmark; exit with 1 when a figure is missed."""
    console = wide_console()
    console.print(f"Mutation benchmark: {ROWS} clean rows of four schools, {len(KINDS)} kinds of mistakes")
    with Progress(console=console, transient=True) as progress:
        result = run(clean_corpus(ROWS), ALL, progress)
    print_result(result, console)
    console.print(f"\nFigures: {write(result, FIGURES)}")
    sys.exit(1 if missed(result) else 0)


if __name__ == "__main__":
    main()
