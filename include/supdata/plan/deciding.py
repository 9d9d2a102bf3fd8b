"""What to do with one valid record, given what the ledger knows of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never

from supdata.ledger.entries import Entry
from supdata.records.judgement import RulesInForce
from supdata.records.states import Action, Outcome


class Decision(StrEnum):
    """Whether a record leaves."""

    #: The registry holds exactly this.
    KEEP = "keep"
    #: The registry has answered and nothing has changed since: its last answer stands.
    WAIT = "wait"
    SEND = "send"


@dataclass(frozen=True)
class Circumstances:
    """What decides beside the record itself: `now` is the moment of the run, not of the call.

    `reads` says that the school has a read connection: what leaves in doubt is then looked up before it is sent.
    """

    mode: Literal["delta", "full"]
    ambiguous: Literal["repost", "hold"]
    now: datetime
    rules: RulesInForce
    reads: bool = False


def action_of(entry: Entry | None) -> Action:
    """Return what sending means to the registry: an update once it has accepted anything under this key."""
    return Action.UPDATE if entry is not None and entry.accepted_content else Action.CREATE


def decide(entry: Entry | None, content: str, circumstances: Circumstances) -> Decision:
    """Decide on a record whose body has the fingerprint `content`.

    What the registry has accepted is never sent again unchanged, in either mode. A change that was refused and has been undone
    in the source is no change. A record in doubt is sent again, or waits for a person, whatever its content: under `hold`
    another content could make a second enrolment just as well. It leaves all the same when it can be looked up first. What was
    refused or unknown is sent once more when the rules are no longer those it had passed then, or when it is due. What somebody
    has asked for in the ledger is sent whatever it is.
    """
    if entry is None or entry.replay:
        return Decision.SEND
    if content == entry.accepted_content and not entry.doubt:
        return Decision.KEEP
    can_look_up = circumstances.reads and content == entry.content
    if entry.doubt and circumstances.ambiguous == "hold" and not can_look_up:
        return Decision.WAIT
    return _decide_by_last_answer(entry, content, circumstances)


def _decide_by_last_answer(entry: Entry, content: str, circumstances: Circumstances) -> Decision:
    same = content == entry.content and entry.rules == circumstances.rules.version
    full = circumstances.mode == "full"
    due = entry.next_due is None or entry.next_due <= circumstances.now
    match entry.state:
        case Outcome.REFUSED | Outcome.UNKNOWN_STUDENT:
            return Decision.SEND if full or due or not same else Decision.WAIT
        case Outcome.ACCEPTED | Outcome.AMBIGUOUS | Outcome.HELD | Outcome.NOT_ATTEMPTED:
            return Decision.SEND
        case _ as never:
            assert_never(never)
