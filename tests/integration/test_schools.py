"""The three made schools answer the way real systems do."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import paramiko
import psycopg
import pytest
import requests
import yaml

from supdata.config.database_source import DatabaseSource
from supdata.config.models import Institution
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.extract.database import read_database
from supdata.extract.rest import read_rest
from supdata.extract.sftp import read_sftp
from supdata.normalise.normalising import normalise
from supdata.records.commune import load_communes
from supdata.records.enrolment import Enrolment
from supdata.records.rows import RawRow, UnreadableRow
from supdata.records.states import Verdict
from supdata.sandbox.schools.apogee import write_extract
from supdata.sandbox.schools.entries import Ending, Entry, Line
from supdata.sandbox.schools.lycee import PUPILS
from supdata.sandbox.schools.mistakes import MISTAKES
from supdata.sandbox.schools.pegase import FIRST_TOUCHED, LIST_PATH, LOGIN_PATH, as_flux
from supdata.sandbox.schools.serving import Access, open_schools, read_access
from supdata.sandbox.schools.world import World, build_world
from supdata.validate.judging import judge

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).parents[2]
INSTITUTIONS = PROJECT / "dags" / "institutions"
SUITE = PROJECT / "expectations" / "enrolment.json"


@contextmanager
def opened(world: World, folder: Path, database_url: str) -> Iterator[tuple[Access, Access, Access]]:
    """Run the schools in a thread of their own, for clients that block."""
    ready, done = threading.Event(), threading.Event()
    found: list[tuple[Access, Access, Access]] = []

    async def run() -> None:
        async with open_schools(world, folder=folder, database_url=database_url) as accesses:
            found.append(accesses)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(120)
        yield found[0]
    finally:
        done.set()
        thread.join()


@pytest.fixture
def small() -> World:
    return build_world(5, 600)


@pytest.fixture
def schools(small: World, tmp_path: Path, database_url: str) -> Iterator[tuple[Access, Access, Access]]:
    with opened(small, tmp_path / "schools", database_url) as accesses:
        yield accesses


@contextmanager
def sftp(access: Access, password: str) -> Iterator[paramiko.SFTPClient]:
    transport = paramiko.Transport((access.host, access.port))
    try:
        transport.connect(username=access.login, password=password)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        yield client
    finally:
        transport.close()


def ticket(access: Access) -> str:
    form = {"username": access.login, "password": access.password, "token": "true"}
    answer = requests.post(access.host + LOGIN_PATH, data=form, timeout=10)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (201, "text/plain")
    return answer.text


def page(access: Access, bearer: str, **parameters: str | int) -> requests.Response:
    return requests.get(access.host + LIST_PATH, params=parameters, headers={"Authorization": f"Bearer {bearer}"}, timeout=60)


def test_the_sftp_account_reads_the_extract_and_nothing_above_it(small: World, schools: tuple[Access, ...]) -> None:
    with sftp(schools[0], schools[0].password) as client:
        assert client.listdir("/") == client.listdir("/../..") == ["export"]
        (name,) = client.listdir("/export")
        with client.open(f"/export/{name}") as file:
            assert file.read() == write_extract(line.entry for line in small.apogee.lines)


def test_the_sftp_server_shows_the_host_key_it_announced(schools: tuple[Access, ...]) -> None:
    transport = paramiko.Transport((schools[0].host, schools[0].port))
    try:
        transport.start_client(timeout=60)
        key = transport.get_remote_server_key()
    finally:
        transport.close()
    assert f"{key.get_name()} {key.get_base64()}" == schools[0].host_key


def test_the_sftp_server_refuses_another_password(schools: tuple[Access, ...]) -> None:
    with pytest.raises(paramiko.AuthenticationException), sftp(schools[0], "another"):
        pass


def test_the_pages_of_the_list_add_up_to_the_whole_of_it(small: World, schools: tuple[Access, ...]) -> None:
    bearer = ticket(schools[1])
    first = page(schools[1], bearer, page=0, taille=250, codePeriode="PER-2026").json()
    pages = [page(schools[1], bearer, page=number, taille=250).json() for number in range(first["totalPages"])]
    rows = [row for one in pages for row in one["resultats"]]
    assert rows == as_flux(line.entry for line in small.pegase.lines)
    assert first["totalElements"] == len(rows)


def test_the_list_can_be_asked_for_what_changed_since(schools: tuple[Access, ...]) -> None:
    bearer = ticket(schools[1])
    moment = FIRST_TOUCHED + 60 * 400
    whole, earlier, later = (
        page(schools[1], bearer, taille=1, **window).json()["totalElements"]
        for window in ({"depuis": 0}, {"jusqua": moment}, {"depuis": moment})
    )
    assert earlier + later == whole
    assert earlier >= 400


@pytest.mark.parametrize("size", [0, 501])
def test_a_page_size_beyond_the_limits_is_refused(schools: tuple[Access, ...], size: int) -> None:
    assert page(schools[1], ticket(schools[1]), taille=size).status_code == 400


def test_the_list_is_closed_without_a_ticket_and_tickets_without_the_password(schools: tuple[Access, ...]) -> None:
    form = {"username": schools[1].login, "password": "another"}
    assert requests.post(schools[1].host + LOGIN_PATH, data=form, timeout=60).status_code == 401
    assert page(schools[1], "made.up.ticket").status_code == 401


def test_the_lycee_s_query_gives_its_higher_education_and_no_pupil(small: World, schools: tuple[Access, ...]) -> None:
    source = institution("0881269B").source
    assert isinstance(source, DatabaseSource)
    assert source.query is not None
    with reader(schools[2]) as connection:
        numbers = [str(row[1]).strip() for row in connection.execute(source.query)]
        everyone = connection.execute("SELECT count(*) FROM siecle.scolarite").fetchone()
    assert numbers == [line.entry.ine.strip() for line in small.lycee.lines]
    assert everyone == (len(numbers) + PUPILS,)


def test_the_lycee_s_account_reads_and_does_not_write(schools: tuple[Access, ...]) -> None:
    with reader(schools[2]) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("DELETE FROM siecle.scolarite")
    with reader(schools[2]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET TRANSACTION READ WRITE; DELETE FROM siecle.scolarite")


@contextmanager
def reader(access: Access) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(
        host=access.host, port=access.port, user=access.login, password=access.password, dbname=access.database
    ) as connection:
        yield connection


def test_as_a_process_it_says_where_it_listens_and_ends_when_told(tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "schools"
    process = subprocess.Popen(
        [sys.executable, "-m", "supdata.sandbox.schools", "--folder", str(folder), "--students", "300"],
        env={**os.environ, "SUPDATA_SCHOOLS_DATABASE": database_url},
    )
    try:
        accesses = wait_for(folder, process)
        assert [one.connection for one in accesses] == ["sftp_0751717j", "pegase_0442953w", "sis_0881269b"]
        assert page(accesses[1], ticket(accesses[1]), taille=1).status_code == 200
        assert (folder / "access.json").stat().st_mode & 0o077 == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
        assert not (folder / "access.json").exists()
    finally:
        process.kill()
        process.wait()


def wait_for(folder: Path, process: "subprocess.Popen[bytes]") -> list[Access]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / "access.json").exists():
            return read_access(folder)
        time.sleep(0.1)
    pytest.fail(f"the schools were not ready: exit code {process.poll()}")


Readings = dict[str, list[Enrolment | UnreadableRow]]


def read_all(schools: tuple[Access, ...]) -> Readings:
    """Read each school through its own institution file, the way a night does."""
    university, other, lycee = (institution(uai) for uai in ("0751717J", "0442953W", "0881269B"))
    assert isinstance(university.source, SftpSource)
    assert isinstance(other.source, RestSource)
    assert isinstance(lycee.source, DatabaseSource)
    with sftp(schools[0], schools[0].password) as client:
        first = normalised(read_sftp(lambda: client, university.source, university.columns.source_columns()), university)
    with requests.Session() as session:
        rows = read_rest(
            session, schools[1].host, schools[1].login, schools[1].password, other.source, other.columns.source_columns()
        )
        second = normalised(rows, other)
    with reader(schools[2]) as connection:
        rows = read_database(connection, lycee.source, lycee.columns.source_columns())
        third = normalised(rows, lycee)
    return {university.uai: first, other.uai: second, lycee.uai: third}


def institution(uai: str) -> Institution:
    return Institution.model_validate(yaml.safe_load((INSTITUTIONS / f"{uai}.yaml").read_text()))


def normalised(rows: Iterable[RawRow | UnreadableRow], school: Institution) -> list[Enrolment | UnreadableRow]:
    return [
        row if isinstance(row, UnreadableRow) else next(iter(normalise([row], school, load_communes())))
        for row in sorted(rows, key=lambda row: row.row)
    ]


def test_each_school_s_file_reads_its_lines_as_what_was_meant(small: World, schools: tuple[Access, ...]) -> None:
    """Unreadable lines and only they are unreadable; a line that must be accepted says the truth about its student."""
    readings = read_all(schools)
    for school in small.schools:
        for line, found in zip(school.lines, readings[school.uai], strict=True):
            assert isinstance(found, UnreadableRow) == (line.ending is Ending.UNREADABLE), line.mistake
            if isinstance(found, Enrolment) and line.ending is Ending.ACCEPTED:
                assert told(found) == meant(line.entry), line.mistake


def told(found: Enrolment) -> tuple[str, ...]:
    assert found.communePostal  # what the three schools emit
    return (
        found.ine, found.dateNaissance, found.dateDebutInscription, found.dateFinInscription, found.statut, found.regime,
        found.uai, found.cursus, found.diplome, found.niveauDiplome, found.sisId,
    )  # fmt: skip


def meant(entry: Entry) -> tuple[str, ...]:
    """PEGASE's list has neither cursus nor level."""
    kept = entry.uai != "0442953W"
    return (
        entry.student.ine, entry.student.birth.isoformat(), entry.start, entry.end, entry.statut, entry.regime,
        entry.uai, entry.cursus * kept, entry.diploma, entry.level * kept, str(entry.number),
    )  # fmt: skip


