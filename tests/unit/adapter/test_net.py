import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager

import httpcore2
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_adapter import Fatal
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused, Guard
from lgsp_adapter.net import http_fault, open_client, trusted
from lgsp_adapter.sandbox import Sandbox, What

ANYWHERE = ("0.0.0.0/0", "::/0")
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@asynccontextmanager
async def server(answer=OK, *, pause=None):
    """Serve one fixed answer on the loopback; give the port and the requests seen."""
    seen = []

    async def serve(reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.append(head)
                for start in range(0, len(answer), 1 if pause else len(answer)):
                    writer.write(answer[start : start + 1] if pause else answer)
                    await writer.drain()
                    await asyncio.sleep(pause or 0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], seen
        listening.close_clients() if hasattr(listening, "close_clients") else None


class Peer(Sandbox):
    name = "peer"

    def routes(self):
        return []


def resolver(*answers):
    """Answer otherwise each time, as a name server in the wrong hands does."""
    left = list(answers)

    async def resolve(host, port):  # noqa: ARG001
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def get(url, networks=ANYWHERE, **options):
    async with open_client(networks, timeout=10, **options) as client:
        return await client.get(url)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://127.0.0.1/", "loopback"),
        ("http://127.9.9.9/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://localhost/", "loopback"),
        ("http://0.0.0.0/", "unspecified"),
        ("http://[::]/", "unspecified"),
        ("http://0.1.2.3/", "reserved"),
        ("http://255.255.255.255/", "reserved"),
        ("http://169.254.169.254/latest/meta-data", "link_local"),
        ("http://[fe80::1]/", "link_local"),
        ("http://224.0.0.1/", "multicast"),
        ("http://[ff02::1]/", "multicast"),
        ("http://[::ffff:127.0.0.1]/", "embedded_ipv4"),
        ("http://[::ffff:10.20.0.1]/", "embedded_ipv4"),
        ("http://[64:ff9b::7f00:1]/", "embedded_ipv4"),
        ("http://[2002:7f00:1::]/", "embedded_ipv4"),
        ("http://2130706433/", "host_form"),
        ("http://0x7f.1/", "host_form"),
        ("http://127.1/", "host_form"),
    ],
)
async def test_what_is_never_a_foreign_system_is_refused_though_everything_is_approved(url, rule):
    with pytest.raises(AddressRefused) as refused:
        await get(url)
    assert refused.value.rule == rule


@pytest.mark.parametrize("host", ["0177.0.0.1", "0x7f000001", "017700000001", "1.2.3.4.", "a%b"])
async def test_what_two_programs_read_differently_is_refused(host):
    with pytest.raises(AddressRefused) as refused:
        await Guard.of(ANYWHERE).addresses(host, 80)
    assert refused.value.rule == "host_form"


@pytest.mark.parametrize("networks", [(), ("10.21.0.0/16",), ("10.20.0.0/16", "!10.20.9.0/24")])
async def test_what_is_not_approved_is_refused(networks):
    with pytest.raises(AddressRefused):
        await get("http://10.20.9.8/", networks)


def test_what_is_approved_is_let_through():
    guard = Guard.of(("10.20.0.0/16", "fd12::/16", "!10.20.9.0/24"))
    for text in ("10.20.1.2", "fd12::7"):
        assert guard.refusal(ipaddress.ip_address(text)) is None


@pytest.mark.parametrize("entry", ["10.20.0.1/16", "mau", "10.20.0.0/33", "", "!"])
def test_a_network_that_is_none_stops_the_connector(entry):
    with pytest.raises(Fatal):
        Guard.of((entry,))


async def test_the_connection_goes_to_the_address_that_was_checked_and_keeps_the_host():
    async with server() as (port, seen):
        answer = await get(
            f"http://coquan.mau:{port}/a", (UNSAFE_LOOPBACK,), resolve=resolver(["127.0.0.1"])
        )
    assert answer.status_code == 200
    assert f"host: coquan.mau:{port}".encode() in seen[0].lower()


async def test_a_name_that_answers_otherwise_the_second_time_is_refused():
    resolve = resolver(["10.20.0.1"], ["127.0.0.1"])
    guard = Guard.of(("10.20.0.0/16",))
    assert await guard.addresses("coquan.mau", 80, resolve) == ["10.20.0.1"]
    with pytest.raises(AddressRefused):
        await get("http://coquan.mau/", ("10.20.0.0/16",), resolve=resolve)


