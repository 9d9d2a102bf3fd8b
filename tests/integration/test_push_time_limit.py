"""A push that Airflow ends because it has taken too long: the one bound there is on a whole push."""

import json
import os
from contextlib import AbstractContextManager
from typing import Any, cast

import psycopg
import pytest
import requests
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.execution_time.timeout import TimeoutPosix

from integration import test_nights
from integration.test_nights import ADMIN, NEAR_ALL, STUDENTS, School
from supdata.errors import RunStopped, SupdataError
from supdata.orchestration.planning import plan_run
from supdata.orchestration.pushing import push_chunk_of
from supdata.orchestration.reconciling import reconcile_run

pytestmark = pytest.mark.integration

opened = test_nights.opened
CONCURRENCY = 1


def answer_after(milliseconds: int) -> None:
    host = json.loads(os.environ["AIRFLOW_CONN_SUPDATA_0751717J"])["host"]
    requests.put(f"{host}/sandbox/faults", json={"latency_ms": milliseconds}, headers=ADMIN, timeout=10).raise_for_status()


def accepted(school: School) -> int:
    with psycopg.connect(school.ledger) as connection:
        found = connection.execute("SELECT count(*) FROM supdata.receipt WHERE outcome = 'accepted'").fetchone()
    return int(found[0]) if found else 0


def test_a_push_that_outlives_its_time_limit_keeps_what_was_answered_is_red_and_goes_on_when_it_is_cleared(
    opened: School,
) -> None:
    run = opened.run(STUDENTS, registry={"concurrency": CONCURRENCY}, **NEAR_ALL)
    (chunk,) = plan_run(run).chunks
    answer_after(300)
    limit: AbstractContextManager[object] = cast("Any", TimeoutPosix)(1.5)
    with pytest.raises(AirflowTaskTimeout), limit:
        push_chunk_of(run, "push", chunk)
    (result,) = run.folder.results("push")
    assert (result.success, result.error) == (False, "AirflowTaskTimeout")
    before = accepted(opened)
    assert 0 < before < len(STUDENTS)
    with pytest.raises(SupdataError) as red:
        reconcile_run(run)
    assert not isinstance(red.value, RunStopped), "it counts what the ledger knows, and names what is left"
    answer_after(0)
    push_chunk_of(run, "push", chunk)
    assert reconcile_run(run).created == len(STUDENTS)
    declared = opened.declared()
    assert len(declared) == len(STUDENTS), "nothing is lost"
    assert sum(map(len, declared.values())) <= len(STUDENTS) + CONCURRENCY, "only what was in flight is sent again"