def test_each_made_mistake_gets_the_verdict_it_must(small: World, schools: tuple[Access, ...]) -> None:
    """Every line of every school, through the shipped suite: the verdict, and the rule that must name the mistake."""
    for uai, readings in read_all(schools).items():
        enrolments = [one for one in readings if isinstance(one, Enrolment)]
        judgements = {one.row: one for one in judge(enrolments, institution(uai), SUITE, date(2026, 11, 23)).judgements}
        (school,) = (one for one in small.schools if one.uai == uai)
        for line, found in zip(school.lines, readings, strict=True):
            if isinstance(found, Enrolment):
                judgement = judgements[found.row]
                assert judgement.verdict is VERDICTS[line.ending], f"{uai} {line.mistake}: {judgement.reasons}"
                assert named(line) <= {reason.rule for reason in judgement.reasons}, f"{uai} {line.mistake}"


VERDICTS = {
    Ending.REJECTED: Verdict.REJECTED,
    Ending.PROVISIONAL: Verdict.PROVISIONAL,
    Ending.DUPLICATE: Verdict.DUPLICATE,
    Ending.ACCEPTED: Verdict.VALID,
    Ending.REFUSED: Verdict.VALID,
    Ending.UNKNOWN_STUDENT: Verdict.VALID,
}


def named(line: Line) -> set[str]:
    return set(MISTAKES[line.mistake].rules) if line.mistake else set()
