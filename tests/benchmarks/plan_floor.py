"""What it takes at the least to see that records are unchanged, on the machine at hand: what figures of two machines share.

That is: each record decoded, and what the ledger accepted of each joined to keys and contents that are known already, by
whatever way PostgreSQL takes. Nothing is hashed, sorted, told apart or written, and nobody is missed.
"""

import time
from collections.abc import Sequence

import msgspec
import psycopg

from supdata.records.enrolment import Enrolment

UNCHANGED = """
SELECT count(*) FROM told t JOIN supdata.enrolment e ON e.key = t.key AND e.accepted_content = t.content
"""


def at_least(database: str, lines: bytes, keys: Sequence[str], contents: Sequence[str]) -> float:
    """Return the seconds for enrolments, in `lines`, of which the keys and contents are known; all have to be unchanged."""
    told = "".join(f"{key}\t{content}\n" for key, content in zip(keys, contents, strict=True)).encode()
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        begun = time.monotonic()
        decoder = msgspec.json.Decoder(Enrolment)
        read = sum(1 for _ in map(decoder.decode, lines.splitlines()))
        cursor.execute("CREATE TEMP TABLE told (key text, content text)")
        with cursor.copy("COPY told FROM STDIN") as copy:
            copy.write(told)
        cursor.execute("ANALYZE told")
        found = cursor.execute(UNCHANGED).fetchone()
        took = time.monotonic() - begun
    if found != (read,) or read != len(keys):
        raise RuntimeError(f"{found} of {len(keys)} records are in the ledger as they are, {read} were read")
    return took
