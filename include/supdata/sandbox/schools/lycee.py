"""A lycée's database: pupils and schooling as SIECLE knows them, and an account that may read these two tables only."""

from collections.abc import Iterable, Iterator

import psycopg
from psycopg import sql

from supdata.records.ine import Family
from supdata.sandbox.schools.apogee import french_date
from supdata.sandbox.schools.entries import Entry, Site
from supdata.sandbox.schools.made_ine import with_bea_key, with_rnie_key

TABLES = """
DROP SCHEMA IF EXISTS siecle CASCADE;
CREATE SCHEMA siecle;
CREATE TABLE siecle.eleve (
    numero_interne integer PRIMARY KEY,
    nom text NOT NULL,
    prenom text NOT NULL,
    sexe text NOT NULL,
    ine_rnie text NOT NULL,
    id_national text NOT NULL,
    date_naissance text NOT NULL -- as SIECLE's own export writes it: JJ/MM/AAAA, checked by nobody
);
CREATE TABLE siecle.scolarite (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    numero_interne integer NOT NULL REFERENCES siecle.eleve,
    annee_scolaire integer NOT NULL,
    uai text NOT NULL,
    niveau_formation text NOT NULL,
    mefstat11 text NOT NULL,
    annee_cursus text NOT NULL,
    situation text NOT NULL,
    code_regime text NOT NULL,
    commune_insee text NOT NULL,
    date_entree date NOT NULL,
    date_sortie date,
    date_fin_annee date NOT NULL
);
"""
STATUTS = {"inscrit": "INSCRIT", "admis": "ADMIS", "annule": "DEMISSION", "unfinished": "EN COURS"}
REGIMES = {"RF2": "SCOL", "RF4": "APPR", "none": "GRETA"}
SITES = {Site.MAIN: "88413", Site.ANNEX: "88383", Site.NOWHERE: "99138"}  # 99138 is Monaco
LAST_DAY = "2027-08-31"
#: Pupils of the lycée proper: in the same tables, and no business of the registry.
PUPILS = 250
PUPILS_FROM = 900_001


def load_database(url: str, entries: Iterable[Entry]) -> None:
    """Make the lycée's tables anew in the database at `url` and fill them; its owner must be the one who connects."""
    lines = list(entries)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        _copy(cursor, "eleve", _ELEVE, [*_people(lines), *_pupils()])
        _copy(cursor, "scolarite", _SCOLARITE, [*(_schooling(one) for one in lines), *_pupils_schooling()])


def open_reader(url: str, login: str, password: str) -> None:
    """Let `login` read the lycée's two tables and nothing else; the account is made when it is missing.

    Raises psycopg.errors.InsufficientPrivilege when whoever connects may not make accounts.
    """
    account = sql.Identifier(login)
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(account))
        secret = sql.Literal(password)
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOINHERIT PASSWORD {}").format(account, secret))
        connection.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(account))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA siecle TO {}").format(account))
        connection.execute(sql.SQL("GRANT SELECT ON siecle.eleve, siecle.scolarite TO {}").format(account))


_ELEVE = ("numero_interne", "nom", "prenom", "sexe", "ine_rnie", "id_national", "date_naissance")
_SCOLARITE = (
    "numero_interne", "annee_scolaire", "uai", "niveau_formation", "mefstat11", "annee_cursus", "situation", "code_regime",
    "commune_insee", "date_entree", "date_sortie", "date_fin_annee",
)  # fmt: skip
_Row = tuple[object, ...]


def _copy(cursor: psycopg.Cursor[tuple[object, ...]], table: str, columns: tuple[str, ...], rows: Iterable[_Row]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY siecle.{} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copy:
        for row in rows:
            copy.write_row(row)


def _people(lines: Iterable[Entry]) -> Iterator[_Row]:
    """Yield each person once: two lines of one number are two schoolings of one person."""
    for entry in {one.number: one for one in lines}.values():
        student = entry.student
        rnie, older = (entry.ine, _older(entry)) if student.family is Family.RNIE else ("", entry.ine)
        birth = french_date(entry.birth)
        yield (entry.number, student.family_name, student.first_name, student.sex, rnie, older, birth)


def _older(entry: Entry) -> str:
    """The number that the RNIE's replaced: half the pupils have one, and it must not be declared."""
    return with_bea_key(f"00{entry.number:08d}") if entry.ine and entry.number % 2 else ""


def _schooling(entry: Entry) -> _Row:
    level = "CPGE" if entry.diploma.startswith("30") else "STS"
    left = entry.end if entry.end != LAST_DAY else None
    return (
        entry.number, 2026, entry.uai, level, entry.diploma, entry.level, STATUTS[entry.statut], REGIMES[entry.regime],
        SITES[entry.site], entry.start, left, LAST_DAY,
    )  # fmt: skip


def _pupils() -> Iterator[_Row]:
    for number in range(PUPILS_FROM, PUPILS_FROM + PUPILS):
        yield (number, "LYCÉEN", "Camille", "F", with_rnie_key(f"89{number:07d}"), "", "14/05/2010")


def _pupils_schooling() -> Iterator[_Row]:
    for number in range(PUPILS_FROM, PUPILS_FROM + PUPILS):
        yield (number, 2026, "0881269B", "LYC", "20112019110", "02", "INSCRIT", "SCOL", "88413", "2026-09-01", None, LAST_DAY)
