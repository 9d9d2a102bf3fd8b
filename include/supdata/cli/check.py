"""`supdata check` and `supdata schema`: what a person can know of an institution file before Airflow reads it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from supdata.config.faults import Fault, InvalidInstitution
from supdata.config.hours import minute_of
from supdata.config.loading import expired_settings, find_institution_files, load_institution
from supdata.config.models import Institution
from supdata.config.schema import institution_schema
from supdata.errors import FixConfig
from supdata.validate.additions import read_additions
from supdata.validate.catalogue import RULES
from supdata.validate.rule import Rule

FAULTS_FOUND = 1
INSTITUTIONS = Path("dags/institutions")
EXPECTATIONS = Path("expectations")


@dataclass(frozen=True)
class Checked:
    """What one file turned out to be: an institution, or faults; both when it only disagrees with another file.

    `warnings` are no faults: the file can be used, but not all in it still holds.
    """

    path: Path
    institution: Institution | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Institution files, or folders of them.", show_default=False)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
    expectations: Annotated[Path, typer.Option(help="The folder of suites, for rules of an institution's own.")] = EXPECTATIONS,
) -> None:
    """Check institution files, and the rules they add: every fault, with its line and the nearest valid word.

    Without PATHS, all of dags/institutions. A warning, such as a rule's setting that has expired, is no fault.
    Exit code 0: all is well; 1: faults were found; 2: nothing could be checked.
    """
    checked = check_files(_files(paths or [INSTITUTIONS]), expectations, datetime.now(UTC).date())
    typer.echo(as_machine_text(checked) if as_json else as_text(checked))
    if any(one.faults for one in checked):
        raise typer.Exit(FAULTS_FOUND)


def schema() -> None:
    """Print the JSON Schema of an institution file, for editors that complete and check YAML while it is typed."""
    typer.echo(json.dumps(institution_schema(), indent=2, ensure_ascii=False))


def check_files(files: Iterable[Path], expectations: Path, on: date) -> list[Checked]:
    """Check each file by itself as of the day `on`, then that no two declare for one establishment."""
    return _with_claims([_check_file(path, expectations, on) for path in files])


def as_text(checked: Sequence[Checked]) -> str:
    """Return what is printed for people: a line per sound file, a line per fault, and the sum."""
    lines = [line for one in checked for line in _lines(one)]
    faulty = sum(bool(one.faults) for one in checked)
    faults = sum(len(one.faults) for one in checked)
    warnings = sum(len(one.warnings) for one in checked)
    sum_of_all = f"{len(checked)} file(s) checked: " + (f"{faults} fault(s) in {faulty} of them" if faults else "all is well")
    return "\n".join([*lines, sum_of_all + (f", {warnings} warning(s)" if warnings else "")])


def as_machine_text(checked: Sequence[Checked]) -> str:
    """Return the same as JSON: `ok`, and for each file its path, UAI, name, faults and warnings."""
    files = [
        {
            "file": str(one.path),
            "uai": one.institution.uai if one.institution else None,
            "name": one.institution.name if one.institution else None,
            "schedule": one.institution.cron() if one.institution else None,
            "faults": [asdict(fault) for fault in one.faults],
            "warnings": [asdict(warning) for warning in one.warnings],
        }
        for one in checked
    ]
    return json.dumps({"ok": not any(one.faults for one in checked), "files": files}, indent=2, ensure_ascii=False)


def _files(paths: Iterable[Path]) -> list[Path]:
    found = [file for path in paths for file in ([path] if path.is_file() else find_institution_files(path))]
    if not found:
        raise FixConfig("Checking institution files", "there is none", "Name a file or a folder: `supdata check PATH`.")
    return list(dict.fromkeys(found))


def _check_file(path: Path, expectations: Path, on: date) -> Checked:
    rules, own_faults = _rules_at(path.stem, expectations)
    try:
        institution = load_institution(path, known_rules=rules)
    except InvalidInstitution as invalid:
        return Checked(path, None, (*invalid.faults, *own_faults))
    return Checked(path, institution, own_faults, expired_settings(path, on))


def _rules_at(uai: str, expectations: Path) -> tuple[Mapping[str, Rule], tuple[Fault, ...]]:
    """Return the rules that count for an institution, and what is wrong with those it adds."""
    try:
        return read_additions(expectations, uai).with_catalogue(), ()
    except InvalidInstitution as invalid:
        return RULES, invalid.faults


def _lines(one: Checked) -> Iterator[str]:
    if one.institution is not None and not one.faults:
        yield f"{one.path}: ok, {one.institution.name}, by {one.institution.source.kind}, {_when(one.institution)}"
    yield from map(str, one.faults)
    for warning in one.warnings:
        yield f"{warning} (a warning)"


def _when(institution: Institution) -> str:
    if institution.schedule is None:
        return "started by hand"
    cron = institution.cron()
    return f"at {cron}" if cron == institution.schedule else f"at {minute_of(institution.uai, institution.schedule):%H:%M}"


def _with_claims(checked: Sequence[Checked]) -> list[Checked]:
    """Add a fault where two files declare for one establishment: each would take the other's students for departed."""
    claims: dict[str, list[Path]] = {}
    for one in checked:
        for uai in _declares_for(one.institution):
            claims.setdefault(uai, []).append(one.path)
    return [replace(one, faults=(*one.faults, *_contested(one, claims))) for one in checked]


def _declares_for(institution: Institution | None) -> tuple[str, ...]:
    return (institution.uai, *institution.also) if institution else ()


def _contested(one: Checked, claims: dict[str, list[Path]]) -> Iterator[Fault]:
    for uai in _declares_for(one.institution):
        others = [str(path) for path in claims[uai] if path != one.path]
        if others and one.institution is not None:
            where = "uai" if uai == one.institution.uai else "also"
            yield Fault(str(one.path), 1, 1, where, f"{uai} is declared for by {', '.join(others)} as well")
