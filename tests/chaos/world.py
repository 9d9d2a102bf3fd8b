"""The two sides and what is between them: a registry with its own database, and the ledger's server, each able to go away."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from builders import UNIVERSITY
from chaos.registry import RegistryProcess
from supdata.ledger.schema import migrate
from supdata.sandbox.local.ports import LOOPBACK, reserve_port
from supdata.sandbox.local.postgres import PostgresServer, embedded_postgres
from supdata.sandbox.local.processes import children

SECRET = "a secret of the chaos runs"


class LedgerServer:
    """The PostgreSQL of the ledger: stopped and started again, its address stays."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str]) -> None:
        """Start it."""
        self._folder, self._port, self._settings = folder, port, settings
        self._running = ExitStack()
        self.server = self._started()

    def restart(self, away_seconds: float) -> None:
        """Stop it in the midst of all, and start it again after a while."""
        self._running.close()
        time.sleep(away_seconds)
        self.server = self._started()

    def stop(self) -> None:
        """Stop it for good."""
        self._running.close()

    def _started(self) -> PostgresServer:
        return self._running.enter_context(embedded_postgres(self._folder, settings=self._settings, port=self._port))


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
            "SUPDATA_READ": {"conn_type": "supdata_read", "host": self.registry.url, "password": self.registry.read_key()},
        }
        return {f"AIRFLOW_CONN_{name}": json.dumps(fields) for name, fields in connections.items()}


@dataclass(frozen=True)
class Servers:
    """The ledger's PostgreSQL server and the registry, which serve all scenarios."""

    ledger: LedgerServer
    registry: RegistryProcess

    def world(self, name: str) -> World:
        """Make an empty ledger and empty the registry."""
        ledger = self.ledger.server.create_database(f"ledger_{name}")
        migrate(ledger)
        self.registry.empty()
        return World(self.ledger, ledger, self.registry)


@contextmanager
def servers(folder: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Start both; the registry's own database does not wait for the disk, nor does the ledger's where it need not be durable.

    No scenario switches the machine off: what PostgreSQL has handed to the kernel is there after any of them.
    """
    with ExitStack() as running:
        registry = running.enter_context(embedded_postgres(folder / "registry", settings={"fsync": "off"}))
        ports = [running.enter_context(reserve_port()).getsockname()[1] for _ in range(2)]
        ledger = LedgerServer(folder / "ledger", ports[0], {} if durable else {"fsync": "off"})
        running.callback(ledger.stop)
        group = running.enter_context(children(folder / "logs"))
        yield Servers(ledger, RegistryProcess(group, registry.create_database("registry"), ports[1], folder / "posts"))
