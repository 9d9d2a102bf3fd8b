"""What a person tells of a school that no sample can: its name, where it stands, what its codes mean."""

from dataclasses import dataclass, field
from datetime import date

from supdata.errors import FixConfig

#: French schools' years change in summer.
FIRST_MONTH = 7


@dataclass(frozen=True)
class Answers:
    """What was told; "" and empty where nothing was. `year` is the one in which the academic year begins."""

    uai: str
    year: int
    name: str = ""
    contact: str = ""
    commune: str = ""
    statut: str = ""
    regime: dict[str, str] | str = ""
    sent: dict[str, list[str]] = field(default_factory=dict)


def year_at(day: date) -> int:
    """Return the year in which the academic year around `day` begins."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def regime_of(given: str) -> dict[str, str] | str:
    """Read `RF2`, the same for everybody, or `544=RF2,545=RF4`, a word for each code.

    Raises FixConfig when it is neither.
    """
    pairs = [part.partition("=") for part in given.split(",")] if "=" in given else []
    words = {code.strip(): word.strip() for code, _, word in pairs} or {"": given}
    if given and not all(word in {f"RF{number}" for number in range(1, 8)} for word in words.values()):
        raise FixConfig("Reading --regime", f"`{given[:40]}` is no regime", "Write RF2, or a map such as 544=RF2,545=RF4.")
    return words if pairs else given


def sent_of(given: list[str]) -> dict[str, list[str]]:
    """Read `COLUMN=value,value`, by column; raises FixConfig when there is no `=`."""
    found: dict[str, list[str]] = {}
    for one in given:
        column, equals, values = one.partition("=")
        if not equals:
            raise FixConfig("Reading --send", f"`{one[:40]}` is no COLUMN=value", "Write for example CODE_MEF=311*,301*.")
        found.setdefault(column.strip(), []).extend(value.strip() for value in values.split(","))
    return found
