"""What the local registry keeps in PostgreSQL: a directory of students, establishments, keys, and rows that are only added.

Enrolments have no unique constraint, as far as is known of the registry: a record declared twice is two rows, and shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from supdata.sandbox.registry.declarations import FIELDS, Declaration
from supdata.sandbox.registry.keys import Grant, Use
from supdata.sandbox.registry.pool import Pool

TABLES = """
CREATE TABLE IF NOT EXISTS establishment (uai text PRIMARY KEY, kind text NOT NULL, name text NOT NULL);
CREATE TABLE IF NOT EXISTS access_key (digest bytea PRIMARY KEY, use text NOT NULL, uais text[] NOT NULL);
CREATE TABLE IF NOT EXISTS student (
    ine text, birth date, family_name text NOT NULL, first_name text NOT NULL, PRIMARY KEY (ine, birth)
);
CREATE TABLE IF NOT EXISTS inscription (
    id_inscription bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    student text NOT NULL, received timestamptz NOT NULL DEFAULT now(),
    ine text NOT NULL, "dateNaissance" text NOT NULL, "dateDebutInscription" text NOT NULL, "dateFinInscription" text NOT NULL,
    statut text NOT NULL, "codeCommune" text NOT NULL, uai text NOT NULL,
    regime text NOT NULL, cursus text NOT NULL, diplome text NOT NULL, "niveauDiplome" text NOT NULL
);
CREATE INDEX IF NOT EXISTS inscription_student ON inscription (student);
"""
_COLUMNS = ", ".join(f'"{name}"' for name in FIELDS)
#: Look-up and write are one statement, and one trip: no student, no row.
_DECLARE = (
    f"INSERT INTO inscription (student, {_COLUMNS}) SELECT %s, {', '.join(['%s'] * len(FIELDS))} "  # noqa: S608  # our own names
    "WHERE EXISTS (SELECT FROM student WHERE ine = %s AND birth = %s) RETURNING id_inscription"
)
_FIND = """
SELECT s.ine, s.birth, s.family_name, s.first_name, i."dateDebutInscription" AS start, i."dateFinInscription" AS "end",
       i.statut, i.regime, i."codeCommune" AS commune, i.uai, e.name AS establishment
FROM inscription i JOIN student s ON s.ine = i.student AND s.birth = i."dateNaissance"::date
JOIN establishment e ON e.uai = i.uai
WHERE i.student = %s AND i.received <= now() - make_interval(secs => %s) ORDER BY i.id_inscription
"""
_COUNT = f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {_COLUMNS} FROM inscription) AS d) FROM inscription"  # noqa: S608


@dataclass(frozen=True)
class Student:
    """A student of the directory; names serve the read side only."""

    ine: str
    birth: date
    family_name: str
    first_name: str


@dataclass(frozen=True)
class Row:
    """One enrolment with its student and its establishment, as the read side needs them; `statut` and `regime` are codes."""

    ine: str
    birth: date
    family_name: str
    first_name: str
    start: str
    end: str
    statut: str
    regime: str
    commune: str
    uai: str
    establishment: str


class Store:
    """The registry's tables."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def prepare(self) -> None:
        """Make the tables that are missing."""
        async with self._pool.connection() as connection:
            await connection.execute(TABLES)

    async def answer(self) -> None:
        """Return when the database answers."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT 1")

    async def grants(self) -> list[Grant]:
        """Return every key that was issued and not revoked."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT digest, use, uais FROM access_key")
            return [Grant(bytes(digest), Use(use), frozenset(uais)) for digest, use, uais in await cursor.fetchall()]

    async def add_establishment(self, uai: str, kind: str, name: str) -> None:
        """Make an establishment known, or change its kind and name."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO establishment VALUES (%s, %s, %s)"
                " ON CONFLICT (uai) DO UPDATE SET kind = excluded.kind, name = excluded.name",
                (uai, kind, name),
            )

    async def add_key(self, grant: Grant) -> None:
        """Keep a key's digest."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO access_key VALUES (%s, %s, %s)", (grant.digest, grant.use.value, sorted(grant.uais))
            )

    async def drop_keys(self, grants: Sequence[Grant]) -> None:
        """Forget keys."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM access_key WHERE digest = ANY(%s)", ([grant.digest for grant in grants],))

    async def add_students(self, students: Iterable[Student]) -> int:
        """Add students to the directory, those it knows already left as they are, and return how many it holds."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("CREATE TEMPORARY TABLE arriving (LIKE student) ON COMMIT DROP")
            async with connection.cursor().copy("COPY arriving FROM STDIN") as copy:
                for one in students:
                    await copy.write_row((one.ine, one.birth, one.family_name, one.first_name))
            await connection.execute("INSERT INTO student SELECT * FROM arriving ON CONFLICT DO NOTHING")
            cursor = await connection.execute("SELECT count(*) FROM student")
            return int((await cursor.fetchall())[0][0])

    async def declare(self, declaration: Declaration) -> int | None:
        """Add a row and return its number; None, and no row, when the directory does not know the student."""
        ine, birth = declaration.student
        values = [declaration.values[name] for name in FIELDS]
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_DECLARE, (ine, *values, ine, birth))
            found = await cursor.fetchone()
        return None if found is None else int(found[0])

    async def find(self, ine: str, lag_seconds: float = 0) -> list[Row]:
        """Return every row of a student that is older than a lag, the oldest first; several where one was declared twice."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Row)) as cursor:
            await cursor.execute(_FIND, (ine.upper(), lag_seconds))
            return await cursor.fetchall()

    async def count(self) -> tuple[int, int]:
        """Return how many rows there are, and how many differ in what was declared."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_COUNT)
            rows, distinct = (await cursor.fetchall())[0]
        return rows, distinct
