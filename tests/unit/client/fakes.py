"""A hub of the published shapes, in memory, and a runner that plays a plan without waiting."""

import base64
import hashlib
from collections import deque
from typing import Any
from urllib.parse import parse_qs

import httpx2
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client.identity import Identity
from lgsp_client.plan import Answer, NoAnswer, World
from lgsp_message.cloudevents import from_http
from lgsp_message.jsontext import parse_json
from lgsp_message.keys import unb64url, verifying_key

from tests.support import HUB, NOW, RECEIVER, key_of

URL = "https://hub.test"
IDENTITY = Identity.of(key_of(RECEIVER), system=RECEIVER, hub=HUB)
LOST = "the network loses the answer"


class Clock:
    """Stands still unless a test moves it."""

    def __init__(self):
        self.seconds = 0.0

    @property
    def world(self):
        return World(now=lambda: NOW, ticks=lambda: self.seconds, chance=lambda: 0.5)


def play(plan, answers):
    """Run `plan` with these answers (LOST: none comes); return its result and what it asked."""
    asked, waiting = [], deque(answers)
    try:
        ask = next(plan)
        while True:
            asked.append(ask)
            answer = waiting.popleft()
            ask = plan.throw(NoAnswer("lost")) if answer is LOST else plan.send(answer)
    except StopIteration as end:
        assert not waiting, "the plan asked less often than expected"
        return end.value, asked


