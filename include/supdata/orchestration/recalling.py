"""What was declared of enrolments that have left the source, found in the folders of earlier runs.

The ledger knows them by keyed hashes alone. What was sent stands in the plan of the run in which the registry accepted it;
where that folder has been deleted, the run that saw the enrolment last holds its row, from which the same record is made again.
A record counts as found only when it is, by its fingerprint, the one the registry has accepted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from supdata.ledger.entries import Standing
from supdata.ledger.fingerprint import Fingerprint
from supdata.ledger.store import Ledger
from supdata.orchestration.run import Run
from supdata.orchestration.run_folder import RunFolder, run_folder_root
from supdata.plan.wire import as_planned
from supdata.records.enrolment import Enrolment
from supdata.records.shipment import Planned
from supdata.records.states import Action

Record = TypeVar("Record")


@dataclass(frozen=True)
class Recollection:
    """Looks up the records of one institution; a `supdata.plan.closing.Recall`."""

    run: Run
    ledger: Ledger
    fingerprint: Fingerprint

    def __call__(self, departed: Sequence[Standing], accepted: Mapping[str, str]) -> dict[str, Planned]:
        """Return what was declared of `departed` enrolments, by key; `accepted` holds the fingerprints of these contents."""
        found = self.as_sent(accepted)
        missing = [one for one in departed if one.key in accepted and one.key not in found]
        again = {one.key: one for one in self._as_seen(missing) if one.content == accepted[one.key]}
        return found | again

    def as_sent(self, accepted: Mapping[str, str]) -> dict[str, Planned]:
        """Return by key what was sent and accepted, where the plan that holds it has not been deleted."""
        return {one.key: one for one in self._as_sent(accepted) if one.content == accepted[one.key]}

    def _as_sent(self, accepted: Mapping[str, str]) -> Iterator[Planned]:
        """Yield the records of the plans in which they were accepted."""
        keys_of: dict[tuple[str, str], set[str]] = defaultdict(set)
        for key, place in self.ledger.accepted_in(accepted).items():
            keys_of[place].add(key)
        for (run_id, chunk), keys in sorted(keys_of.items()):
            planned = _left(self._folder(run_id), "plan", f"{chunk}.jsonl", Planned)
            yield from (one for one in planned if one.key in keys)

    def _as_seen(self, departed: Iterable[Standing]) -> Iterator[Planned]:
        """Yield the records that the rows last seen would be sent as."""
        places_of: dict[str, dict[tuple[str, int], str]] = defaultdict(dict)
        for one in departed:
            places_of[one.seen_run][one.seen_source, one.seen_row] = one.key
        for run_id, places in sorted(places_of.items()):
            for enrolment in _left(self._folder(run_id), "validate", "valid.jsonl", Enrolment):
                key = places.get((enrolment.source, enrolment.row))
                if key is not None and self.fingerprint.key(enrolment.natural_key) == key:
                    yield as_planned(enrolment, key, self.run.institution, self.fingerprint, Action.CLOSE)

    def _folder(self, ledger_id: str) -> RunFolder:
        """Return the folder of a run by its name in the ledger, which begins with the UAI of the institution it is of."""
        uai, _, run_id = ledger_id.partition("/")
        return RunFolder(run_folder_root(), uai, run_id)


def _left(folder: RunFolder, stage: str, name: str, record: type[Record]) -> Iterable[Record]:
    """Return the records of a file, none when the folder has been deleted."""
    return folder.read(stage, name, record) if folder.has(stage, name) else ()
