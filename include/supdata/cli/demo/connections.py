"""The Airflow connections of the demo: the three schools' systems, the registry per school, and the ledger with its key."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping

import psycopg.conninfo

from supdata.sandbox.local.airflow_api import Connection
from supdata.sandbox.schools.serving import Access

LEDGER = "supdata_ledger"
LEDGER_KEY = "supdata_ledger_key"
POOL = "supdata_registry"
POOL_SLOTS = 4


def connections(
    accesses: Iterable[Access], registry_url: str, registry_keys: Mapping[str, str], ledger_url: str
) -> Iterator[Connection]:
    """Yield every connection the institution files and the package name; `registry_keys` are by UAI."""
    for access in accesses:
        yield _school(access)
    for uai, key in registry_keys.items():
        yield Connection(f"supdata_{uai.lower()}", "supdata", host=registry_url, password=key)
    yield _ledger(ledger_url)
    yield Connection(LEDGER_KEY, "generic", password=secrets.token_urlsafe(32))


def _school(access: Access) -> Connection:
    if access.host_key:
        known_host = {"host_key": access.host_key, "look_for_keys": False}
        return Connection(
            access.connection, "sftp", access.host, access.port, access.login, access.password, extra=json.dumps(known_host)
        )
    if access.database:
        return Connection(
            access.connection, "postgres", access.host, access.port, access.login, access.password, schema=access.database
        )
    host = access.host.removeprefix("http://").partition(":")[0]
    return Connection(access.connection, "http", host, access.port, access.login, access.password, schema="http")


def _ledger(url: str) -> Connection:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return Connection(
        LEDGER,
        "postgres",
        str(parts["host"]),
        int(str(parts["port"])),
        str(parts["user"]),
        str(parts["password"]),
        schema=str(parts["dbname"]),
    )
