"""An edge connector and a real API behind real TLS: nothing is sent to whom cannot be believed."""

import asyncio
import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from lgsp_adapter import Draft
from lgsp_client import Identity, uuid7
from lgsp_edge import outbox
from lgsp_edge.bandwidth import Meter
from lgsp_edge.signing import Signer
from lgsp_edge.source import letter
from lgsp_edge.tls import context

from tests import edge_rig as rig
from tests import support
from tests.tls_front import ConnectProxy, TestCa, TlsFront

pytestmark = pytest.mark.kafka


@pytest.fixture
def ca(tmp_path):
    """Give the CA that issues what is right."""
    return TestCa(tmp_path)


@pytest.fixture
async def front(hub):
    """Give a terminator in front of the running API."""
    return TlsFront(hub.socket)


def sender():
    return Identity.of(support.key_of(support.SENDER), system=support.SENDER, hub=support.HUB)


def waiting(spool):
    return spool.do(lambda tx: tx.total("outgoing")[0])


class Sending:
    """An edge connector with one message that waits."""

    def __init__(self, folder, url, tls, **more):
        self.folder, self.url, self.tls, self.more = folder, url, tls, more

    async def until(self, holds):
        """Work until `holds(edge, spool)`; return both, closed."""
        who, meter = sender(), Meter(None)
        draft = Draft(
            id=f"tls-{uuid7()}",
            type=rig.DOSSIER,
            subject="ho-so-1",
            body=support.GOOD_BODY,
            recipients=(f"system:{support.RECEIVER}",),
        )
        settings = rig.settings_of(system=support.SENDER, hub=support.HUB)
        with rig.spool_at(self.folder / "edge") as spool:
            one = letter(Signer(who, rig.now), draft)
            spool.do(lambda tx: outbox.put(tx, one))
            async with rig.http_line(self.url, who, meter, tls=self.tls, **self.more) as line:
                edge = rig.edge_of(spool, line, settings, who, meter)
                async with rig.at_work(edge):
                    await rig.until(lambda: holds(edge, spool))
            return edge, waiting(spool)


async def refused(tmp_path, front, tls):
    """Work until the line is known to be in trouble; return the words. Nothing was sent."""
    sending = Sending(tmp_path, front.url, tls)
    edge, left = await sending.until(lambda edge, _: edge.contact.trouble is not None)
    assert left == 1
    assert front.inside == 0
    return edge.contact.trouble


async def test_a_message_goes_through_tls_of_a_ca_that_is_named(tmp_path, front, ca):
    async with front.listening(ca.issue("truc")):
        sending = Sending(tmp_path, front.url, context(ca.file, None))
        edge, left = await sending.until(lambda _, spool: waiting(spool) == 0)
    assert left == 0
    assert edge.contact.trouble is None
    assert front.inside > len(support.GOOD_BODY)


async def test_nothing_is_sent_under_a_certificate_of_another_ca(tmp_path, front, ca):
    async with front.listening(TestCa(tmp_path, "CA lạ Mẫu").issue("truc")):
        words = await refused(tmp_path, front, context(ca.file, None))
    assert "hub.ca" in words


async def test_a_private_ca_that_is_not_named_is_not_believed(tmp_path, front, ca):
    async with front.listening(ca.issue("truc")):
        words = await refused(tmp_path, front, None)
    assert "hub.ca" in words


async def test_nothing_is_sent_under_a_certificate_that_has_expired(tmp_path, front, ca):
    async with front.listening(ca.issue("truc", ends=timedelta(hours=-1))):
        words = await refused(tmp_path, front, context(ca.file, None))
    assert "expired" in words
    assert "hết hạn" in words


async def test_nothing_is_sent_under_a_certificate_for_another_name(tmp_path, front, ca):
    other = x509.DNSName("khac.tinh.example")
    async with front.listening(ca.issue("truc", host=other)):
        words = await refused(tmp_path, front, context(ca.file, None))
    assert "another name" in words
    assert "hub.url" in words


async def test_a_port_that_speaks_no_tls_is_said_so(tmp_path, ca):
    async def plain(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        sending = Sending(tmp_path, url, context(ca.file, None))
        edge, left = await sending.until(lambda edge, _: edge.contact.trouble is not None)
    assert left == 1
    assert "TLS" in edge.contact.trouble


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_where_the_hub_wants_a_client_certificate_ours_is_shown(tmp_path, front, ca, newest):
    own = ca.issue("phuong")
    async with front.listening(ca.issue("truc"), clients_of=ca, newest=newest):
        words = await refused(tmp_path / "without", front, context(ca.file, None))
        # TLS 1.3 tells it after the handshake, and the line is only seen to close.
        assert newest is ssl.TLSVersion.TLSv1_3 or "hub.client_certificate" in words
        sending = Sending(tmp_path / "with", front.url, context(ca.file, own))
        _, left = await sending.until(lambda _, spool: waiting(spool) == 0)
    assert left == 0


async def test_a_proxy_carries_the_tunnel_and_the_hubs_certificate_is_checked_behind_it(
    tmp_path, front, ca
):
    async with front.listening(ca.issue("truc")), ConnectProxy().listening() as proxy:
        sending = Sending(tmp_path / "good", front.url, context(ca.file, None), proxy=proxy.url)
        _, left = await sending.until(lambda _, spool: waiting(spool) == 0)
        assert left == 0
        assert set(proxy.asked) == {(b"CONNECT", f"127.0.0.1:{front.port}".encode())}
        strange = context(TestCa(tmp_path, "CA lạ Mẫu").file, None)
        sending = Sending(tmp_path / "bad", front.url, strange, proxy=proxy.url)
        edge, left = await sending.until(lambda edge, _: edge.contact.trouble is not None)
    assert left == 1
    assert "hub.ca" in edge.contact.trouble


async def test_the_environments_roots_count_where_no_ca_is_named(tmp_path, front, ca, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca.file))
    async with front.listening(ca.issue("truc")):
        sending = Sending(tmp_path, front.url, context(None, None))
        _, left = await sending.until(lambda _, spool: waiting(spool) == 0)
    assert left == 0