async def test_a_connection_asks_for_the_address_once():
    asked = []

    async def resolve(host, port):  # noqa: ARG001
        asked.append(host)
        return ["127.0.0.1"]

    async with server() as (port, _):
        await get(f"http://coquan.mau:{port}/", (UNSAFE_LOOPBACK,), resolve=resolve)
    assert asked == ["coquan.mau"]


async def test_of_several_addresses_only_an_allowed_one_is_used():
    async with server() as (port, seen):
        addresses = ["169.254.169.254", "127.0.0.1"]
        url = f"http://coquan.mau:{port}/"
        await get(url, (UNSAFE_LOOPBACK,), resolve=resolver(addresses))
    assert len(seen) == 1


async def test_a_redirect_is_an_answer_and_is_not_followed():
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
    async with server(moved) as (port, seen):
        answer = await get(f"http://127.0.0.1:{port}/", unsafe_allow_loopback=True)
    assert answer.status_code == 302
    assert len(seen) == 1


async def test_a_redirect_that_is_followed_on_purpose_meets_the_guard():
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
    async with server(moved) as (port, _), open_client((UNSAFE_LOOPBACK,), timeout=2) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://127.0.0.1:{port}/", follow_redirects=True)


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with server() as (port, _):
        answer = await get(f"http://127.0.0.1:{port}/", unsafe_allow_loopback=True)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
async def test_an_answer_that_is_too_long_is_cut_off(head):
    async with server(head + b"x" * 200) as (port, _):
        with pytest.raises(httpx2.ReadError):
            await get(f"http://127.0.0.1:{port}/", unsafe_allow_loopback=True, longest_answer=100)


async def test_an_answer_that_drips_for_ever_ends():
    drip = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + b"x" * 100_000
    client = open_client((UNSAFE_LOOPBACK,), timeout=1.0)
    async with server(drip, pause=0.01) as (port, _), client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(f"http://127.0.0.1:{port}/")


async def test_a_compressed_answer_is_refused():
    packed = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nok"
    async with server(packed) as (port, seen):
        with pytest.raises(httpx2.DecodingError):
            await get(f"http://127.0.0.1:{port}/", unsafe_allow_loopback=True)
    assert b"accept-encoding: identity" in seen[0].lower()


async def test_without_a_connection_nothing_was_done_and_no_address_is_told():
    async with server() as (port, _):
        pass
    with pytest.raises(httpx2.ConnectError) as failed:
        await get(f"http://127.0.0.1:{port}/?so=mau", unsafe_allow_loopback=True)
    fault = http_fault(failed.value)
    assert fault.untouched
    assert "mau" not in str(fault)
    assert not http_fault(httpx2.ReadTimeout("")).untouched


async def test_a_certificate_that_is_not_accepted_says_why_and_nothing_was_done():
    async with Peer(tls=True) as peer:
        with pytest.raises(httpx2.ConnectError) as stranger:
            await get(peer.url, unsafe_allow_loopback=True)
        trust = ssl.create_default_context(cadata=peer.trust)
        peer.misbehave(What.EXPIRED_CERTIFICATE)
        with pytest.raises(httpx2.ConnectError) as expired:
            await get(peer.url, unsafe_allow_loopback=True, verify=trust)
    faults = [http_fault(each.value) for each in (stranger, expired)]
    assert [each.peer_code for each in faults] == ["x509-18", "x509-10"]
    assert all(each.untouched for each in faults)


async def test_all_clients_share_one_store_of_trusted_certificates(monkeypatch):
    read, make = [], httpcore2.default_ssl_context

    def counted(**how):
        read.append(1)
        return make(**how)

    monkeypatch.setattr(httpcore2, "default_ssl_context", counted)
    trusted.cache_clear()
    for _ in range(3):
        async with open_client(ANYWHERE):
            pass
    assert read == [1]


@given(st.ip_addresses())
def test_no_address_passes_that_stands_for_the_machine_itself_or_its_neighbours(address):
    if Guard.of(ANYWHERE).refusal(address) is None:
        assert not address.is_loopback
        assert not address.is_link_local
        assert getattr(address, "ipv4_mapped", None) is None


def test_a_circle_of_causes_comes_to_an_end():
    first, second = httpx2.ReadError("mau"), httpx2.RemoteProtocolError("mau")
    first.__cause__, second.__context__ = second, first
    assert http_fault(first).detail == "ReadError"
