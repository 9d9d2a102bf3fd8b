"""What each school's registrar was last told by e-mail, and which batches they have confirmed."""

import psycopg

from supdata.records.told import SignOff, Told

TOLD = "SELECT state, at, open_since, reminders FROM supdata.told WHERE uai = %s"
TELL = """
INSERT INTO supdata.told (uai, state, at, open_since, reminders)
VALUES (%(uai)s, %(state)s, %(at)s, %(open_since)s, %(reminders)s)
ON CONFLICT (uai) DO UPDATE
SET state = excluded.state, at = excluded.at, open_since = excluded.open_since, reminders = excluded.reminders
"""
# The first word stands: a second one for the same batch changes neither who nor when.
SIGN = """
INSERT INTO supdata.sign_off (uai, run_id, batch, author, at) VALUES (%(uai)s, %(run_id)s, %(batch)s, %(author)s, %(at)s)
ON CONFLICT (uai, run_id, batch) DO NOTHING
"""
SIGNED = "SELECT uai, run_id, batch, author, at FROM supdata.sign_off WHERE uai = %s AND run_id = %s ORDER BY at"


class Registrars:
    """What is kept of registrars behind one connection to the ledger, which commits by itself (`open_ledger_at`)."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take `connection`; nothing is asked yet."""
        self._connection = connection

    def told(self, uai: str) -> Told | None:
        """Return what the school was last told, None when nothing ever was."""
        row = self._connection.execute(TOLD, (uai,)).fetchone()
        return Told(state=row[0], at=row[1], open_since=row[2], reminders=row[3]) if row else None

    def tell(self, uai: str, told: Told) -> None:
        """Note what the school has been told now."""
        values = {name: getattr(told, name) for name in Told.__struct_fields__}
        self._connection.execute(TELL, {"uai": uai, **values})

    def sign(self, sign_off: SignOff) -> SignOff:
        """Note a sign-off and return the one that stands: the first of its batch."""
        values = {name: getattr(sign_off, name) for name in SignOff.__struct_fields__}
        self._connection.execute(SIGN, values)
        return next(one for one in self.signed(sign_off.uai, sign_off.run_id) if one.batch == sign_off.batch)

    def signed(self, uai: str, run_id: str) -> list[SignOff]:
        """Return all sign-offs of a run, the oldest first; of a batch that has changed since, they are void."""
        rows = self._connection.execute(SIGNED, (uai, run_id))
        return [SignOff(**dict(zip(SignOff.__struct_fields__, row, strict=True))) for row in rows]
