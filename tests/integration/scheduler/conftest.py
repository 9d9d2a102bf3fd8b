"""Three schools, the registry and a real Airflow, started once; and three nights there, of which the tests look at the results.

A run costs half a minute of two cores, most of it in starting Python: so the schools run together, and each run serves several
tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from integration.scheduler.killing import OPERATING
from integration.scheduler.operating import Operator, Rows, Run, add_to, copy_project, cut_chunks, wait_for_files
from integration.scheduler.outside import DELIVERED, HALF_DELIVERED, outside
from integration.scheduler.people import OTHER_REGISTRAR, REGISTRAR
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import running_stack

STUDENTS = 240
UNIVERSITY, PEGASE, LYCEE = "0751717J", "0442953W", "0881269B"
#: No school of ours: its file is broken from the start.
BROKEN = "0332870R"
WRONG_KEY = "00112233445566778899aabbccddeeff"
NEW_DIPLOMAS = 3
#: Small enough for the approved part to be pushed by several tasks.
LYCEE_CHUNK = 100


@pytest.fixture(scope="package")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    folder = tmp_path_factory.mktemp("scheduler")
    project = copy_project(folder / "project")
    cut_chunks(project, PEGASE, 150)
    cut_chunks(project, LYCEE, LYCEE_CHUNK)
    wait_for_files(project, UNIVERSITY)
    (project / "dags" / "institutions" / f"{BROKEN}.yaml").write_text(f"uai: {BROKEN}\nnam: Lycée <script>\n", encoding="utf-8")
    add_to(project, UNIVERSITY, DELIVERED)
    add_to(project, PEGASE, HALF_DELIVERED)
    add_to(project, LYCEE, f"registrars: [{REGISTRAR}]\n")
    add_to(project, UNIVERSITY, f"registrars: [{OTHER_REGISTRAR}]\n")
    scene = Scene(Layout(folder / "var", project), STUDENTS, Narrator(Console()))
    with outside() as others, fresh(scene.layout), running_stack(scene, {**OPERATING, **others.settings}) as stack:
        others.connect(stack.api)
        yield Operator(stack, scene, others)


@dataclass(frozen=True)
class FirstNight:
    """The university tries without sending, PEGASE's school has a wrong key, the lycée runs as it should."""

    dry: Run
    keyless: Run
    lycee: Run
    university_rows: Rows
    pegase_rows: Rows


@pytest.fixture(scope="module")
def first_night(operator: Operator) -> FirstNight:
    operator.set_registry_key(PEGASE, WRONG_KEY)
    dry, keyless, lycee = operator.wait_for(
        operator.start(UNIVERSITY, dry_run=True), operator.start(PEGASE), operator.start(LYCEE)
    )
    return FirstNight(dry, keyless, lycee, operator.registry_rows(UNIVERSITY), operator.registry_rows(PEGASE))


@dataclass(frozen=True)
class SecondNight:
    """The university runs in earnest, the key is mended, and the lycée has changed `changed` rows and is asked, and refused."""

    university: Run
    mended: Run
    changed: int
    asked: Run
    subject: str
    body: str
    lycee_rows: Rows
    refused: Run


@pytest.fixture(scope="module")
def second_night(operator: Operator, first_night: FirstNight) -> SecondNight:
    operator.set_registry_key(PEGASE, operator.stack.registry_keys[PEGASE])
    operator.clear_failed(first_night.keyless.started)
    changed = change_the_lycee(operator)
    university, lycee = operator.start(UNIVERSITY), operator.start(LYCEE)
    asked = operator.wait_for_question(lycee)
    question = operator.question(lycee)
    rows = operator.registry_rows(LYCEE)
    operator.answer(lycee, "Reject")
    ended, mended, refused = operator.wait_for(university, first_night.keyless.started, lycee)
    return SecondNight(ended, mended, changed, asked, question["subject"], question["body"], rows, refused)


def change_the_lycee(operator: Operator) -> int:
    """Make every faultless SCOL pupil an apprentice, give some of them a second diploma, and return how many changed."""
    lines = operator.scene.world.lycee.lines
    numbers = [line.entry.number for line in lines if not line.mistake and line.entry.regime == "RF2"]
    change = "UPDATE siecle.scolarite SET code_regime = 'APPR' WHERE numero_interne = ANY(%s)"
    add = """
        INSERT INTO siecle.scolarite (numero_interne, annee_scolaire, uai, niveau_formation, mefstat11, annee_cursus, situation,
                                      code_regime, commune_insee, date_entree, date_fin_annee)
        SELECT numero_interne, annee_scolaire, uai, niveau_formation, '39999999999', annee_cursus, situation,
               code_regime, commune_insee, date_entree, date_fin_annee
          FROM siecle.scolarite WHERE numero_interne = ANY(%s)
    """
    with psycopg.connect(operator.stack.postgres.url("sis_lycee")) as connection:
        assert connection.execute(change, (numbers,)).rowcount == len(numbers)
        assert connection.execute(add, (numbers[:NEW_DIPLOMAS],)).rowcount == NEW_DIPLOMAS
    return len(numbers)


@dataclass(frozen=True)
class ThirdNight:
    """The university waits for a file, which tells nothing new; the lycée's changes are asked for again, and approved."""

    waiting: Run
    university: Run
    lycee: Run
    posts: int


@pytest.fixture(scope="module")
def third_night(operator: Operator, second_night: SecondNight) -> ThirdNight:
    before = operator.registry_posts()
    university, lycee = operator.start(UNIVERSITY), operator.start(LYCEE)
    operator.wait_for_question(lycee)
    waiting = operator.wait_for_state(university, "arrive", "deferred")
    operator.drop_file_again()
    operator.answer(lycee, "Approve")
    ended, approved = operator.wait_for(university, lycee)
    return ThirdNight(waiting, ended, approved, operator.registry_posts() - before)


@pytest.fixture(scope="module")
def var(operator: Operator) -> Path:
    return operator.scene.layout.var
