"""Ports: free ones are found, a taken one names its holder."""

import os
import socket

import pytest

from hub.io.embedded import ports, probe
from hub.io.embedded.errors import PortTaken

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_names_the_process_that_holds_it(listener):
    with pytest.raises(PortTaken, match=rf"Port {listener} .*\(pid {os.getpid()}\)") as error:
        ports.require_free(listener)
    assert "choose another port" in str(error.value)


def test_a_free_port_is_none_of_those_that_are_meant_for_others(monkeypatch):
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    first = ports.free_port()
    assert ports.free_port(first) == first + 1


def test_a_free_port_is_below_the_range_of_outgoing_connections():
    port = ports.free_port()
    assert ports.FIRST_FREE <= port < ports.LAST_FREE
    ports.require_free(port)


def test_a_port_that_nobody_holds_has_no_owner():
    assert ports.owner_of(ports.free_port()) is None


def test_a_server_that_accepts_but_is_not_kafka_does_not_count_as_ready(listener, monkeypatch):
    monkeypatch.setattr(probe, "SECONDS", 0.1)
    assert not probe.answers(listener)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"", False),
        (b"\x00\x00\x00\x07", False),
        (b"\x00\x00\x00\x07" + bytes(4) + b"\x00\x00\x00\x00", False),
        (b"\x00\x00\x00\x08" + bytes(4) + b"\x00\x00\x00\x01", False),
        (b"\x00\x00\x00\x07" + bytes(4) + b"\x00\x00\x00\x01", True),
    ],
)
def test_only_an_answer_that_lists_a_broker_counts(answer, ready, monkeypatch):
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: ours)
    theirs.sendall(len(answer).to_bytes(4, "big") + answer)
    assert probe.answers(1) is ready
    theirs.close()
