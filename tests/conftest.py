"""What all tests share: sockets are off unless a test speaks to a real server on loopback."""

import os
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

# How fast a machine is says nothing about the code: neither an example's time nor that of making examples fails a test.
settings.register_profile("supdata", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("supdata")

# Commands speak the language of the machine; tests read the English ones.
os.environ["SUPDATA_LANG"] = "en"

#: Modules that start an Airflow of their own; one such at a time, or they take each other's time.
AIRFLOW = frozenset({"test_demo.py", "test_local_airflow.py"})


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep unit tests off the network, and integration tests on loopback."""
    if item.get_closest_marker("integration") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)  # asyncio needs a socket pair of its own
    else:
        pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let two processes share the tests: one runs all that start an Airflow, which mostly wait for it, the other the rest.

    A module stays in one process, since its fixtures do. Whichever process is free takes the next: the longest come first.
    """
    items.sort(key=lambda item: not _starts_airflow(item.path))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("airflow" if _starts_airflow(item.path) else str(item.path)))


def _starts_airflow(path: Path) -> bool:
    return path.parent.name == "scheduler" or path.name in AIRFLOW
