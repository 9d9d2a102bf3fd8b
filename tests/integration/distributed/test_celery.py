"""Three schools on CeleryExecutor: two workers without a common disk, one of which is killed while it sends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import msgspec
import pytest
from rich.console import Console

from integration.distributed.serving import BUCKET, ObjectStore, client_of, start_broker, start_object_store
from integration.distributed.topology import Worker, kill, settings, start_worker, with_tasks
from integration.scheduler.operating import LOOK_SECONDS, RUN_SECONDS, Operator, Run, copy_project, cut_chunks
from supdata.cli.demo.layout import Layout, fresh
from supdata.cli.demo.narrator import Narrator
from supdata.cli.demo.rounds import Started
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import running_stack
from supdata.push.bookkeeping import WINDOW
from supdata.reconcile.balance import Balance
from supdata.sandbox.local.postgres import PostgresServer
from supdata.sandbox.local.processes import children

pytestmark = pytest.mark.integration

STUDENTS = 60
LYCEE = "0881269B"
SCHOOLS = ("0751717J", "0442953W", LYCEE)
CONCURRENCY = 8
#: Calls the registry answers before it holds all others until a worker is dead.
CALLS = 40
#: A generous multiple of what is left to do.
END_SECONDS = 240.0


@dataclass(frozen=True)
class Night:
    """How it ended; `killed` is how many tasks the dead worker had."""

    operator: Operator
    runs: dict[str, Run]
    killed: int
    workers: tuple[Worker, ...]
    store: ObjectStore


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("celery")
    project = copy_project(folder / "project")
    for uai in SCHOOLS:
        cut_chunks(project, uai, STUDENTS // 2 if uai == LYCEE else 1000)
    with children(folder / "shared") as shared:
        broker = start_broker(shared, folder)
        store = start_object_store(shared, folder, postgres.create_database("objects_of_celery"))
        scene = Scene(Layout(folder / "var", project), STUDENTS, Narrator(Console()))
        with fresh(scene.layout), running_stack(scene, settings(broker, store)) as stack:
            stack.api.create_connection(store.connection())
            workers = tuple(start_worker(stack, f"worker-{number}", folder / f"disk-{number}", project) for number in (1, 2))
            yield play(Operator(stack, scene), workers, store)


def play(operator: Operator, workers: tuple[Worker, ...], store: ObjectStore) -> Night:
    """Start the three schools, kill a worker once it sends, and clear what Airflow has given up, as a person does."""
    stack = operator.stack
    stack.registry.fail(hold_after=CALLS)
    started = {uai: operator.start(uai) for uai in SCHOOLS}
    stack.children.wait_until("calls under way", lambda: stack.registry.held() > 0, RUN_SECONDS)
    dead = with_tasks(workers)[0]
    killed = kill(stack, dead)
    stack.registry.fail()
    runs = list(started.values())
    stack.children.wait_until("three good ends", lambda: all(map(partial(end_well, operator), runs)), END_SECONDS)
    return Night(operator, {uai: operator.look(run) for uai, run in started.items()}, killed, workers, store)


def end_well(operator: Operator, started: Started) -> bool:
    """Say whether the run has; clear what Airflow has taken from the dead worker, which it would try again in minutes."""
    time.sleep(LOOK_SECONDS)
    run = operator.look(started)
    if given_up := [name for name in run.tasks if "up_for_retry" in run.states(name)]:
        operator.clear(started, [(name, place) for name in given_up for place in places(run, name)])
    elif run.state == "failed":
        operator.clear_failed(started)
    return run.state == "success"


def places(run: Run, name: str) -> list[int]:
    """Return the map indices of the instances of a task that wait for another try; -1 where it is not mapped."""
    return [place if name.startswith("push") else -1 for place, state in enumerate(run.states(name)) if state == "up_for_retry"]


def objects(store: ObjectStore) -> dict[str, bytes]:
    client = client_of(store)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    return {key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys if key.endswith("balance.json")}


def test_every_school_ends_well_with_all_accepted_though_a_worker_was_killed_while_it_sent(night: Night) -> None:
    assert night.killed >= 1
    world = night.operator.scene.world
    assert {uai: run.state for uai, run in night.runs.items()} == dict.fromkeys(SCHOOLS, "success")
    for school in world.schools:
        rows = night.operator.registry_rows(school.uai)
        assert rows.distinct == school.expected.accepted, f"nothing of {school.uai} is lost"
    registered = [night.operator.registry_rows(uai) for uai in SCHOOLS]
    assert sum(one.rows - one.distinct for one in registered) <= night.killed * WINDOW * CONCURRENCY, (
        "double is what was in flight"
    )


def test_every_balance_closes_and_counts_what_was_made(night: Night) -> None:
    """It is read from the store, where any worker left it."""
    expected = {school.uai: school.expected for school in night.operator.scene.world.schools}
    found = {key.split("/")[1]: msgspec.json.decode(content, type=Balance) for key, content in objects(night.store).items()}
    assert found.keys() == expected.keys()
    for uai, balance in found.items():
        assert balance.differences == ()
        assert balance.counts == expected[uai]


def test_what_tasks_need_was_made_ready_once_by_each_worker_before_it_took_any(night: Night) -> None:
    for worker in night.workers:
        lines = worker.child.log.read_text(encoding="utf-8", errors="replace").splitlines()
        ready, begun = (
            [number for number, line in enumerate(lines) if word in line]
            for word in ("workers_ready", "Task execute_workload[")
        )
        assert len(ready) == 1, "its forks have it from the worker"
        assert begun
        assert ready[0] < begun[0]


def test_both_workers_had_tasks_and_neither_keeps_anything_of_a_student_on_its_disk(night: Night) -> None:
    for worker in night.workers:
        left = [file for file in worker.disk.rglob("*") if file.is_file() and "deployed" not in file.parts]
        assert any("run_id=" in str(file) for file in left), "its task logs are there"
        assert [file for file in left if file.suffix in {".jsonl", ".csv", ".html"}] == []
