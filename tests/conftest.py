"""What all tests share: sockets are off unless a test speaks to a real server on loopback."""

import os

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

# How fast a machine is says nothing about the code: neither an example's time nor that of making examples fails a test.
settings.register_profile("supdata", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("supdata")

# Commands speak the language of the machine; tests read the English ones.
os.environ["SUPDATA_LANG"] = "en"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep unit tests off the network, and integration tests on loopback."""
    if item.get_closest_marker("integration") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)  # asyncio needs a socket pair of its own
    else:
        pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
