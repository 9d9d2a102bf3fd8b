"""Up to when a school's source has been read by runs that ended well."""

from datetime import datetime

import msgspec

from supdata.ledger.store import Ledger

MARK_OF = "SELECT config, read_at, full_at FROM supdata.source_mark WHERE uai = %(uai)s"

# A run of another day that is cleared and ends well again must not take the mark back.
KEEP_MARK = """
INSERT INTO supdata.source_mark AS m (uai, config, read_at, full_at, run_id)
VALUES (%(uai)s, %(config)s, %(read_at)s, %(full_at)s, %(run_id)s)
ON CONFLICT (uai) DO UPDATE
SET config = excluded.config, read_at = excluded.read_at, full_at = excluded.full_at, run_id = excluded.run_id
WHERE m.read_at < excluded.read_at
"""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed before `read_at` has been read; all was read at `full_at`; `config` names how."""

    config: str
    read_at: datetime
    full_at: datetime


def mark_of(ledger: Ledger, uai: str) -> Mark | None:
    """Return the mark of the school `uai`, None when no run of it has ended well yet."""
    row = ledger.connection.execute(MARK_OF, {"uai": uai}).fetchone()
    return Mark(config=row[0], read_at=row[1], full_at=row[2]) if row else None


def keep_mark(ledger: Ledger, uai: str, run_id: str, mark: Mark) -> None:
    """Note the mark that the green run `run_id` leaves, unless one of a later read is there."""
    ledger.connection.execute(KEEP_MARK, {"uai": uai, "run_id": run_id, **msgspec.structs.asdict(mark)})
