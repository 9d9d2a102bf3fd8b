"""Corrected work lists as they are given back: read and checked at once, kept beside the school's runs, and their end noted.

What is kept holds student data, is its owner's alone, and goes when no correction in it is in force any more. A run takes
those in force when it normalises; which are over is noted only when it reports, so that a run that is cleared finds them again.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar

import msgspec
from airflow.sdk import ObjectStoragePath

from supdata.corrections.applying import Fate, Trace
from supdata.corrections.reading import CorrectedLine, CorrectedList, ListFault, numbered, read_corrected
from supdata.errors import FixConfig
from supdata.ledger.work_items import WorkItems
from supdata.orchestration.ledger_access import fingerprint, open_ledger
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import run_folder_root
from supdata.orchestration.store import is_local, is_there, names_in, reading, remove, writing
from supdata.records.given_back import GivenBack
from supdata.records.lines import read_lines, write_lines
from supdata.records.uai import is_valid_uai

Record = TypeVar("Record")

#: What a run has done with each correction, in its folder; and the place of all corrections, below the root of run folders.
TRACES = "corrections.jsonl"
FOLDER = "corrections"
STATES = "states.jsonl"
#: A correction with one of these fates is over.
OVER = frozenset({Fate.SETTLED, Fate.STALE, Fate.OVERRULED})
LONGEST_NAME = 120


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a list that was given back: corrections taken, lines that change nothing, and every fault, in French."""

    taken: int
    unchanged: int
    faults: tuple[str, ...]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of a correction so far: how many runs have put it in, and after which it is over ("": not yet)."""

    id: str
    runs: int = 0
    last_run: str = ""
    fate: Fate = Fate.UNSEEN
    over_by: str = ""


def receive(uai: str, name: str, content: bytes, by: str, at: datetime | None = None) -> Reception:
    """Read the list `name` that `by` gives back for the school `uai`, and keep what is right of it for its next run.

    Every fault is told at once, by line; what is right is kept all the same. A list that is given again counts as given anew.
    `by` and `name` are kept as they are with each correction.

    Raises TryLater or FixConfig when the ledger, which knows the lines that were ever given out, cannot be asked; FixConfig
    also when `uai` is none.
    """
    _folder(uai)  # first of all: it is part of a path
    given_at = at or datetime.now(UTC)
    read = read_corrected(content, uai)
    mark = fingerprint()
    with open_ledger() as ledger:
        known = WorkItems(ledger.connection).known(uai, {(one.key.identity, one.key.field) for one in read.lines})
    strange = [one for one in read.lines if (one.key.identity, one.key.field) not in known]
    new = [
        one
        for one in read.lines
        if (one.key.identity, one.key.field) in known
        and mark.value(one.key.identity, one.key.field, one.value) != one.key.found
    ]
    if new:
        _keep(uai, content, [_given(one, _named(name), content, _named(by), given_at) for one in new], given_at)
    return Reception(taken=len(new), unchanged=_unchanged(read, new, strange), faults=_faults(read, strange))


def was_received(uai: str, content: bytes) -> bool:
    """Whether this very list has left corrections that are still kept."""
    return any(path.name.endswith(f"-{_digest(content)}.jsonl") for path in _lists(uai))


def in_force(run: Run) -> list[GivenBack]:
    """Return the corrections that the run has to look at, the one given last at the end: those that are not over before it."""
    over = {one.id for one in _states(run.institution.uai).values() if one.over_by not in {"", run.run_id}}
    given = [one for path in _lists(run.institution.uai) for one in _read(path, GivenBack) if one.id not in over]
    return sorted(given, key=lambda one: (one.at, one.id.rpartition("-")[0], one.line))


def traces_of(run: Run) -> list[Trace]:
    """Return what this run has done with each correction."""
    return list(run.folder.read("normalise", TRACES, Trace)) if run.folder.has("normalise", TRACES) else []


def runs_put_in(run: Run, traces: Iterable[Trace]) -> dict[str, int]:
    """Return by id in how many runs each correction has been put in, this one included."""
    states = _states(run.institution.uai)
    return {one.id: _after(states.get(one.id, State(id=one.id)), one, run, complete=False).runs for one in traces}


def note_fates(run: Run, *, complete: bool) -> None:
    """Note what the run has done with each correction, and forget the lists of which none is in force any more.

    `complete` says that the source was read as a whole: then a correction that no row is known by is over as well.
    """
    traces, uai = traces_of(run), run.institution.uai
    if not traces or run.dry_run:
        return
    states = _states(uai)
    for one in traces:
        states[one.id] = _after(states.get(one.id, State(id=one.id)), one, run, complete=complete)
    _write(uai, STATES, [states[name] for name in sorted(states)])
    over = {one.id for one in states.values() if one.over_by not in {"", run.run_id}}
    for path in _lists(uai):
        if all(one.id in over for one in _read(path, GivenBack)):
            remove(path)


def _after(state: State, trace: Trace, run: Run, *, complete: bool) -> State:
    again = state.last_run == run.run_id
    over = trace.fate in OVER or (trace.fate is Fate.UNSEEN and complete)
    return State(
        id=trace.id,
        runs=state.runs + (trace.fate is Fate.APPLIED and not again),
        last_run=run.run_id,
        fate=trace.fate,
        over_by=run.run_id if over else "",
    )


def _faults(read: CorrectedList, strange: Sequence[CorrectedLine]) -> tuple[str, ...]:
    unknown = [ListFault(one.line, "cette ligne n’a jamais figuré dans une liste de votre établissement.") for one in strange]
    return tuple(numbered([*read.faults, *unknown]))


def _unchanged(read: CorrectedList, new: Sequence[CorrectedLine], strange: Sequence[CorrectedLine]) -> int:
    return read.untouched + len(read.lines) - len(new) - len(strange)


def _given(one: CorrectedLine, name: str, content: bytes, by: str, at: datetime) -> GivenBack:
    return GivenBack(
        id=f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{_digest(content)}-{one.line}",
        field=one.key.field,
        identity=one.key.identity,
        found=one.key.found,
        value=one.value,
        by=by,
        at=at,
        file=name,
        line=one.line,
    )


def _named(text: str) -> str:
    """Return a name as it may be kept and shown: one line, of a bounded length."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST_NAME]


def _keep(uai: str, content: bytes, given: Sequence[GivenBack], at: datetime) -> None:
    stamp = f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    _write(uai, f"given-{stamp}-{_digest(content)}.jsonl", given)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def _folder(uai: str) -> ObjectStoragePath:
    if not is_valid_uai(uai):
        raise FixConfig("Looking for the corrections of a school", "its UAI is none", "Name the school by its UAI.")
    return ObjectStoragePath(run_folder_root()) / FOLDER / uai


def _lists(uai: str) -> list[ObjectStoragePath]:
    folder = _folder(uai)
    return [folder / name for name in names_in(folder) if name.startswith("given-") and name.endswith(".jsonl")]


def _states(uai: str) -> dict[str, State]:
    path = _folder(uai) / STATES
    return {one.id: one for one in _read(path, State)} if is_there(path) else {}


def _read(path: ObjectStoragePath, record: type[Record]) -> list[Record]:
    with reading(path) as stream:
        return list(read_lines(stream, record))


def _write(uai: str, name: str, records: Iterable[object]) -> None:
    folder = _folder(uai)
    with writing(folder / name) as stream:
        write_lines(stream, records)
    if is_local(folder):
        os.chmod(folder.path, 0o700)  # noqa: PTH101 - the paths are fsspec's, not pathlib's
