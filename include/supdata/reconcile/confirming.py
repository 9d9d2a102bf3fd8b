"""Whether the registry still shows what it has accepted: a sample, looked up and compared; what is done about a difference.

Missing though accepted, and nothing else at its place: sending it again can heal that, once. Anything else a person must see.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from supdata.config.models import Limits
from supdata.errors import FixConfig, RegistryDiffers
from supdata.reconcile.differences import Difference, Place, name
from supdata.records.declared import Declared, Other
from supdata.registry.presence import Presence, is_shown, presence, told_otherwise
from supdata.registry.shown import Reading, Worth

ATTEMPTED = "Looking up at the registry what it has accepted"


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment that the registry has accepted, in this run or before, and how to look it up. Holds an INE."""

    source: str
    row: int
    key: str
    ine: str
    born: str
    declared: Declared

    @property
    def place(self) -> Place:
        """Where it stands in the source."""
        return (self.source, self.row)


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the registry has come to.

    `looked_up` enrolments were compared. `missing` ones are not shown and are sent again by the next run; `gone_again` had been
    sent again before; `differing` ones are shown otherwise. `unread` answers said nothing.
    """

    looked_up: int = 0
    unread: int = 0
    missing: tuple[Difference, ...] = ()
    gone_again: tuple[Difference, ...] = ()
    differing: tuple[Difference, ...] = ()

    @property
    def to_heal(self) -> int:
        """How many enrolments are to be sent again."""
        return sum(one.count for one in self.missing)


@dataclass(frozen=True)
class Judged:
    """The confirmation with the ledger keys of what is missing, which no file needs to hold."""

    confirmation: Confirmation
    missing: tuple[str, ...]


def is_sampled(key: str, run_id: str, share: float) -> bool:
    """Whether a run looks up the enrolment `key`: the same for the same run, other enrolments in another one."""
    if share >= 1:
        return True
    drawn = int.from_bytes(sha256(f"{run_id}\n{key}".encode()).digest()[:8])
    return drawn < share * 2**64


def not_shown(accepted: Sequence[Accepted], readings: Mapping[str, Reading]) -> list[Accepted]:
    """Return those that were read and are not shown as they were declared."""
    return [
        one for one in accepted if readings[one.ine].worth is Worth.READ and not is_shown(readings[one.ine].rows, one.declared)
    ]


def judge(
    accepted: Sequence[Accepted],
    readings: Mapping[str, Reading],
    others: Mapping[str, Sequence[Other]],
    healed: Collection[str],
) -> Judged:
    """Sort what was looked up.

    Args:
        accepted: What was looked up.
        readings: What was read, by INE.
        others: What else may stand at the place of each that is not shown, by key.
        healed: Keys that were sent again before because they were missing.
    """
    unseen = not_shown(accepted, readings)
    absent = [one for one in unseen if presence(readings[one.ine].rows, one.declared, others[one.key]) is Presence.ABSENT]
    gone = {one.key for one in absent}
    otherwise = [one for one in unseen if one.key not in gone]
    unread = sum(readings[one.ine].worth is not Worth.READ for one in accepted)
    missing = [one for one in absent if one.key not in healed]
    confirmation = Confirmation(
        looked_up=len(accepted) - unread,
        unread=unread,
        missing=tuple(name("accepted, and not shown by the registry", (one.place for one in missing))),
        gone_again=tuple(
            name("accepted, sent again and not shown all the same", (one.place for one in absent if one.key in healed))
        ),
        differing=tuple(_differing(otherwise, readings)),
    )
    return Judged(confirmation, tuple(one.key for one in missing))


def raise_if_surprising(confirmation: Confirmation, limits: Limits) -> None:
    """Raise FixConfig when so much is missing that it is rather the read side which is not this registry's.

    The limit is that of changes: sending again is what a mass change would be.
    """
    looked_up, missing = confirmation.looked_up, confirmation.to_heal
    if looked_up >= max(1, limits.minimum_rows) and missing > limits.changed * looked_up:
        raise FixConfig(
            ATTEMPTED,
            f"{missing} of {looked_up} enrolments are not shown, which is more than `limits.changed`; nothing is sent again",
            "Check that the read connection is that of the registry which is declared to, and `registry.read.settle_seconds`.",
        )


def raise_if_different(confirmation: Confirmation) -> None:
    """Raise RegistryDiffers when the registry shows something that sending again does not heal."""
    found = [*confirmation.gone_again, *confirmation.differing]
    if found:
        raise RegistryDiffers(
            ATTEMPTED,
            "; ".join(str(one) for one in found),
            "Nothing of it is sent again by itself. Compare these rows with the registry; keep the run folder and report it.",
        )


def _differing(otherwise: Sequence[Accepted], readings: Mapping[str, Reading]) -> list[Difference]:
    """Return a difference for each set of fields that is shown otherwise."""
    places: dict[tuple[str, ...], list[Place]] = {}
    for one in otherwise:
        places.setdefault(told_otherwise(readings[one.ine].rows, one.declared), []).append(one.place)
    return [found for fields in sorted(places) for found in name(f"shown otherwise ({', '.join(fields)})", places[fields])]
