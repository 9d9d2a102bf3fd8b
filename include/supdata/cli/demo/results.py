"""What a demo has shown, and whether it is what was promised."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from supdata.records.counts import Counts

SUCCESS = "success"


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one run of one school ended; `counts` is None when it never got as far as its balance."""

    uai: str
    dag_id: str
    run_id: str
    state: str
    counts: Counts | None


class RegistryRows(msgspec.Struct, frozen=True, kw_only=True):
    """What the sandbox registry holds: it only ever inserts, so a record sent twice is two rows and one distinct."""

    rows: int
    distinct: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a demo, as `var/demo/summary.json` holds them."""

    institutions: tuple[RunResult, ...]
    second_run: tuple[RunResult, ...]
    registry: RegistryRows


class _Balance(msgspec.Struct, frozen=True):
    """The part of a run's balance.json that is shown."""

    counts: Counts


class _StageResult(msgspec.Struct, frozen=True):
    """The part of a stage's result.json that is shown; other JSON files beside it have no `error`."""

    error: str = ""


def run_folder(runs: Path, uai: str, run_id: str) -> Path:
    """Return where a run keeps its files: the run id, with what a file name cannot hold replaced."""
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_.-") else "_" for letter in run_id)
    return runs / uai / safe


def read_counts(folder: Path) -> Counts | None:
    """Return the counts of a run's balance, or None when the run did not get that far."""
    file = folder / "reconcile" / "balance.json"
    return msgspec.json.decode(file.read_bytes(), type=_Balance).counts if file.exists() else None


def stage_errors(folder: Path) -> tuple[str, ...]:
    """Return what the stages of a run say went wrong, each with the stage's name."""
    files = sorted(folder.glob("*/*.json"), key=lambda file: file.stat().st_mtime) if folder.exists() else []
    results = ((file.parent.name, msgspec.json.decode(file.read_bytes(), type=_StageResult)) for file in files)
    return tuple(f"{stage}: {result.error}" for stage, result in results if result.error)


def write_summary(summary: Summary, file: Path) -> None:
    """Write the facts of a demo as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def broken_promises(summary: Summary, expected: Mapping[str, Counts]) -> tuple[str, ...]:
    """Return a sentence for each thing that is not as promised; none means that the demo has shown what it should.

    `expected` is what the first run of each school, by UAI, must count, as the mistakes were made in its data.
    """
    return (
        *_unfinished("first", summary.institutions),
        *_unfinished("second", summary.second_run),
        *_counted_otherwise(summary.institutions, expected),
        *_sent_again(summary.second_run),
        *_lost_or_doubled(summary),
    )


def _unfinished(which: str, results: Sequence[RunResult]) -> Iterable[str]:
    for result in results:
        if result.state != SUCCESS:
            yield f"The {which} run of {result.uai} is {result.state}"
        elif result.counts is None:
            yield f"The {which} run of {result.uai} left no balance"


def _counted_otherwise(results: Sequence[RunResult], expected: Mapping[str, Counts]) -> Iterable[str]:
    for result in results:
        if result.counts is None:
            continue
        wanted, found = msgspec.structs.asdict(expected[result.uai]), msgspec.structs.asdict(result.counts)
        wrong = [f"{found[name]} {name} where {number} were made" for name, number in wanted.items() if found[name] != number]
        if wrong:
            yield f"The first run of {result.uai} counts {', '.join(wrong)}"


def _sent_again(results: Sequence[RunResult]) -> Iterable[str]:
    for result in results:
        if result.counts is not None and result.counts.created + result.counts.updated > 0:
            sent = f"{result.counts.created} records as new and {result.counts.updated} as changed"
            yield f"The second run of {result.uai} sent {sent}, where nothing had changed"


def _lost_or_doubled(summary: Summary) -> Iterable[str]:
    results = (*summary.institutions, *summary.second_run)
    accepted = sum(result.counts.accepted for result in results if result.counts is not None)
    registry = summary.registry
    if not registry.rows == registry.distinct == accepted:
        held = f"{registry.rows} rows, {registry.distinct} of them distinct"
        yield f"The registry holds {held}, where {accepted} records were accepted"