def answer(status, value=None, **headers):
    """Return an answer; header names with underscores for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status=status, headers=named, body=b"" if value is None else orjson.dumps(value))


TOKEN = answer(200, {"access_token": "t1", "token_type": "Bearer", "expires_in": 300})


class FakeHub:
    """Takes messages and receipts, hands out an inbox. `faults` are answered first, in order."""

    def __init__(self):
        self.faults: deque[Any] = deque()
        self.tokens = 0
        self.jtis = []
        self.requests = []
        self.taken = {}
        self.receipts = []
        self.inbox = []
        self.objects = {}
        self.uploads = {}
        self.revoked = set()
        self.refused = set()
        """Sources: a receipt about their messages is decided against, in a batch."""

    @property
    def transport(self):
        return httpx2.MockTransport(self._handle)

    def deliver(self, received, token="token"):
        number = len(self.inbox) + 1
        self.inbox.append(
            {
                "attributes": dict(received.attributes),
                "signature": received.signature,
                "data_base64": base64.b64encode(received.body).decode(),
                "token": f"{token}-{number}",
                "address": "urn:hub:org:H99.01",
                "cursor": f"c{number:06}",
                "received_at": "2026-11-22T03:00:00.000Z",
            }
        )

    def _handle(self, request):
        request.read()
        if request.url.path == "/oauth2/token":
            return self._token(request)
        self.requests.append(request)
        if self.faults:
            fault = self.faults.popleft()
            if fault is None:
                return self._route(request)
            if isinstance(fault, Exception):
                # The hub took the message, and the connection broke before the answer.
                self._route(request)
                raise fault
            return fault
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.revoked or not token:
            return problem(401, "unauthorized")
        return self._route(request)

    def _token(self, request):
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        header, claims, signature = form["client_assertion"].split(".")
        key = verifying_key(IDENTITY.key.public_key(), IDENTITY.algorithm)
        key.check(unb64url(signature), f"{header}.{claims}".encode())
        assert parse_json(unb64url(header))["typ"] == "client-authentication+jwt"
        fields = parse_json(unb64url(claims))
        assert fields["iss"] == fields["sub"] == RECEIVER
        assert fields["aud"] == HUB
        assert fields["exp"] - fields["iat"] <= 60
        self.jtis.append(fields["jti"])
        self.tokens += 1
        return reply(200, {"access_token": f"t{self.tokens}", "expires_in": 300})

    def _route(self, request):
        match request.method, request.url.path:
            case "POST", "/v1/messages" if "multipart" in request.headers["content-type"]:
                return self._take_many(request)
            case "POST", "/v1/messages":
                return self._take(request)
            case "POST", "/v1/inbox/ack":
                self.receipts.append(parse_json(request.content))
                return self._take(request)
        if request.url.path.startswith("/v1/inbox"):
            return self._about_inbox(request)
        return self._about_objects(request, request.url.path.removeprefix("/v1/objects"))

    def _about_inbox(self, request):
        match request.url.path:
            case "/v1/inbox:seek":
                return reply(200, {"cursor": f"c{len(self.inbox):06}"})
            case "/v1/inbox/stream":
                return self._stream(request.headers.get("last-event-id", ""))
        return self._page(request.url.params)

    def _about_objects(self, request, path):
        if request.method == "POST" and path == "":
            return self._keep(request.content)
        if path.startswith("/uploads"):
            return self._upload(request, path.removeprefix("/uploads/"))
        return self._object(request, path.removeprefix("/"))

    def _take(self, request):
        headers = [(name.lower(), value) for name, value in request.headers.items()]
        id_ = from_http(headers)["id"]
        sent = (request.content, request.headers["hub-signature"])
        known = self.taken.setdefault(id_, sent) is not sent
        fields = {"source": RECEIVER, "id": id_, "status_url": f"/v1/messages/{RECEIVER}/{id_}"}
        return reply(200 if known else 202, fields | ({"state": "duplicate"} if known else {}))

    def _take_many(self, request):
        """Take a batch of receipts: parts as `encode_batch` writes them."""
        boundary = request.headers["content-type"].partition("boundary=")[2]
        parts = request.content.split(f"--{boundary}".encode())[1:-1]
        outcomes = []
        for index, part in enumerate(parts):
            head, _, body = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            told = parse_json(body)
            if told["messages"][0]["source"] in self.refused:
                outcome = {"status": 200, "state": "refused", "reason": "key_revoked"}
            else:
                self.receipts.append(told)
                self.taken[from_http(list(headers.items()))["id"]] = body
                outcome = {"status": 200, "state": "admitted"}
            outcomes.append({"index": index, **outcome})
        return reply(207, outcomes)

    def _page(self, params):
        after, limit = params.get("after", ""), int(params["limit"])
        rest = [item for item in self.inbox if item["cursor"] > after][:limit]
        return reply(200, {"messages": rest, "next": rest[-1]["cursor"] if rest else after})

    def _stream(self, after):
        """Send what is there, then break."""
        rest = [item for item in self.inbox if item["cursor"] > after]
        events = [f"id: {one['cursor']}\nevent: message\ndata: ".encode() for one in rest]
        data = [head + orjson.dumps(one) for head, one in zip(events, rest, strict=True)]
        content = b": the inbox\n\n" + b"".join(one + b"\n\n" for one in data)
        return httpx2.Response(200, stream=BrokenStream(content))

    def hold(self, content):
        name = "sha256:" + hashlib.sha256(content).hexdigest()
        self.objects[name] = content
        return name

    def _keep(self, content):
        return reply(201, {"hash": self.hold(content), "size": len(content)})

    def _upload(self, request, name):
        if request.method == "POST" and name.endswith(":complete"):
            content = self.uploads.pop(name.removesuffix(":complete"), None)
            return problem(404, "not_found") if content is None else self._keep(content)
        if request.method == "POST":
            name = f"u{len(self.uploads)}"
            self.uploads[name] = b""
        elif request.method == "PATCH":
            if int(request.headers["upload-offset"]) != len(self.uploads[name]):
                return problem(409, "conflict", received=len(self.uploads[name]))
            self.uploads[name] += request.content
        told = {"url": f"/v1/objects/uploads/{name}", "received": len(self.uploads[name])}
        return reply(200, told)

    def _object(self, request, name):
        if name not in self.objects:
            return problem(404, "not_found")
        content = self.objects[name]
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        if start >= len(content):
            return problem(416, "range_not_satisfiable")
        return httpx2.Response(206 if start else 200, content=content[start:])


class BrokenStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Gives some bytes, then the line breaks."""

    def __init__(self, content):
        self._content = content

    def __iter__(self):
        yield self._content
        raise httpx2.ReadError("cut")

    async def __aiter__(self):
        yield self._content
        raise httpx2.ReadError("cut")


def reply(status, value, headers=None):
    return httpx2.Response(status, content=orjson.dumps(value), headers=headers)


def problem(status, code, headers=None, **more):
    return reply(status, {"code": code, "status": status, **more}, headers)


def other_key():
    return ec.derive_private_key(4711, ec.SECP256R1())
