"""Authorities are asked within bounds, and only where the trust file says so."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from cryptography.x509 import ocsp
from lgsp_adapter.guard import UNSAFE_LOOPBACK

from hub.control.network_rules import NetworkRules
from hub.io.revocation import RevocationFetcher
from hub.ports import Unavailable
from hub.signing.certificates import Certificate
from hub.signing.judgement import MAX_CRL_BYTES, AnswerKind
from simulator.pki import make_crl, make_ocsp
from tests.certificate_rig import AT, HOST, PKI

SEAL = PKI.agency("Sở Mẫu", uid="MDD:H99.01")
CRL = make_crl(PKI.government, at=AT)
LOOPBACK = ("127.0.0.0/8", UNSAFE_LOOPBACK)


async def _here(_host, _port):
    return ["127.0.0.1"]


@asynccontextmanager
async def authority(body, head="HTTP/1.1 200 OK"):
    """Serve one answer to everybody; give the port and what was asked."""
    asked = []

    async def serve(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in request.lower().split(b"\r\n") if b"content-length" in line]
        content = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
        asked.append((request, content))
        try:
            if body is None:
                await reader.read()  # until the other side gives up
            else:
                writer.write(f"{head}\r\nconnection: close\r\n\r\n".encode() + body)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


def fetcher(networks=LOOPBACK, **options):
    return RevocationFetcher(networks, resolve=_here, **options)


async def test_a_list_is_fetched_as_it_is():
    async with authority(CRL) as (port, asked):
        place = f"{HOST}:{port}"
        answer = await fetcher().crl(f"http://{place}/gov.crl", {place})

    assert (answer.kind, answer.der, answer.this_update) == (AnswerKind.CRL, CRL, AT)
    assert asked[0][0].startswith(b"GET /gov.crl")


async def test_a_responder_is_asked_about_the_certificate():
    said = make_ocsp(PKI.government, SEAL.certificate, at=AT)
    leaf, issuer = Certificate.of(SEAL.der), Certificate.of(SEAL.chain_der[0])
    async with authority(said) as (port, asked):
        place = f"{HOST}:{port}"
        answer = await fetcher().ocsp(f"http://{place}/", {place}, leaf, issuer)

    assert answer.der == said
    request = ocsp.load_der_ocsp_request(asked[0][1])
    assert request.serial_number == SEAL.certificate.serial_number


async def test_no_other_host_is_asked_whatever_a_certificate_names():
    async with authority(CRL) as (port, asked):
        for url in (
            f"http://evil.mau.vn:{port}/gov.crl",
            f"http://{HOST}/gov.crl",
            f"http://{HOST}:{port}@evil.mau.vn/",
            "file:///etc/passwd",
        ):
            with pytest.raises(Unavailable):
                await fetcher().crl(url, {f"{HOST}:{port}"})
        assert asked == []


async def test_loopback_is_refused_unless_it_is_allowed():
    rules = NetworkRules()
    async with authority(CRL) as (port, asked):
        place = f"{HOST}:{port}"
        with pytest.raises(Unavailable):
            await fetcher(rules.lent(rules.everywhere())).crl(f"http://{place}/", {place})
        assert asked == []
        open_ = NetworkRules(allow_loopback=True)
        await fetcher(open_.lent(open_.everywhere())).crl(f"http://{place}/", {place})


@pytest.mark.parametrize(
    ("body", "head"),
    [
        (b"<html>", "HTTP/1.1 200 OK"),
        (CRL, "HTTP/1.1 503 Busy"),
        (CRL, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/"),
        (b"", "HTTP/1.1 200 OK"),
        (b"0" * (MAX_CRL_BYTES + 1), "HTTP/1.1 200 OK"),
    ],
    ids=["no list", "busy", "moved", "empty", "too large"],
)
async def test_an_answer_that_is_none_is_the_worlds_fault(body, head):
    async with authority(body, head) as (port, _):
        place = f"{HOST}:{port}"
        with pytest.raises(Unavailable):
            await fetcher().crl(f"http://{place}/", {place})


async def test_an_authority_that_says_nothing_is_given_up():
    async with authority(None) as (port, _):
        place = f"{HOST}:{port}"
        with pytest.raises(Unavailable):
            await fetcher(seconds=0.2).crl(f"http://{place}/", {place})
