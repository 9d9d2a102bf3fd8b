"""The two sides and what is between them: a registry with its own database, and the ledger's server, each able to go away."""

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests

from builders import UNIVERSITY
from supdata.cli.sandbox import DATABASE_VARIABLE, TOKEN_VARIABLE
from supdata.config.models import Institution
from supdata.ledger.schema import migrate
from supdata.sandbox.local.airflow import without_proxy
from supdata.sandbox.local.ports import LOOPBACK, free_ports
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres
from supdata.sandbox.local.processes import Child, Children, children

SECRET = "a secret of the chaos runs"
START_SECONDS = 60.0


class LedgerServer:
    """The PostgreSQL of the ledger: stopped and started again, its address stays."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self._folder, self._running = folder, ExitStack()
        self.server = self._running.enter_context(embedded_postgres(folder))

    def restart(self, away_seconds: float) -> None:
        """Stop it in the midst of all, and start it again after a while."""
        self._running.close()
        time.sleep(away_seconds)
        self.server = self._running.enter_context(embedded_postgres(self._folder, port=self.server.port))

    def stop(self) -> None:
        """Stop it for good."""
        self._running.close()


class RegistryProcess:
    """The sandbox registry as a process of its own, on an address that stays."""

    def __init__(self, group: Children, database: str) -> None:
        """Start it on an empty database."""
        self._group, self.database = group, database
        (self._port,) = free_ports(1)
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
        self._ask("POST", "directory", {"students": students})
        asked = {"uai": institution.uai, "kind": "enseignement_superieur", "name": "UNIVERSITE"}
        return str(self._ask("POST", "keys", asked)["key"])

    def rows(self) -> int:
        """Return how many rows it holds, asked of its database."""
        with psycopg.connect(self.database) as connection:
            found = connection.execute("SELECT count(*) FROM inscription").fetchone()
        return int(found[0]) if found else 0

    def _ask(self, method: str, what: str, document: Any) -> Any:
        headers = {"X-Admin-Token": self._token}
        answer = self._session.request(method, f"{self.url}/sandbox/{what}", json=document, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _started(self) -> Child:
        child = self._group.start(
            "registry",
            [sys.executable, "-c", "from supdata.cli.main import app; app()", "sandbox", "--port", str(self._port)],
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


@dataclass(frozen=True)
class World:
    """Everything one scenario plays in."""

    ledger_server: LedgerServer
    ledger: str
    registry: RegistryProcess

    def connections(self, key: str) -> dict[str, str]:
        """Return the environment in which the stages find ledger and registry."""
        server = self.ledger_server.server
        ledger = {
            "conn_type": "postgres",
            "host": LOOPBACK,
            "port": server.port,
            "login": "postgres",
            "password": server.password,
            "schema": self.ledger.rpartition("/")[2],
        }
        connections = {
            "SUPDATA_LEDGER": ledger,
            "SUPDATA_LEDGER_KEY": {"conn_type": "generic", "password": SECRET},
            f"SUPDATA_{UNIVERSITY}": {"conn_type": "supdata", "host": self.registry.url, "password": key},
        }
        return {f"AIRFLOW_CONN_{name}": json.dumps(fields) for name, fields in connections.items()}


@dataclass(frozen=True)
class Servers:
    """The two PostgreSQL servers, which serve all scenarios."""

    ledger: LedgerServer
    registry: PostgresServer

    @contextmanager
    def world(self, name: str, folder: Path) -> Iterator[World]:
        """Make an empty ledger and an empty registry."""
        ledger = self.ledger.server.create_database(f"ledger_{name}")
        migrate(ledger)
        with children(folder / "logs") as group:
            yield World(self.ledger, ledger, RegistryProcess(group, self.registry.create_database(f"registry_{name}")))


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start both; the registry's own does not wait for the disk, since it is not what is tried here."""
    with embedded_postgres(folder / "registry", settings={"fsync": "off"}) as registry:
        ledger = LedgerServer(folder / "ledger")
        try:
            yield Servers(ledger, registry)
        finally:
            ledger.stop()
