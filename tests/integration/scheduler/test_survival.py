"""Kill tasks and the scheduler itself: Airflow and a person bring the run to its end, and nothing is lost."""

import psycopg
import pytest

from integration.scheduler.conftest import LYCEE
from integration.scheduler.killing import kill_and_recover
from integration.scheduler.operating import Operator

pytestmark = pytest.mark.integration

#: The configuration's default, which the lycée keeps.
CONCURRENCY = 8
SECOND_DIPLOMA = """
    INSERT INTO siecle.scolarite (numero_interne, annee_scolaire, uai, niveau_formation, mefstat11, annee_cursus, situation,
                                  code_regime, commune_insee, date_entree, date_fin_annee)
    SELECT numero_interne, annee_scolaire, uai, niveau_formation, '39999999998', annee_cursus, situation,
           code_regime, commune_insee, date_entree, date_fin_annee
      FROM siecle.scolarite WHERE numero_interne = ANY(%s) AND mefstat11 <> '39999999999'
"""


def test_killed_tasks_and_a_killed_scheduler_lose_nothing(operator: Operator) -> None:
    lines = operator.scene.world.lycee.lines
    numbers = [line.entry.number for line in lines if not line.mistake and line.entry.regime == "RF2"]
    with psycopg.connect(operator.stack.postgres.url("sis_lycee")) as connection:
        assert connection.execute(SECOND_DIPLOMA, (numbers,)).rowcount == len(numbers)
    before = operator.registry_rows(LYCEE)
    night = kill_and_recover(operator, LYCEE, calls=len(numbers) // 3, concurrency=CONCURRENCY)
    after, counts = operator.registry_rows(LYCEE), night.run.counts
    assert night.run.state == "success", "its balance closes"
    assert night.killed >= 2
    assert counts is not None
    assert counts.created >= len(numbers)
    assert after.distinct - before.distinct == counts.created, "nothing is lost"
    assert after.rows - before.rows - counts.created <= night.most_in_flight, "double is at most what was in flight"
