"""What all tests share: sockets are off unless a test speaks to a real server on loopback."""

import os
from typing import TYPE_CHECKING

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# How fast a machine is says nothing about the code: neither an example's time nor that of making examples fails a test.
settings.register_profile("supdata", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("supdata")

# As the package itself says: tests may import openpyxl before it.
os.environ["OPENPYXL_LXML"] = "False"
# Commands speak the language of the machine; tests read the English ones.
os.environ["SUPDATA_LANG"] = "en"

#: Modules that start an Airflow of their own, besides those in integration/scheduler: two at a time take each other's time.
STARTS_AIRFLOW = ("/test_demo.py", "/test_local_airflow.py")
AIRFLOW = "airflow"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep unit tests off the network, and integration tests on loopback."""
    if item.get_closest_marker("integration") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)  # asyncio needs a socket pair of its own
    else:
        pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that start an Airflow first: they take longest."""
    items.sort(key=lambda item: _group(item.nodeid) != AIRFLOW)


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is not installed, one process runs all
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Let two processes share the tests: one runs all that start an Airflow, one after the other, and the other all the rest.

    The former mostly wait for Airflow. A module stays in one process, since its fixtures do. (`--dist loadgroup` would say the
    same by marks, but pytest 9 no longer shows them to it.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # publishes no types
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByGroup(config, log)


def _group(nodeid: str) -> str:
    """Return which tests must stay together with one: those of its module, or all that start an Airflow."""
    path = nodeid.partition("::")[0]
    return AIRFLOW if "/scheduler/" in path or path.endswith(STARTS_AIRFLOW) else path
