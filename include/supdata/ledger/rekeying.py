"""The change of the ledger's key while schools go on: what is known under the old key is taken over as its rows are read.

No INE is in the ledger, so nothing can be hashed anew without the rows that it came from. Each plan knows both fingerprints of
each row: what the ledger has under the old key moves to the new one with its whole trail, and a content or a birth date that is
still the same is hashed anew with it, so that nothing looks changed. What is no longer in the source stays under the old key.

Plans made before name records by their old keys: pushing one again would find no answers and send everything. They are marked,
and refused until they are planned anew.
"""

from collections.abc import Iterable

import msgspec

from supdata.errors import RunStopped
from supdata.ledger.store import Ledger


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment under both keys: its own fingerprint, that of the content its row has now, and that of its birth date.

    A content is "" where the row cannot be sent as it is: then what the ledger has of it stays another content.
    """

    old_key: str
    new_key: str
    old_content: str
    new_content: str
    old_birth: str
    new_birth: str


COLUMNS = Move.__struct_fields__
WANTED = f"CREATE TEMP TABLE move ({', '.join(f'{name} text' for name in COLUMNS)}) ON COMMIT DROP"
COPY = f"COPY move ({', '.join(COLUMNS)}) FROM STDIN"

# Where both keys are known, what was sent under the new one is the newer truth; the trails become one.
DOUBLES = """
DELETE FROM supdata.enrolment e USING move m
WHERE e.key = m.old_key AND EXISTS (SELECT FROM supdata.enrolment n WHERE n.key = m.new_key)
"""
ENROLMENTS = """
UPDATE supdata.enrolment e SET
    key = m.new_key,
    content = CASE WHEN e.content = m.old_content THEN m.new_content ELSE e.content END,
    accepted_content = CASE WHEN e.accepted_content = m.old_content THEN m.new_content ELSE e.accepted_content END,
    accepted_birth = CASE WHEN e.accepted_birth = m.old_birth THEN m.new_birth ELSE e.accepted_birth END
FROM move m WHERE e.key = m.old_key
"""
TRAIL = """
WITH moved AS (
    UPDATE supdata.intent i SET
        key = m.new_key,
        content = CASE WHEN i.content = m.old_content THEN m.new_content ELSE i.content END,
        birth = CASE WHEN i.birth = m.old_birth THEN m.new_birth ELSE i.birth END
    FROM move m WHERE i.key = m.old_key RETURNING i.run_id
)
UPDATE supdata.run r SET rekeyed = true FROM (SELECT DISTINCT run_id FROM moved) AS s WHERE s.run_id = r.run_id
"""
REPLAYS = """
UPDATE supdata.replayed d SET key = m.new_key FROM move m
WHERE d.key = m.old_key AND NOT EXISTS (SELECT FROM supdata.replayed n WHERE n.replay_id = d.replay_id AND n.key = m.new_key)
"""
OTHER_PLANS = "UPDATE supdata.run SET rekeyed = true WHERE uai = %(uai)s"


def take_over(ledger: Ledger, uai: str, moves: Iterable[Move]) -> int:
    """Move what the ledger knows under old keys to the new ones, for the school `uai`; return how many enrolments that were.

    Raises TryLater while anybody sends for the school; nobody begins to meanwhile.
    """
    with ledger.silence([uai]), ledger.connection.cursor() as cursor:
        cursor.execute(WANTED)
        with cursor.copy(COPY) as copy:
            for one in moves:
                copy.write_row(msgspec.structs.astuple(one))
        cursor.execute("ANALYZE move")
        taken = cursor.execute(DOUBLES).rowcount + cursor.execute(ENROLMENTS).rowcount
        cursor.execute(TRAIL)
        trails = cursor.rowcount
        cursor.execute(REPLAYS)
        if taken or trails:
            cursor.execute(OTHER_PLANS, {"uai": uai})
        return taken


def require_own_key(ledger: Ledger, run_id: str) -> None:
    """Raise RunStopped when the records of a run's plan are known by other keys than when it was made."""
    found = ledger.connection.execute("SELECT rekeyed FROM supdata.run WHERE run_id = %s", (run_id,)).fetchone()
    if found == (True,):
        raise RunStopped(
            "Looking up this run's records in the ledger",
            "the ledger's key has been replaced since the run was planned, and a later run has taken over",
            "Nothing needs to be done for it; to send with it all the same, clear the task `plan`.",
        )
