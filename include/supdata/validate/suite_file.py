"""Suite files: expectations as they are written by hand, each with the rule it checks; read without Great Expectations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from supdata.errors import FixConfig, RuleBroken
from supdata.validate.catalogue import SUITE_RULES


class Meta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The catalogue rule that an expectation checks; several may check one rule."""

    rule: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One expectation of a suite file."""

    type: str
    kwargs: dict[str, Any]
    meta: Meta


class SuiteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A suite file: a name, and expectations in any order."""

    name: str
    expectations: list[Entry]

    def joined_by(self, entries: Sequence[Entry]) -> "SuiteFile":
        """Return the suite with more expectations after its own: all are evaluated together."""
        return SuiteFile(self.name, [*self.expectations, *entries])


def read_suite(path: Path) -> SuiteFile:
    """Read a suite file.

    Raises FixConfig when it cannot be read, RuleBroken when the rules it checks are not exactly those of the catalogue.
    """
    try:
        suite = msgspec.json.decode(path.read_bytes(), type=SuiteFile)
    except OSError as error:
        found = f"the file cannot be opened ({error.strerror})"
        raise FixConfig(f"Reading the suite {path.name}", found, "Point to the expectations/ folder.") from error
    except msgspec.MsgspecError as error:
        raise FixConfig(f"Reading the suite {path.name}", str(error), "Mend the file.") from error
    odd = sorted({entry.meta.rule for entry in suite.expectations} ^ set(SUITE_RULES))
    if odd:
        found = f"not both in the suite and in the catalogue: {', '.join(odd)}"
        raise RuleBroken(f"Reading the suite {path.name}", found, "Add them where they are missing.")
    return suite
