"""A TLS terminator on the loopback in front of an API on a Unix socket, with a CA for tests."""

import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
PIECE = 65_536


class TestCa:
    """A certification authority made for one test."""

    __test__ = False

    def __init__(self, folder, name="CA Mẫu"):
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        made = self._certificate(self._name, self._key, (now - DAY, now + DAY))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.file = folder / f"ca-{id(self)}.pem"
        self.file.write_bytes(made.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name, *, host=LOOPBACK, ends=DAY):
        """Write a certificate with its key to one PEM file; return its path. `ends`: from now."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._certificate(subject, key, (now - 2 * DAY, now + ends))
        made = made.add_extension(x509.SubjectAlternativeName([host]), critical=False)
        file = self._folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + made.sign(self._key, SHA256()).public_bytes(Encoding.PEM)
        )
        return file

    def _certificate(self, subject, key, validity):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(validity[0])
            .not_valid_after(validity[1])
        )


class TlsFront:
    """Ends TLS and carries what was inside to the API. `inside` counts the requests' bytes."""

    def __init__(self, socket):
        self._socket = socket
        self.inside = 0

    @property
    def port(self):
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def listening(self, certificate, *, clients_of=None, newest=ssl.TLSVersion.TLSv1_3):
        """Listen as long as the block; `clients_of`: the CA whose clients alone are let in."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.maximum_version = newest
        tls.load_cert_chain(certificate)
        if clients_of is not None:
            tls.verify_mode = ssl.CERT_REQUIRED
            tls.load_verify_locations(clients_of.file)
        async with _serving(self._accept, ssl=tls) as self._server:
            yield self

    async def _accept(self, reader, writer):
        behind = await asyncio.open_unix_connection(str(self._socket))
        await _carry_both((reader, writer), behind, self._count)

    def _count(self, size):
        self.inside += size


class ConnectProxy:
    """An HTTP proxy that knows CONNECT only; `asked` names where it was asked to connect."""

    def __init__(self):
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @asynccontextmanager
    async def listening(self):
        async with _serving(self._accept) as self._server:
            yield self

    async def _accept(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).split()
        self.asked.append((head[0], head[1]))
        host, _, port = head[1].decode().rpartition(":")
        behind = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _carry_both((reader, writer), behind)


@asynccontextmanager
async def _serving(accept, **options):
    tasks: set[asyncio.Task[None]] = set()

    async def one(reader, writer):
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await accept(reader, writer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, **options)
    try:
        yield server
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _carry_both(here, there, count=lambda _: None):
    tasks = (
        asyncio.create_task(_carry(here[0], there[1], count)),
        asyncio.create_task(_carry(there[0], here[1], lambda _: None)),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        there[1].close()


async def _carry(reader, writer, count):
    with suppress(OSError, ssl.SSLError):
        while piece := await reader.read(PIECE):
            count(len(piece))
            writer.write(piece)
            await writer.drain()
