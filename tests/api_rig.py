"""The API on a real broker, with the router and the synthetic province of `tests.support`."""

import asyncio
import time
import uuid
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_message.cloudevents import http_headers
from lgsp_message.keys import b64url, default_algorithm, public_jwk, sign, thumbprint

from hub.api.assemble import Parts, open_deps
from hub.api.main import run
from hub.api.settings import ApiSettings
from hub.control.migrate import migrate
from hub.control.service import Control
from hub.io.object_bytes import ObjectBytes
from hub.io.sql.engine import open_engine
from tests import support
from tests.admin_rig import HeldInMemory, admin_of, quarantined
from tests.log_rig import SIGNER
from tests.router_rig import PARTITIONS, Rig

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_KEY = b"test key of access tokens".ljust(32)


def assertion(system, key=None, *, algorithm=None, header=None, **changes):
    """Return a client assertion; `changes` of None leave a claim out."""
    key = key or support.key_of(system)
    algorithm = algorithm or default_algorithm(key)
    now = int(time.time())
    head = {
        "typ": "client-authentication+jwt",
        "alg": algorithm,
        "kid": thumbprint(public_jwk(key.public_key())),
        **(header or {}),
    }
    claims = {
        "iss": system,
        "sub": system,
        "aud": support.HUB,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    signed = f"{b64url(orjson.dumps(head))}.{b64url(orjson.dumps(kept))}"
    return f"{signed}.{b64url(sign(key, algorithm, signed.encode()))}"


def token_form(text):
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": text,
    }


def fresh(body=support.GOOD_BODY, **changes):
    """Return a signed message that is good now, under an id of its own."""
    named = {
        "id": str(uuid.uuid4()),
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        **changes,
    }
    return support.signed(body, **named)


def headers_of(message):
    return {**http_headers(message.attributes), "hub-signature": message.signature or ""}


def multipart_of(messages, boundary="b0undary"):
    """Return the body and the content type of a batch."""
    lines = b""
    for message in messages:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers_of(message).items())
        lines += f"--{boundary}\r\n{head}\r\n".encode() + message.body + b"\r\n"
    return lines + f"--{boundary}--\r\n".encode(), f"multipart/mixed; boundary={boundary}"


class Client:
    """One system that speaks HTTP with the hub."""

    def __init__(self, http, system):
        self.http, self.system = http, system

    async def login(self):
        answer = await self.http.post("/oauth2/token", data=token_form(assertion(self.system)))
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    async def send(self, message, path="/v1/messages", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, content=message.body, headers=headers_of(message) | named)

    async def inbox(self, **query):
        answer = await self.http.get("/v1/inbox", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def end(self):
        """Return the cursor of the inbox's end as it is now."""
        after = ""
        while True:
            page = await self.inbox(after=after, limit=500)
            after = page["next"]
            if not page["messages"]:
                return after

    async def receive(self, wanted, after="", seconds=20):
        """Return the inbox's messages by id once all of `wanted` are there."""
        found: dict[str, dict[str, Any]] = {}
        end = time.monotonic() + seconds
        while not {*wanted} <= found.keys():
            assert time.monotonic() < end, f"only {sorted(found)}"
            page = await self.inbox(after=after, wait=2)
            found |= {one["attributes"]["id"]: one for one in page["messages"]}
            after = page["next"]
        return found


class ApiRig(Rig):
    """Runs the API on a Unix socket."""

    def __init__(self, bootstrap, directory):
        super().__init__(bootstrap, directory / "seen")
        self.directory = directory
        self.deps = None

    @asynccontextmanager
    async def serving(self, *, port=0, **parts):
        url = f"sqlite:///{self.directory / 'hub.db'}"
        await migrate(url)
        engine = open_engine(url)
        try:
            async with self._serving(engine, parts, port) as socket:
                yield socket
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def _serving(self, engine, parts, port):
        stop = asyncio.Event()
        socket = self.directory / f"{uuid.uuid4().hex[:8]}.sock"
        given = {
            "connection": self.connection,
            "partitions": PARTITIONS,
            "follower": self.follower,
            "token_key": TOKEN_KEY,
            "home": self.directory,
            "engine": engine,
            "store": ObjectBytes((self.directory / "objects").as_uri()),
            "statuses": None,
            "log": SIGNER,
            "admin": admin_of(Control(engine, support.HUB), HeldInMemory([quarantined(0)])),
            **parts,
        }
        async with open_deps(Parts(**given)) as self.deps:
            task = asyncio.create_task(run(self.deps, ApiSettings(socket=socket), stop))
            await until(socket.exists)
            tasks = [task]
            if port:
                tasks.append(asyncio.create_task(run(self.deps, ApiSettings(port=port), stop)))
            try:
                async with AsyncExitStack() as self.clients:
                    self.socket = socket
                    yield socket
            finally:
                stop.set()
                await asyncio.wait_for(asyncio.gather(*tasks), 30)

    async def eventually(self, ask, wanted, seconds=20):
        """Ask until the answer is the wanted one."""
        end = time.monotonic() + seconds
        while (answer := await ask()) != wanted:
            assert time.monotonic() < end, f"still {answer}, not {wanted}"
            await asyncio.sleep(0.05)

    async def login(self, system):
        """Return a client of `system` that lives as long as the API serves."""
        return await self.clients.enter_async_context(self.client(self.socket, system))

    @asynccontextmanager
    async def client(self, socket, system):
        async with httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(socket)), base_url="http://hub", timeout=70
        ) as http:
            yield await Client(http, system).login() if system else Client(http, "")


async def until(holds, seconds=20):
    """Wait until `holds()` is true."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  (a condition of any kind, not an event)
            await asyncio.sleep(0.02)


def other_key():
    """Return a key that nobody has registered."""
    return ec.derive_private_key(12345, ec.SECP256R1())
