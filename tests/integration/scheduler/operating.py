"""What an operator does at a running Airflow, and how each run ended: nothing here reaches behind the API."""

import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import requests

from integration.scheduler.outside import Outside
from supdata.cli.demo.layout import PROJECT
from supdata.cli.demo.results import read_counts, run_folder
from supdata.cli.demo.rounds import FINISHED, Started, dag_id_of, start_run
from supdata.cli.demo.scene import Scene
from supdata.cli.demo.stack import Stack
from supdata.records.counts import Counts
from supdata.sandbox.schools.serving import EXTRACT, Folders

#: Twice what the worker needs to be gone.
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.5
RUN_SECONDS = 900.0
NOTICE_SECONDS = 300.0


@dataclass(frozen=True)
class Run:
    """A run as it stood at one moment.

    `tasks` tells, by task id, the state and the number of tries of each instance in the order of the map index. What a run
    leaves in its folder, `counts` and `report`, is read when it has ended: before, a file may be half written.
    """

    started: Started
    state: str
    tasks: Mapping[str, tuple[tuple[str, int], ...]]
    counts: Counts | None = None
    report: str = ""

    def states(self, task_id: str) -> list[str]:
        return [state for state, _ in self.tasks[task_id]]


@dataclass(frozen=True)
class Rows:
    """What the registry holds of one school: it only ever inserts, so what was sent twice is two rows and one distinct."""

    rows: int
    distinct: int


