"""The ledger: what the registry has been told, enrolment by enrolment, and what it answered.

Two insert-only trails carry the truth: an intent is committed before a record may leave, a receipt when its answer has come.
An intent without a receipt is a record whose fate is not known; nothing else has to be written for a crash to be seen.
A run's `position`, taken when it is planned, tells its plan what it could not know: whatever was sent after it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Cursor, RawCursor

from supdata.errors import CallUs, TryLater
from supdata.ledger import statements
from supdata.ledger.entries import Entry, Facts, Settlement
from supdata.ledger.recording import Recorder, batch
from supdata.records.rows import ReadFile
from supdata.records.shipment import Planned, Receipt
from supdata.records.states import Action, Outcome


class Ledger:
    """The ledger behind one connection; every method that writes has committed when it returns.

    `run_id` names a run among those of all schools: Airflow's own run ids repeat from DAG to DAG and must be made unique.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        """Take over `connection`, which must not be inside a transaction: commits would wait for its end."""
        connection.autocommit = True
        self._connection = connection

    @property
    def connection(self) -> psycopg.Connection:
        """The connection, for the rarer questions of this room's other modules."""
        return self._connection

    def entries(self, keys: Collection[str]) -> dict[str, Entry]:
        """Return what is known of the enrolments among `keys` that were ever sent, by key."""
        with self._wanting(keys) as cursor:
            rows = cursor.execute(statements.ENTRIES).fetchall()
        return {row[0]: entry_of(row) for row in rows}

    def accepted_in(self, keys: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return by key the run and the chunk in which the registry last accepted each enrolment of `keys`, where known."""
        rows = self._connection.execute(statements.ACCEPTED_IN, {"keys": list(keys)})
        return {key: (run_id, chunk) for key, run_id, chunk in rows}

    def open_run(self, run_id: str, uai: str, at: datetime, rules: str = "") -> None:
        """Note that `run_id` is planned from what the ledger holds now. Planning it again starts it afresh.

        `rules` is the version of the rules it was judged by: what this run sends is known with it.
        """
        self._connection.execute(statements.OPEN_RUN, {"run_id": run_id, "uai": uai, "at": at, "rules": rules})

    def learn(self, facts: Mapping[str, Facts]) -> None:
        """Note by key what was declared of accepted enrolments whose facts are not known; others stay as they are."""
        if facts:
            names = ("birth", "statut", "regime")
            columns = {name: [getattr(one, name) for one in facts.values()] for name in names}
            self._connection.execute(statements.LEARN, {"key": list(facts), **columns})

    def settle(self, uai: str) -> None:
        """Note of which runs of the school `uai` everything that was sent is answered, or was sent again since.

        Raises TryLater while anybody sends for the school.
        """
        with self.silence([uai]):
            self._connection.execute(statements.SETTLE_RUNS, {"uai": uai})

    def require_silence(self, uai: str) -> None:
        """Raise TryLater while anybody sends for the school `uai`: what is in flight cannot be planned for."""
        if self._sends(uai, besides=None):
            raise _busy(f"Planning for {uai}", "another run of the school is sending at this moment")

    @contextmanager
    def silence(self, uais: Collection[str]) -> Iterator[None]:
        """Let nobody begin to send for the schools `uais` meanwhile; all that is written is committed together at the end.

        Raises TryLater when somebody sends already.
        """
        with self._connection.transaction():
            for uai in sorted(uais):  # in one order, so that two that do this never wait for each other
                self._connection.execute(statements.GATE, {"uai": uai})
                if self._sends(uai, besides=None):
                    raise _busy(f"Changing what is to be sent for {uai}", "a run of the school is sending at this moment")
            yield

    @contextmanager
    def sole_sender(self, run_id: str, chunk: str) -> Iterator[None]:
        """Make sure that nobody else sends this chunk meanwhile, and no other run of its school anything.

        PostgreSQL frees both when the process dies. Raises TryLater when somebody does: a worker believed dead may still be
        sending, or a run that was cleared runs beside a newer one.
        """
        with self._only_run(run_id), self._locked(f"{run_id}\n{chunk}") as taken:
            if not taken:
                raise _busy(f"Sending the chunk {chunk}", "another process is sending it at this moment")
            self._connection.execute(statements.LOOK_UP)
            yield

    @contextmanager
    def _only_run(self, run_id: str) -> Iterator[None]:
        found = self._connection.execute("SELECT uai FROM supdata.run WHERE run_id = %s", (run_id,)).fetchone()
        names = {"uai": found[0] if found else run_id, "run_id": run_id}
        with self._connection.transaction():
            self._connection.execute(statements.GATE, names)
            self._connection.execute(statements.BEGIN_SENDING, names)
            self._connection.execute(statements.UNSETTLE, names)
            alone = not self._sends(names["uai"], besides=run_id)
        try:
            if not alone:
                raise _busy(f"Sending for {names['uai']}", "another run of the school is sending at this moment")
            yield
        finally:
            if not self._connection.broken:
                self._connection.execute(statements.END_SENDING, names)

    @contextmanager
    def _locked(self, name: str) -> Iterator[bool]:
        """Hold the lock `name` if it is free, and say so."""
        query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        taken = self._connection.execute(query, (name,)).fetchone() == (True,)
        try:
            yield taken
        finally:
            if taken and not self._connection.broken:
                self._connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))

    def _sends(self, uai: str, *, besides: str | None) -> bool:
        return self._connection.execute(statements.SENDING, {"uai": uai, "besides": besides}).fetchone() == (True,)

    def superseded(self, run_id: str, keys: Collection[str]) -> frozenset[str]:
        """Return those of `keys` that another run has sent since `run_id` was planned: this run's content may be older.

        Raises CallUs when the run was never planned against this ledger.
        """
        if self._connection.execute("SELECT FROM supdata.run WHERE run_id = %s", (run_id,)).fetchone() is None:
            raise CallUs(
                "Looking up the plan this chunk belongs to",
                "the ledger knows of no plan of this run",
                "Clear the task `plan`, so that the run is planned against the ledger in use.",
            )
        with self._wanting(keys) as cursor:
            return frozenset(key for (key,) in cursor.execute(statements.SUPERSEDED, {"run_id": run_id}))

    def record(
        self, run_id: str, chunk: str, *, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime
    ) -> dict[str, int]:
        """Commit answers and new intents together, and return each new intent's number by key.

        Older intents of the same enrolments that never got an answer are closed as ambiguous first. `settled` answers each
        intent once: a second answer to the same intent is an error of the database.
        """
        with self._connection.transaction():
            self._record(run_id, chunk, settled, [], at)
            self.close_unanswered([one.key for one in intended], at)
            return self._record(run_id, chunk, [], intended, at)

    def recorder(self, run_id: str, chunk: str) -> Recorder:
        """Return what a sender records by: it does not wait, and closes nothing."""
        return Recorder(self._connection, run_id, chunk)

    def close_unanswered(self, keys: Sequence[str], at: datetime) -> None:
        """Close the intents of `keys` that never got an answer as ambiguous."""
        left_open = self._connection.execute(statements.UNANSWERED, {"keys": list(keys)}).fetchall()
        self._record("", "", [Settlement(intent=intent, outcome=Outcome.AMBIGUOUS) for (intent,) in left_open], [], at)

    def _record(
        self, run_id: str, chunk: str, settled: Sequence[Settlement], intended: Sequence[Planned], at: datetime
    ) -> dict[str, int]:
        if not settled and not intended:
            return {}
        values = [value.decode() for value in batch(run_id, chunk, settled, intended, at)]
        return dict(RawCursor(self._connection).execute(statements.RECORD, values).fetchall())

    def ask_again(self, keys: Collection[str], *, author: str, reason: str, at: datetime) -> int:
        """Have the records `keys` sent again by the next run whose source holds them, and return how many those are.

        `author` and `reason` (neither empty, neither with a student's value) are kept for good; the mark goes when the record
        has been sent and answered. What was never answered is closed as ambiguous first.
        """
        with self._connection.transaction():
            self.close_unanswered(list(keys), at)
            facts = {"keys": list(keys), "author": author, "reason": reason, "at": at}
            return self._connection.execute(statements.ASK_AGAIN, facts).rowcount if keys else 0

    def receipts(self, run_id: str, chunk: str | None = None) -> list[Receipt]:
        """Return what became of every record this run, or one chunk of it, has sent since it was planned, ordered by place.

        One per enrolment: the last. What was never answered is ambiguous; what was taken back unsent is not among them.
        """
        statement = statements.RECEIPTS if chunk is None else statements.RECEIPTS_OF_CHUNK
        rows = self._connection.execute(statement, {"run_id": run_id, "chunk": chunk})
        return sorted((_receipt(row) for row in rows), key=lambda one: (one.source, one.row, one.key))

    def chunks_sent(self, run_id: str) -> list[str]:
        """Return the names of the chunks of which this run has ever sent anything."""
        return sorted(chunk for (chunk,) in self._connection.execute(statements.CHUNKS_SENT, {"run_id": run_id}))

    def count_receipts(self, run_id: str) -> Mapping[Outcome, int]:
        """Return how many records of this run ended in each outcome, as `receipts` tells them."""
        return Counter(one.outcome for one in self.receipts(run_id))

    def keep_files(self, uai: str, run_id: str, files: Sequence[ReadFile], at: datetime) -> None:
        """Note that a green run of the school `uai` has read `files`; one that was read before stays noted as it is."""
        columns = {name: [getattr(one, name) for one in files] for name in ("name", "path", "size", "modified", "sha256")}
        self._connection.execute(statements.KEEP_FILES, {"uai": uai, "run_id": run_id, "at": at, **columns})

    def files_read(self, uai: str) -> list[ReadFile]:
        """Return the files of the school `uai` that green runs have read, by the time they were last written."""
        rows = self._connection.execute(statements.FILES_READ, {"uai": uai})
        return [ReadFile(name=row[0], path=row[1], size=row[2], modified=row[3], sha256=row[4]) for row in rows]

    @contextmanager
    def _wanting(self, keys: Iterable[str]) -> Iterator[Cursor]:
        """Offer a temporary table `wanted (key)` for a join: COPY takes a million keys in seconds."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE wanted (key text)")
            with cursor.copy("COPY wanted (key) FROM STDIN") as copy:
                for key in keys:
                    copy.write_row((key,))
            cursor.execute("ANALYZE wanted")
            yield cursor
            cursor.execute("DROP TABLE wanted")  # the transaction may be part of a longer one


def entry_of(row: Sequence[Any]) -> Entry:
    """Return what `statements.ENTRY` tells of a key."""
    key, content, state, accepted_content, doubt, status, words, attempts, next_due, rules, birth, statut, regime, replay = row
    return Entry(
        key=key,
        content=content,
        state=Outcome(state),
        accepted_content=accepted_content,
        doubt=doubt,
        status=status,
        words=words,
        attempts=attempts,
        next_due=next_due,
        rules=rules,
        accepted=Facts(birth=birth, statut=statut, regime=regime),
        replay=replay,
    )


def _receipt(row: tuple[Any, ...]) -> Receipt:
    source, number, key, action, outcome, status, id_inscription, words = row
    return Receipt(
        source=source,
        row=number,
        key=key,
        action=Action(action),
        outcome=Outcome(outcome),
        status=status,
        id_inscription=id_inscription,
        words=words,
    )


def _busy(attempted: str, found: str) -> TryLater:
    return TryLater(attempted, found, "It is tried again; if it lasts, end the process that was left behind.")
