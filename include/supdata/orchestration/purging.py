"""The end of run folders: what holds students' numbers and birth dates is deleted once nobody needs it.

Of an old run folder the plan's chunks stay as long as one of their enrolments may have to be closed when it leaves its source:
only there stands what was declared, and a closing sends it again. Only schools with `departed: close` need them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import ObjectStoragePath

from supdata.config.faults import InvalidInstitution
from supdata.config.loading import find_institution_files, load_institution
from supdata.config.periods import Periods
from supdata.ledger.retention import Hold
from supdata.orchestration.run_folder import folder_name
from supdata.orchestration.store import files_below, is_local, names_in, remove


@dataclass(frozen=True)
class Keeping:
    """What an old run folder must not lose: `held` runs and schools, and the plan files that may still be `needed`, by school.

    Runs are named as their folders are.
    """

    held: Collection[tuple[str, str]]
    needed: Mapping[str, Collection[str]]

    def fate(self, uai: str, name: str, *, age: timedelta, periods: Periods) -> str:
        """Return what becomes of a file `run/stage/file` of a school whose run was last at work `age` ago."""
        run, _, rest = name.partition("/")
        days = periods.reports if rest.startswith("report/") else periods.folders
        if age < timedelta(days=days):
            return "kept"
        if (uai, "") in self.held or (uai, run) in self.held:
            return "held"
        return "needed" if name in self.needed.get(uai, ()) else "deleted"


def keeping(holds: Collection[Hold], standing: Collection[tuple[str, str]], closing: Collection[str]) -> Keeping:
    """Say what must be kept: of `standing`, runs by their name in the ledger with a chunk, what schools in `closing` need."""
    needed: dict[str, set[str]] = defaultdict(set)
    for ledger_id, chunk in standing:
        uai, _, run_id = ledger_id.partition("/")
        if uai in closing:
            needed[uai].add(f"{folder_name(run_id)}/plan/{chunk}.jsonl")
    return Keeping({(one.uai, one.run_id and folder_name(one.run_id)) for one in holds}, needed)


def closing_schools(folder: Path, gone: Collection[str]) -> frozenset[str]:
    """Return the schools that close what departs; so may one whose file has faults, and one whose file is `gone`."""
    return frozenset(_closing(folder)).union(gone)


def _closing(folder: Path) -> Iterator[str]:
    for path in find_institution_files(folder):
        try:
            institution = load_institution(path)
        except InvalidInstitution:
            yield path.stem
        else:
            if institution.departed == "close":
                yield institution.uai


def purge_run_folders(root: str, periods: Periods, now: datetime, keep: Keeping, *, dry_run: bool) -> Counter[str]:
    """Delete what is past its period; count whole folders, and files by what became of them.

    That is `deleted`, `needed` by a later closing, `held` by somebody, or `kept` since it is not old enough. A run is as old as
    the file it wrote last: one that was cleared lately is no old one.
    """
    counts = Counter(folders=0, deleted=0, needed=0, held=0, kept=0)
    top = ObjectStoragePath(root)
    for uai in names_in(top):
        for run, files in _by_run(files_below(top / uai)).items():
            age = now - max(files.values())
            fates = {name: keep.fate(uai, name, age=age, periods=periods) for name in files}
            gone = [name for name, fate in fates.items() if fate == "deleted"]
            counts.update(fates.values())
            counts["folders"] += len(gone) == len(files)
            if not dry_run:
                _delete(top / uai, run, gone, whole=len(gone) == len(files))
    return counts


def _by_run(files: Mapping[str, datetime]) -> dict[str, dict[str, datetime]]:
    runs: dict[str, dict[str, datetime]] = defaultdict(dict)
    for name, written in files.items():
        runs[name.partition("/")[0]][name] = written
    return runs


def _delete(school: ObjectStoragePath, run: str, names: list[str], *, whole: bool) -> None:
    if whole:
        remove(school / run)
        return
    for name in names:
        remove(school / name)
    if is_local(school):
        _drop_empty_folders(Path((school / run).path))


def _drop_empty_folders(run: Path) -> None:
    for folder in [one for one in run.iterdir() if one.is_dir()]:
        if not any(folder.iterdir()):
            folder.rmdir()
