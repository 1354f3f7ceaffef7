import asyncio
import socket
import time

import pytest
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused, Guard
from lgsp_adapter.line import TRIED, connect, pinned

NAME = "csdl.so-mau.example"
AGENCY = ("10.20.0.0/16",)


def answering(*answers):
    """Answer otherwise each time, as a name server in the wrong hands does."""
    left = list(answers)

    async def resolve(_host, _port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def unknown(_host, _port):
    raise socket.gaierror


async def hanging(_host, _port):
    await asyncio.Event().wait()


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(0)
        yield made


def port_of(listening):
    return listening.getsockname()[1]


def nobody_came(listening):
    # A connection over the loopback stands in the queue as soon as it is made.
    with pytest.raises(BlockingIOError):
        listening.accept()
    return True


@pytest.mark.parametrize("networks", [(), AGENCY, ("127.0.0.0/8",)])
async def test_what_is_not_approved_gets_no_packet(networks, listening):
    with pytest.raises(AddressRefused):
        await connect(networks, "127.0.0.1", port_of(listening), 5)
    assert nobody_came(listening)


async def test_what_is_approved_is_connected(listening):
    with await connect((UNSAFE_LOOPBACK,), "127.0.0.1", port_of(listening), 5) as line:
        assert line.getpeername()[1] == port_of(listening)
        taken, _ = listening.accept()
        taken.close()


async def test_a_name_that_stands_for_an_address_that_is_not_approved_is_refused(listening):
    with pytest.raises(AddressRefused) as refused:
        await connect(AGENCY, NAME, port_of(listening), 5, answering(["127.0.0.1"]))
    assert refused.value.rule == "loopback"
    assert isinstance(refused.value, Fatal)
    assert nobody_came(listening)


async def test_a_name_that_answers_otherwise_afterwards_leads_nowhere_else(listening):
    resolve = answering(["127.0.0.1"], ["10.30.0.1"])
    # The name is known to no server: only who connects to the checked address gets there.
    line = await connect((UNSAFE_LOOPBACK,), NAME, port_of(listening), 5, resolve)
    assert line.getpeername()[0] == "127.0.0.1"
    line.close()
    listening.accept()[0].close()
    with pytest.raises(AddressRefused):
        await connect((UNSAFE_LOOPBACK,), NAME, port_of(listening), 5, resolve)


async def test_only_the_approved_ones_of_a_names_addresses_are_given_and_not_too_many():
    many = [f"10.20.0.{last}" for last in range(1, 20)]
    found = await pinned(AGENCY, NAME, 5432, 5, answering(["10.30.0.1", *many]))
    assert found == many[:TRIED]


@pytest.mark.parametrize("resolve", [unknown, hanging])
async def test_a_name_that_is_not_known_in_time_is_retryable_and_nothing_was_done(resolve):
    began = time.monotonic()
    with pytest.raises(Retryable) as told:
        await pinned(AGENCY, NAME, 5432, 0.05, resolve)
    assert told.value.untouched
    assert time.monotonic() - began < 5


async def test_where_nobody_listens_is_retryable(listening):
    port = port_of(listening)
    listening.close()
    with pytest.raises(Retryable):
        await connect((UNSAFE_LOOPBACK,), "127.0.0.1", port, 5)


@pytest.mark.parametrize("networks", [(), AGENCY, ("127.0.0.0/8",)])
def test_a_path_of_this_machine_is_no_network_that_could_be_approved(networks):
    with pytest.raises(AddressRefused, match="host and port") as refused:
        Guard.of(networks).local()
    assert refused.value.rule == "local_path"
    Guard.of((*networks, UNSAFE_LOOPBACK)).local()
