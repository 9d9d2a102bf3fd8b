"""The sandbox registry as the demo's own process, and what is asked of whoever administers it."""

import os
import secrets
import sys
from collections.abc import Iterable
from typing import Any

import requests

from supdata.cli.demo.layout import Layout
from supdata.cli.demo.results import RegistryRows
from supdata.cli.sandbox import DATABASE_VARIABLE, TOKEN_VARIABLE
from supdata.errors import CallUs
from supdata.sandbox.local.airflow import without_proxy
from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.local.processes import Children
from supdata.sandbox.schools.world import Known, World

TIMEOUT_SECONDS = 60


class SandboxRegistry:
    """The administration side of a running sandbox registry."""

    def __init__(self, url: str, admin_token: str) -> None:
        """Name the registry at `url`; nothing is asked yet."""
        self.url = url
        self.admin_token = admin_token
        self._session = requests.Session()
        self._session.trust_env = False  # neither a proxy nor a .netrc has a say on loopback
        self._session.headers["X-Admin-Token"] = admin_token

    def answers(self) -> bool:
        """Whether it serves, and its database too."""
        try:
            return self._session.get(f"{self.url}/sandbox/health", timeout=5).ok
        except requests.RequestException:
            return False

    def issue_keys(self, world: World) -> dict[str, str]:
        """Issue a key to each school and return them by UAI."""
        kinds = {school.uai: "enseignement_superieur" for school in world.schools} | {world.lycee.uai: "lycee"}
        return {uai: str(self._call("POST", "keys", {"uai": uai, "kind": kind})["key"]) for uai, kind in kinds.items()}

    def fill_directory(self, students: Iterable[Known]) -> None:
        """Make `students` known to the national directory; nobody else can be declared."""
        told = [{"ine": known.ine, "dateNaissance": known.birth.isoformat()} for known in students]
        self._call("POST", "directory", {"students": told})

    def count(self) -> RegistryRows:
        """Return how many enrolments were written, and how many of them differ."""
        stats = self.stats()
        return RegistryRows(rows=stats["rows"], distinct=stats["distinct"])

    def stats(self) -> dict[str, int]:
        """Return all that the registry counts: `rows`, `distinct`, and `posts`, the calls whatever their answer."""
        return self._call("GET", "stats")

    def fail(self, **plan: Any) -> None:
        """Make calls fail as `plan` says, see `FaultPlan`; nothing given ends all faults."""
        self._call("PUT", "faults", plan)

    def held(self) -> int:
        """Return how many calls wait for another fault plan."""
        return int(self._call("GET", "held")["held"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        what = f"Asking the sandbox registry: {method} /sandbox/{path}"
        try:
            answer = self._session.request(method, f"{self.url}/sandbox/{path}", json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise CallUs(what, f"no answer ({type(error).__name__})", "Its log is registry.log.") from error
        if not answer.ok:
            raise CallUs(what, f"it answered {answer.status_code}", "Its log is registry.log.")
        result: dict[str, Any] = answer.json()
        return result


def start_registry(group: Children, database_url: str, port: int, layout: Layout) -> SandboxRegistry:
    """Start `supdata sandbox`; its secrets go through the environment, which the list of processes does not show."""
    token = secrets.token_urlsafe(24)
    group.start(
        "registry",
        [sys.executable, "-c", "from supdata.cli.main import app; app()", "sandbox", "--port", str(port)],
        environment={**os.environ, **without_proxy(), DATABASE_VARIABLE: database_url, TOKEN_VARIABLE: token},
        folder=layout.project,
    )
    return SandboxRegistry(f"http://{LOOPBACK}:{port}", token)
