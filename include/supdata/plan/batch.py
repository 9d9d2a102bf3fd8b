"""The held batch: which chunks it has, and the hash to which a person's approval is bound."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from supdata.errors import RunStopped
from supdata.records.shipment import Planned

#: The file of the run folder that names the batch.
HELD_BATCH = "held.json"


class HeldBatch(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a person: the digest of each chunk, by its name."""

    chunks: dict[str, str]

    @property
    def hash(self) -> str:
        """The name of this very batch: any other record, order or chunk gives another."""
        return batch_hash(self.chunks.values())


def digest(chunk: Iterable[Planned]) -> str:
    """Return the SHA-256 of a chunk's records.

    Each holds keyed hashes of what it would send, so that nobody can find a student by trying values.
    """
    sha = sha256()
    for one in chunk:
        sha.update(msgspec.json.encode(one, order="sorted") + b"\n")
    return sha.hexdigest()


def batch_hash(digests: Iterable[str]) -> str:
    """Return the hash of a batch from the digests of its chunks, in their order."""
    return sha256("\n".join(digests).encode()).hexdigest()


def check_release(batch: HeldBatch, *, approved: str, chunk: str, records: Iterable[Planned]) -> None:
    """Make sure that a chunk is part of the batch that was approved.

    Args:
        batch: The batch as the plan has it now.
        approved: The hash of the batch that a person approved.
        chunk: The name of the chunk about to be sent.
        records: Its records as they are now.

    Raises RunStopped when the plan or the chunk has changed since.
    """
    if batch.hash != approved:
        _refuse(chunk, f"the approval is for the batch {approved[:16]}, the plan now holds the batch {batch.hash[:16]}")
    if batch.chunks.get(chunk) != digest(records):
        _refuse(chunk, f"its records are not those of the approved batch {approved[:16]}")


def _refuse(chunk: str, found: str) -> None:
    raise RunStopped(
        f"Sending the held chunk {chunk}",
        found,
        "Nothing of it was sent. Clear `approve` with what follows it: it asks again, for the batch as it is now.",
    )