@dataclass(frozen=True)
class Operator:
    """Somebody at Airflow's pages, with a view of what the registry and the ledger hold."""

    stack: Stack
    scene: Scene
    outside: Outside = field(default_factory=Outside)

    def start(self, uai: str, **params: object) -> Started:
        return start_run(self.stack.api, uai, **params)

    def wait_for(self, *runs: Started) -> tuple[Run, ...]:
        """Return the runs once all have ended."""
        return tuple(map(self._with_files, self._wait(runs, lambda run: run.state in FINISHED)))

    def _with_files(self, run: Run) -> Run:
        folder = run_folder(self.scene.layout.runs, run.started.uai, run.started.run_id)
        report = folder / "report" / "rapport.html"
        text = report.read_text(encoding="utf-8") if report.exists() else ""
        return replace(run, counts=read_counts(folder), report=text)

    def wait_for_question(self, started: Started) -> Run:
        """Return the run once a person is asked and all else is done."""
        (run,) = self._wait(
            [started],
            lambda run: (
                run.states("approve") == ["awaiting_input"] and set(run.states("push")) <= {"success", "failed", "skipped"}
            ),
        )
        return run

    def wait_for_state(self, started: Started, task_id: str, state: str) -> Run:
        """Return the run once its task `task_id` is in `state`."""
        (run,) = self._wait([started], lambda run: run.states(task_id) == [state])
        return run

    def drop_file_again(self) -> None:
        """Upload the university's export once more, as it is: only its time is new."""
        (Folders(self.scene.layout.schools).sftp / EXTRACT).touch()

    def wait_for_notice(self, run: Run) -> None:
        """Wait until ops have been told in the chat room that this very run has failed: its school may have had others."""
        words = f"SupData {run.started.uai}: failed"

        def told() -> bool:
            return any(words in said and run.started.run_id in said for said in self.outside.notices())

        self.stack.children.wait_until(f"the notice of {run.started.run_id}", told, NOTICE_SECONDS)

    def wait_for_push(self, started: Started, state: str) -> Run:
        """Return the run once one of its pushes is in `state`."""
        (run,) = self._wait([started], lambda run: state in run.states("push"))
        return run

    def _wait(self, runs: Iterable[Started], ready: Callable[[Run], bool]) -> tuple[Run, ...]:
        found: dict[Started, Run] = {}

        def all_ready() -> bool:
            time.sleep(LOOK_SECONDS)
            for run in runs:
                if run not in found or not ready(found[run]):
                    found[run] = self.look(run)
            return all(ready(run) for run in found.values())

        self.stack.children.wait_until(f"runs of {', '.join(run.uai for run in runs)}", all_ready, RUN_SECONDS)
        return tuple(found.values())

    def look(self, started: Started) -> Run:
        state = self.stack.api.run_state(started.dag_id, started.run_id)
        instances = self._ask("GET", started, "/taskInstances?limit=100")["task_instances"]
        tasks: dict[str, list[tuple[str, int]]] = {}
        for one in sorted(instances, key=lambda one: one["map_index"]):
            tasks.setdefault(one["task_id"], []).append((one["state"] or "", one["try_number"]))
        return Run(started, state, {name: tuple(found) for name, found in tasks.items()})

    def clear_failed(self, started: Started) -> None:
        """Press "Clear only failed tasks" on the run's page."""
        self._ask("POST", started, "/clear", {"dry_run": False, "only_failed": True})

    def clear(self, started: Started, tasks: Sequence[tuple[str, int]]) -> None:
        """Press "Clear task instance" on the page of each mapped task."""
        body = {"dry_run": False, "dag_run_id": started.run_id, "only_failed": False, "task_ids": [list(one) for one in tasks]}
        self.stack.api.call("POST", f"/api/v2/dags/{started.dag_id}/clearTaskInstances", body)

    def question(self, started: Started) -> dict[str, Any]:
        return self._ask("GET", started, "/taskInstances/approve/-1/hitlDetails")

    def answer(self, started: Started, option: str) -> None:
        """Answer the question of a held batch, no sooner than a person could.

        Airflow's worker needs up to five seconds (its heartbeat) to end after it has put the question. An answer before that
        queues the task again under it, and the scheduler takes the end of the first half for a failure of the second.
        """
        time.sleep(ANSWER_SECONDS)
        self._ask("PATCH", started, "/taskInstances/approve/-1/hitlDetails", {"chosen_options": [option]})

    def log_of(self, started: Started, task_id: str, map_index: int, tries: int) -> str:
        path = f"/taskInstances/{task_id}/logs/{tries}?map_index={map_index}&full_content=true"
        return str(self._ask("GET", started, path)["content"])

    def set_registry_key(self, uai: str, key: str) -> None:
        """Change the password of the school's registry connection under Admin > Connections."""
        name = f"supdata_{uai.lower()}"
        body = {"connection_id": name, "conn_type": "supdata", "password": key}
        self.stack.api.call("PATCH", f"/api/v2/connections/{name}?update_mask=password", body)

    def page_of(self, uai: str) -> dict[str, Any]:
        """Return what the page of a school's DAG shows."""
        return self.stack.api.call("GET", f"/api/v2/dags/{dag_id_of(uai)}/details")

    def page(self, path: str) -> str:
        """Return what a browser gets at `path`, logged in as an administrator."""
        answer = requests.get(self.stack.airflow.url + path, headers=self.stack.api.authorization(), timeout=60)
        assert answer.ok, f"{path}: {answer.status_code}"
        return answer.text

    def press(self, path: str, token: str = "") -> int:
        """Press a button of one of our pages with its form's token, and return the answer; a redirect is not followed."""
        address, headers = self.stack.airflow.url + path, self.stack.api.authorization()
        form = {"token": token}
        return requests.post(address, form, headers=headers, timeout=60, allow_redirects=False).status_code

    def registry_rows(self, uai: str) -> Rows:
        columns = 'student, "dateDebutInscription", "dateFinInscription", statut, "codeCommune", uai, regime, diplome'
        query = f"SELECT count(*), count(DISTINCT ({columns})) FROM inscription WHERE uai = %s"
        with psycopg.connect(self.stack.postgres.url("registry")) as connection:
            found = connection.execute(query, (uai,)).fetchone()
        assert found is not None
        return Rows(*found)

    def registry_posts(self) -> int:
        """Return how often the registry was called, whatever it answered."""
        return int(self.stack.registry.stats()["posts"])

    def intents(self, started: Started) -> int:
        """Return how many records of a run the ledger says may have left."""
        query = "SELECT count(*) FROM supdata.intent WHERE run_id = %s"
        with psycopg.connect(self.stack.postgres.url("ledger")) as connection:
            found = connection.execute(query, (f"{started.uai}/{started.run_id}",)).fetchone()
        assert found is not None
        return int(found[0])

    def _ask(self, method: str, started: Started, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.stack.api.call(method, f"/api/v2/dags/{started.dag_id}/dagRuns/{started.run_id}{path}", body)


def copy_project(folder: Path) -> Path:
    """Copy what Airflow is pointed at, so that a test may change an institution file."""
    for name in ("dags", "plugins", "expectations"):
        source = PROJECT / name
        if source.exists():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def add_to(project: Path, uai: str, lines: str) -> None:
    """Add to what a school's file says."""
    with (project / "dags" / "institutions" / f"{uai}.yaml").open("a", encoding="utf-8") as file:
        file.write(lines)


def wait_for_files(project: Path, uai: str) -> None:
    """Let a school's runs wait for a file that none has read."""
    file = project / "dags" / "institutions" / f"{uai}.yaml"
    before = file.read_text(encoding="utf-8")
    assert "  kind: sftp\n" in before
    file.write_text(before.replace("  kind: sftp\n", "  kind: sftp\n  wait_hours: 1\n"), encoding="utf-8")


def cut_chunks(project: Path, uai: str, size: int) -> None:
    """Let a school's records be pushed `size` at a time: several mapped tasks for few students.

    And let the registry take its time: while its calls are held on purpose, none may be given up and sent again.
    """
    file = project / "dags" / "institutions" / f"{uai}.yaml"
    before = file.read_text(encoding="utf-8")
    connection = f"  connection: supdata_{uai.lower()}\n"
    assert connection in before
    file.write_text(before.replace(connection, f"{connection}  chunk_size: {size}\n  timeout_seconds: 300\n"), encoding="utf-8")
