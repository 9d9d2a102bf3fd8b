"""What we ask of a running Airflow through its public API (v2): connections, pools, runs and their tasks."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

import requests

from supdata.errors import CallUs, TryLater

TIMEOUT_SECONDS = 60
RETRY_WAITS = (0.5, 2.0)
#: Airflow's own page size limit; a run of ours has a few dozen tasks.
PAGE = 100


@dataclass(frozen=True)
class Connection:
    """An Airflow connection; `extra` is JSON text."""

    connection_id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    extra: str = "{}"


@dataclass(frozen=True)
class TaskState:
    """One task instance of a run; `map_index` is -1 where the task is not mapped, `state` "" before it is scheduled."""

    task_id: str
    map_index: int
    state: str


class AirflowApi:
    """A session with one Airflow, logged in as one user."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Name the Airflow at `url`; nothing is asked yet."""
        self._url = url
        self._user = user
        self._password = password
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor a .netrc has a say on loopback

    def answers(self) -> bool:
        """Whether the API answers, which is enough to log in and to create connections."""
        return self._looks_well(f"{self._url}/api/v2/version")

    def is_well(self) -> bool:
        """Whether the scheduler, the DAG processor and the triggerer have all reported for duty."""
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return self._looks_well(f"{self._url}/api/v2/monitor/health", parts)

    def _looks_well(self, url: str, parts: tuple[str, ...] = ()) -> bool:
        try:
            answer = self._session.get(url, timeout=5)
            found = answer.json() if answer.ok else {}
        except requests.RequestException:
            return False
        return answer.ok and all((found.get(part) or {}).get("status") == "healthy" for part in parts)

    def log_in(self) -> None:
        """Get the token all other calls need."""
        token = self.call("POST", "/auth/token", {"username": self._user, "password": self._password})["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def authorization(self) -> dict[str, str]:
        """Return the header by which a request of somebody else's counts as this login's."""
        return {"Authorization": str(self._session.headers["Authorization"])}

    def create_connection(self, connection: Connection) -> None:
        """Create a connection; its password is encrypted in Airflow's database."""
        self.call("POST", "/api/v2/connections", asdict(connection))

    def create_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool: at most `slots` of its tasks run at once."""
        self.call("POST", "/api/v2/pools", {"name": name, "slots": slots, "description": description})

    def dag_ids(self, tag: str) -> frozenset[str]:
        """Return the ids of the DAGs that bear `tag`."""
        found: list[str] = []
        while True:
            answer = self.call("GET", f"/api/v2/dags?limit={PAGE}&offset={len(found)}&order_by=dag_id&tags={tag}")
            found += [dag["dag_id"] for dag in answer["dags"]]
            if not answer["dags"] or len(found) >= answer["total_entries"]:
                return frozenset(found)

    def import_errors(self) -> tuple[str, ...]:
        """Return what went wrong while DAG files were read."""
        answer = self.call("GET", f"/api/v2/importErrors?limit={PAGE}")
        return tuple(f"{error['filename']}: {error['stack_trace']}" for error in answer["import_errors"])

    def unpause(self, dag_id: str) -> None:
        """Let the runs of a DAG start."""
        self.call("PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run with `conf` as its parameters, and return its id."""
        answer = self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return str(answer["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run: queued, running, success or failed."""
        return str(self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_states(self, dag_id: str, run_id: str) -> tuple[TaskState, ...]:
        """Return the state of each task instance of a run."""
        found: list[dict[str, Any]] = []
        total = 1
        while len(found) < total:
            path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit={PAGE}&offset={len(found)}"
            answer = self.call("GET", path)
            total = answer["total_entries"] if answer["task_instances"] else len(found)
            found += answer["task_instances"]
        return tuple(TaskState(one["task_id"], one["map_index"], one["state"] or "") for one in found)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask Airflow what has no method here.

        A reading call is asked again when the connection breaks, since a busy machine may drop one.
        """
        what = f"Asking Airflow: {method} {path.partition('?')[0]}"
        for wait in RETRY_WAITS if method == "GET" else ():
            try:
                return self._ask(what, method, path, body)
            except TryLater:
                time.sleep(wait)
        return self._ask(what, method, path, body)

    def _ask(self, what: str, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            answer = self._session.request(method, self._url + path, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise TryLater(what, f"no answer ({type(error).__name__})", "The log of the api-server says more.") from error
        if not answer.ok:
            raise CallUs(what, f"it answered {answer.status_code}: {_detail(answer)}", "The log of the api-server says more.")
        result: dict[str, Any] = answer.json()
        return result


def _detail(answer: requests.Response) -> str:
    """Return what Airflow says was wrong, without the input it repeats, which may hold a password."""
    try:
        detail = answer.json()["detail"]
    except (requests.JSONDecodeError, KeyError, TypeError):
        return answer.reason
    if isinstance(detail, list):
        return "; ".join(f"{'.'.join(map(str, one.get('loc', ())))}: {one.get('msg', '')}" for one in detail)
    return str(detail)
