"""Who sends the same records to the same server: wrk, lightbeam, and the product, each in a process of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgspec
import requests

from benchmarks.paths import FIGURES
from benchmarks.push_ours import Measured
from benchmarks.push_records import body_of

LIGHTBEAM = "0.1.12"
PYREQWEST = "0.15.1"
TESTS = Path(__file__).parents[1]
WRK_SECONDS = 2

Result = TypeVar("Result")


class AbsentError(Exception):
    """A contender is not on this machine and cannot be brought here; the text says which."""


@contextmanager
def wire(milliseconds: float) -> Iterator[str]:
    """Run the echoing server in a process of its own, and return its address."""
    command = [sys.executable, "-m", "benchmarks.push_server", str(milliseconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def fetch_contenders() -> list[str]:
    """Bring what is missing, each apart from the project's own packages; return a sentence for each that cannot be had."""
    absent = []
    if shutil.which("wrk") is None and (os.geteuid() or _fails(["apt-get", "install", "-y", "-qq", "wrk"])):
        absent.append("wrk: not installed (Debian package wrk)")
    if not (FIGURES / "lightbeam" / "bin" / "lightbeam").exists():
        made = not _fails([sys.executable, "-m", "venv", str(FIGURES / "lightbeam")])
        if not made or _fails([str(FIGURES / "lightbeam/bin/pip"), "install", "-q", f"lightbeam=={LIGHTBEAM}"]):
            absent.append(f"lightbeam {LIGHTBEAM}: cannot be installed here")
    if not (FIGURES / "field" / "pyreqwest").exists():
        target = ["--target", str(FIGURES / "field"), "--no-deps", f"pyreqwest=={PYREQWEST}"]
        if _fails([sys.executable, "-m", "pip", "install", "-q", *target]):
            absent.append(f"pyreqwest {PYREQWEST}: cannot be installed here")
    return absent


def wrk(url: str, connections: int) -> float:
    """Return wrk's requests a second: what the wire gives at most."""
    if shutil.which("wrk") is None:
        raise AbsentError("wrk")
    with TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        headers = 'wrk.headers["Content-Type"] = "application/json"\nwrk.headers["X-API-Key"] = "a-key"\n'
        script.write_text(f'wrk.method = "POST"\nwrk.body = [[{msgspec.json.encode(body_of(1)).decode()}]]\n{headers}')
        options = ["-t1", f"-c{connections}", f"-d{WRK_SECONDS}s", "-s", str(script)]
        said = _run(["wrk", *options, f"{url}/api/inscription"])
    requests.get(f"{url}/seen", timeout=10)
    return float(said.partition("Requests/sec:")[2].split()[0])


def lightbeam(url: str, connections: int, records: int) -> float:
    """Return lightbeam's records a second between its first and its last, as the server saw them: its start is not counted."""
    program = FIGURES / "lightbeam" / "bin" / "lightbeam"
    if not program.exists():
        raise AbsentError("lightbeam")
    with TemporaryDirectory() as name:
        folder = Path(name)
        lines = (msgspec.json.encode(body_of(number)) for number in range(records))
        (folder / "students.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        (folder / "lightbeam.yaml").write_bytes(msgspec.json.encode(_lightbeam_settings(url, connections, folder)))
        requests.get(f"{url}/seen", timeout=10)
        _run([str(program), "send", "-c", str(folder / "lightbeam.yaml")])
    seen = requests.get(f"{url}/seen", timeout=10).json()
    if seen["count"] != records:
        raise RuntimeError(f"lightbeam sent {seen['count']} of {records} records")
    return float(seen["count"] / seen["seconds"])


def _lightbeam_settings(url: str, connections: int, folder: Path) -> Mapping[str, object]:
    addresses = {"oauth_url": "oauth", "dependencies_url": "dependencies", "open_api_metadata_url": "metadata"}
    told = {name: f"{url}/{path}" for name, path in addresses.items()}
    return {
        "state_dir": str(folder),
        "data_dir": str(folder),
        "log_level": "ERROR",
        "edfi_api": {"base_url": url, "version": 3, "mode": None, "client_id": "a", "client_secret": "b", **told},
        "connection": {
            "pool_size": connections,
            "timeout": 60,
            "num_retries": 10,
            "backoff_factor": 1.5,
            "retry_statuses": [429, 500, 501, 503, 504],
            "verify_ssl": False,
        },
    }


def ours(url: str, connections: int, records: int, database: str | None) -> Measured:
    """Push with the product, into the ledger in `database` or into none."""
    return _measured("push_ours", url, str(connections), str(records), *([database] if database else []))


def client(name: str, url: str, connections: int, records: int) -> Measured:
    """Send with one HTTP client of the field."""
    if name == "pyreqwest" and not (FIGURES / "field" / "pyreqwest").exists():
        raise AbsentError(name)
    return _measured("push_field", name, url, str(connections), str(records))


def planning(database: str, records: int, *, limited: bool) -> dict[str, float]:
    """Plan so many records against the ledger in `database`, in a process of its own."""
    said = _run([sys.executable, "-m", "benchmarks.push_planning", database, str(records), *(["limited"] if limited else [])])
    return msgspec.json.decode(said.splitlines()[-1], type=dict[str, float])


def _measured(module: str, *arguments: str) -> Measured:
    return run_module(module, *arguments, result=Measured)


def run_module(module: str, *arguments: str, result: type[Result]) -> Result:
    """Run a module of this package in a process of its own, and return what its last line says."""
    return msgspec.json.decode(_run([sys.executable, "-m", f"benchmarks.{module}", *arguments]).splitlines()[-1], type=result)


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=_environment(), timeout=1_800).stdout


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode != 0


def _environment() -> dict[str, str]:
    paths = [str(TESTS), str(TESTS.parent / "include"), os.environ.get("PYTHONPATH", ""), str(FIGURES / "field")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
