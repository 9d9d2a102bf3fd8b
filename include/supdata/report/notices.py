"""What ops are told without asking: a red run, a late one, a degraded one, a school gone. A few facts, no student.

In English, as everything that ops read. The message of an error is ours and holds no value of a row; of an error that nobody
foresaw only the class is known.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

#: Chat rooms cut long messages, each at a length of its own.
LONGEST_MESSAGE = 700

#: Who acts on an error, and how, by its class; README.md has the same table.
REACTIONS = {
    "FixConfig": "Data engineer: mend the institution file or the connection, then clear the task.",
    "InvalidInstitution": "Data engineer: mend the institution file (`supdata check` names its faults), then clear the task.",
    "AccessRefused": "Data engineer: correct the user, password or key in the connection, then clear the task.",
    "FixSource": "Call the school: its export is missing or not in the agreed form.",
    "EmptySource": "Call the school: its export is empty.",
    "NothingNew": "Call the school: it has dropped no new file.",
    "TryLater": "Nobody, if it passes: the next run takes up what was not sent. If it lasts, ask the other side.",
    "RunStopped": "Mend the stage that the message names and clear it; what follows runs again.",
    "RuleBroken": "Keep the run folder and report it: a quality rule could not be evaluated.",
    "BalanceBroken": "Keep the run folder and report it: records are missing or counted twice.",
    "RegistryDiffers": "Keep the run folder and report it: the registry shows records otherwise than they were declared.",
    "CallUs": "Keep the run folder and report it.",
}
UNKNOWN = "Look at the task's log; if it says nothing, report it with the run folder."


class Kind(StrEnum):
    """Why somebody is told."""

    FAILED = "failed"
    LATE = "late"
    DEGRADED = "degraded"
    SILENT = "silent"
    REMOVED = "removed"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing ops should know; `uai` is "all" of what is of several schools.

    `stage` is where it went wrong, "" when it is the run as a whole; `error` is the class of the error, "" where there is none;
    `link` opens the run in Airflow.
    """

    kind: Kind
    uai: str
    school: str
    run_id: str
    stage: str = ""
    error: str = ""
    message: str = ""
    to_do: str = ""
    link: str = ""

    @property
    def title(self) -> str:
        """One line: which school, what."""
        where = f" at {self.stage}" if self.stage else ""
        why = f" ({self.error})" if self.error else ""
        return f"SupData {self.uai}: {self.kind}{where}{why}"

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what else is known, each with its name; nothing that is empty."""
        named = {
            "School": f"{self.school} ({self.uai})" if self.school else self.uai,
            "Stage": self.stage,
            "Error": self.error,
            "What": shortened(self.message),
            "To do": self.to_do,
            "Run": self.run_id,
        }
        yield from ((name, value) for name, value in named.items() if value)


def to_do_about(error: str) -> str:
    """Say who acts on an error of class `error`, and how."""
    return REACTIONS.get(error, UNKNOWN)


def parted(error: str) -> tuple[str, str]:
    """Part what a stage says of its failure, `Class: message`, in two; the message is "" where only the class is known."""
    name, _, message = error.partition(": ")
    return name, message


def shortened(message: str) -> str:
    """Return a message as one line, cut where a chat room would cut it."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"
