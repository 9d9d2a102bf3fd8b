"""The sandbox registry as a process that can go away."""

import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import requests

from chaos.posts import NIGHT_OVER, Posts, read_posts
from supdata.cli.sandbox import DATABASE_VARIABLE, TOKEN_VARIABLE
from supdata.config.models import Institution
from supdata.sandbox.local.airflow import without_proxy
from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.local.processes import Child, Children

START_SECONDS = 120.0


class RegistryProcess:
    """The sandbox registry as a process of its own, on an address that stays."""

    def __init__(self, group: Children, database: str, port: int, posts: Path) -> None:
        """Start it on an empty database; `posts` is where it writes down every POST."""
        self._group, self.database = group, database
        self._posts = posts
        self._port = port
        self._session = requests.Session()
        self._session.trust_env = False
        self._token = secrets.token_urlsafe(16)
        self._child = self._started()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{LOOPBACK}:{self._port}"

    def restart(self, away_seconds: float, *, kill: bool) -> None:
        """End it, in order or at once, and start it again after a while."""
        self.end(kill=kill)
        time.sleep(away_seconds)
        self._child = self._started()

    def end(self, *, kill: bool = False) -> None:
        """End it."""
        if kill:
            self._child.process.kill()
        else:
            self._child.process.terminate()
        self._child.process.wait(30)
        self._group.running.remove(self._child)

    def fail(self, **plan: Any) -> None:
        """Make calls fail as `plan` says; nothing given ends all faults."""
        self._ask("PUT", "faults", plan)

    def open_to(self, institution: Institution, students: list[dict[str, str]]) -> str:
        """Make the students known and return the school's key."""
        self.tell(students)
        return self.key_of(institution.uai)

    def tell(self, students: list[dict[str, str]]) -> None:
        """Make students known to the national directory."""
        self._ask("POST", "directory", {"students": students})

    def key_of(self, uai: str) -> str:
        """Return a key for a school."""
        return str(self._ask("POST", "keys", {"uai": uai, "kind": "enseignement_superieur", "name": "UNIVERSITE"})["key"])

    def stats(self) -> dict[str, int]:
        """Return all that the registry counts."""
        return dict(self._ask("GET", "stats"))

    def read_key(self) -> str:
        """Return a key to its read service."""
        return str(self._ask("POST", "read-keys", {"use": "gateway"})["key"])

    def held(self) -> int:
        """Return how many calls wait for another fault plan."""
        return int(self._ask("GET", "held")["held"])

    def empty(self) -> None:
        """Let it forget every enrolment, every student, every fault and every POST."""
        with psycopg.connect(self.database) as connection:
            connection.execute("TRUNCATE inscription, student")
        self.fail()
        os.truncate(self._posts, 0)

    def night_over(self) -> None:
        """Write down that a night is over."""
        with self._posts.open("a") as file:
            file.write(f"{NIGHT_OVER}\n")

    def posts(self) -> Posts:
        """Return every POST since it was emptied."""
        return read_posts(self._posts)

    def _ask(self, method: str, what: str, document: Any = None) -> Any:
        headers = {"X-Admin-Token": self._token}
        answer = self._session.request(method, f"{self.url}/sandbox/{what}", json=document, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _started(self) -> Child:
        child = self._group.start(
            "registry",
            [sys.executable, "-m", "chaos.recorded", str(self._posts), str(self._port)],
            environment={**os.environ, **without_proxy(), DATABASE_VARIABLE: self.database, TOKEN_VARIABLE: self._token},
            folder=Path.cwd(),
        )
        self._group.wait_until("the registry", self._answers, START_SECONDS)
        return child

    def _answers(self) -> bool:
        try:
            return self._session.get(f"{self.url}/sandbox/health", timeout=5).ok
        except requests.RequestException:
            return False
