"""The two nearest open programs, as their own documentation configures them, each in a virtual environment of its own.

lightbeam sends JSON lines to an Ed-Fi API and keeps a state folder; drt sends rows of a database to a REST API and keeps a
watermark and a queue of failed records. Each is run once, and once more after that, which both offer as the way to recover.
"""

import json
import os
import pickle
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from chaos.edfi import RESOURCE, edfi_front

Body = Mapping[str, str]
#: A program that takes longer is stuck, however busy the machine.
RUN_SECONDS = 2_400
CONNECTIONS = 16


@dataclass(frozen=True)
class Work:
    """What a program is given: the school's bodies, where to send them, and a folder of its own."""

    bodies: Sequence[Body]
    url: str
    key: str
    folder: Path

    def begin(self, command: Sequence[str], file_limit: int = 0) -> "subprocess.Popen[bytes]":
        """Start a program; `file_limit` makes the disk full beyond so many bytes of a file."""
        home = {"HOME": str(self.folder), "NO_COLOR": "1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        with (self.folder / "output.log").open("ab") as log:
            process = subprocess.Popen(list(command), cwd=self.folder, env={**os.environ, **home}, stdout=log, stderr=log)
        if file_limit:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (file_limit, file_limit))
        return process


@dataclass(frozen=True)
class Peer:
    """A program: its package with the version, and its commands for a first run and for the one after it."""

    name: str
    package: str

    @property
    def title(self) -> str:
        return self.package.replace("==", " ")

    def program(self, venvs: Path) -> str:
        """Return the program's path, made with pip where it is missing."""
        venv = venvs / self.package
        if not (venv / "bin" / self.name).exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            subprocess.run([str(venv / "bin" / "python"), "-m", "pip", "install", "-q", self.package], check=True)
        return str(venv / "bin" / self.name)

    def address(self, registry: str, key: str) -> AbstractContextManager[str]:
        """Return where it is to send."""
        return edfi_front(registry, key) if self.name == "lightbeam" else nullcontext(registry)

    def prepare(self, work: Work) -> None:
        """Write its data and its settings."""
        (_prepare_lightbeam if self.name == "lightbeam" else _prepare_drt)(work)

    def first(self, program: str) -> list[list[str]]:
        """Return the commands of a run."""
        return [[program, "send", "-c", "lightbeam.yaml"]] if self.name == "lightbeam" else [[program, "run", "--quiet"]]

    def again(self, program: str) -> list[list[str]]:
        """Return the commands by which its documentation has failed records sent again."""
        if self.name == "lightbeam":
            return [[program, "send", "-c", "lightbeam.yaml", "--resend-status-codes", "429,500,501,502,503,504"]]
        return [[program, "run", "--quiet"], [program, "retry", RESOURCE]]

    @property
    def in_flight(self) -> int:
        """How many of its requests may be under way: what one that dies may leave in doubt."""
        return CONNECTIONS if self.name == "lightbeam" else 1

    def on_the_wire(self, body: Body) -> bytes:
        """Return a body as it sends it."""
        return (_line(body) if self.name == "lightbeam" else json.dumps(dict(sorted(body.items())))).encode()

    def told_delivered(self, work: Work) -> frozenset[int] | None:
        """Return which bodies it has on record as delivered; None where it keeps no record of each."""
        file = work.folder / "state" / f"{RESOURCE}.dat"
        if self.name != "lightbeam":
            return None
        try:
            log = pickle.loads(file.read_bytes()) if file.exists() else {}
        except (pickle.UnpicklingError, EOFError):  # the disk was full when it wrote
            log = {}
        hashes = [md5(_line(body).encode()).digest() for body in work.bodies]
        return frozenset(at for at, one in enumerate(hashes) if one in log and 200 <= log[one][1] < 300)


LIGHTBEAM = Peer("lightbeam", "lightbeam==0.1.12")
DRT = Peer("drt", "drt-core==1.2.1")


def _line(body: Body) -> str:
    return json.dumps(body)


def _prepare_lightbeam(work: Work) -> None:
    """Its documented settings; `retry_statuses` with 502, `pool_size` as many connections as we are given."""
    (work.folder / "data").mkdir()
    (work.folder / "data" / f"{RESOURCE}.jsonl").write_text("".join(f"{_line(body)}\n" for body in work.bodies))
    settings = {
        "state_dir": str(work.folder / "state"),
        "data_dir": str(work.folder / "data"),
        "namespace": "ed-fi",
        "edfi_api": {
            "base_url": work.url,
            "oauth_url": f"{work.url}/oauth/token",
            "dependencies_url": f"{work.url}/dependencies",
            "descriptors_swagger_url": f"{work.url}/descriptors",
            "resources_swagger_url": f"{work.url}/resources",
            "open_api_metadata_url": f"{work.url}/metadata",
            "version": 3,
            "mode": "shared_instance",
            "client_id": "any",
            "client_secret": "any",
        },
        "connection": {
            "pool_size": CONNECTIONS,
            "timeout": 60,
            "num_retries": 10,
            "backoff_factor": 1.5,
            "retry_statuses": [429, 500, 502, 503, 504],
            "verify_ssl": False,
        },
    }
    (work.folder / "lightbeam.yaml").write_text(json.dumps(settings, indent=1))


def _prepare_drt(work: Work) -> None:
    """Incremental, so that a second run does not send all again; failed records are skipped and kept for `drt retry`."""
    names = sorted({name for body in work.bodies for name in body})
    with sqlite3.connect(work.folder / "school.sqlite") as database:
        database.execute(
            f"CREATE TABLE {RESOURCE} (row_number INTEGER PRIMARY KEY, {', '.join(f'{one} TEXT' for one in names)})"
        )
        marks = ", ".join("?" * (len(names) + 1))
        rows = ([at, *(body.get(name, "") for name in names)] for at, body in enumerate(work.bodies, 1))
        database.executemany(f"INSERT INTO {RESOURCE} VALUES ({marks})", rows)
    database.close()
    (work.folder / ".drt").mkdir()
    profile = {"default": {"type": "sqlite", "database": str(work.folder / "school.sqlite")}}
    (work.folder / ".drt" / "profiles.yml").write_text(json.dumps(profile))
    (work.folder / "drt_project.yml").write_text(json.dumps({"name": "chaos", "profile": "default"}))
    (work.folder / "syncs").mkdir()
    template = ", ".join(f'"{name}": "{{{{ row.{name} }}}}"' for name in names)
    sync = {
        "name": RESOURCE,
        "model": f"ref('{RESOURCE}')",
        "destination": {
            "type": "rest_api",
            "url": f"{work.url}/api/inscription",
            "method": "POST",
            "headers": {"Content-Type": "application/json"},
            "auth": {"type": "api_key", "header": "X-API-Key", "value": work.key},
            "body_template": f"{{{template}}}",
        },
        "sync": {
            "mode": "incremental",
            "cursor_field": "row_number",
            "on_error": "skip",
            "rate_limit": {"requests_per_second": 0},
            "retry": {"max_attempts": 5, "initial_backoff": 0.1, "retryable_status_codes": [429, 500, 502, 503, 504]},
            "dlq": {"enabled": True, "max_records": 0},
        },
    }
    (work.folder / "syncs" / f"{RESOURCE}.yml").write_text(json.dumps(sync, indent=1))
