"""Ports of loopback, kept for servers that take their time to start."""

import socket

import pytest

from supdata.sandbox.local.ports import LOOPBACK, reserve_port

pytestmark = pytest.mark.integration


def test_a_server_listens_on_a_reserved_port_as_often_as_it_is_started() -> None:
    with reserve_port() as reserved:
        address = reserved.getsockname()
        for _ in range(2):
            with socket.create_server(address), socket.create_connection(address) as client:
                assert client.getpeername() == address


def test_a_reserved_port_refuses_calls_and_is_nobody_else_s() -> None:
    with reserve_port() as reserved:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(reserved.getsockname())
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((LOOPBACK, reserved.getsockname()[1]))
