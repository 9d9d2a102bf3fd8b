"""A golden case: a folder with what a school's system gives, the institution file, and the enrolments that must come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from supdata.config.models import Institution
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.enrolment import Enrolment
from supdata.records.lines import read_lines
from supdata.records.rows import RawRow, UnreadableRow


def dropped_files() -> list["Case"]:
    """Return the cases that are a file on an SFTP server."""
    return [Case(path.name) for path in sorted(Path(__file__).parent.glob("sftp_*"))]


@dataclass(frozen=True)
class Case:
    """One folder beside this module."""

    name: str

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / self.name

    @property
    def institution(self) -> Institution:
        return Institution.model_validate(yaml.safe_load((self.folder / "institution.yaml").read_text(encoding="utf-8")))

    @property
    def file(self) -> Path:
        """The file that a school dropped, beside what it must give."""
        (found,) = (path for path in self.folder.iterdir() if path.name not in {"institution.yaml", "expected.jsonl"})
        return found

    def expected(self) -> list[Enrolment | UnreadableRow]:
        """Return what must come out, in the order of rows; a line with a reason is an unreadable row."""
        with (self.folder / "expected.jsonl").open("rb") as stream:
            return [_record(line) for line in read_lines(stream, dict[str, str | int])]

    def outcome(self, rows: Iterable[RawRow | UnreadableRow]) -> list[Enrolment | UnreadableRow]:
        """Return what the extracted rows become, in their order."""
        read = list(rows)
        enrolments = normalise((row for row in read if isinstance(row, RawRow)), self.institution, load_communes())
        unreadable = [row for row in read if isinstance(row, UnreadableRow)]
        return sorted([*enrolments, *unreadable], key=lambda row: row.row)


def _record(line: dict[str, str | int]) -> Enrolment | UnreadableRow:
    return msgspec.convert(line, UnreadableRow) if "reason" in line else msgspec.convert(line, Enrolment)
