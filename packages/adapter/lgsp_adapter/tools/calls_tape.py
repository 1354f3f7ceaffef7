"""Records the calls into a service, and makes them again without the foreign system.

The secrets of the connector stand on the tape by the name of their field, `{secret:token}`, and are
put back when it is played: a tape may be shared, and plays where the secrets are others.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.secret import Secret
from lgsp_adapter.testing.web import Handler
from lgsp_adapter.values import Answer, Request

CALL: Final = "call"
"""The key of such a line; exchanges of the adapter itself stand on the same tape without it."""

_LEFT_OUT: Final = frozenset({"host", "content-length", "connection"})
_PRIVATE: Final = re.compile("authorization|cookie|key|token|secret|password")
"""Headers that hold what only their owner may know: kept only where it is the connector's own."""

_BASIC: Final = "Basic "
_OPEN_BASIC: Final = "Basic-open "
"""User and password before base64, which would hide the secret from being replaced."""

Secrets = Mapping[str, str]


async def secrets_of(config: Config, ctx: Context) -> Secrets:
    """Return the connector's secrets by the place of their field."""
    found = {}
    for place, secret in _walk("", dict(config)):
        found[place] = (await ctx.secret(secret)).get_secret_value()
    return found


def _walk(place: str, value: object) -> Iterator[tuple[str, Secret]]:
    if isinstance(value, Secret):
        yield place, value
    elif isinstance(value, Config):
        yield from _walk(place, dict(value))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _walk(f"{place}.{name}" if place else str(name), each)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _walk(f"{place}.{number}", each)


def recording(answer: Handler, file: Path, secrets: Secrets) -> Handler:
    """Return a handler that answers as `answer` does and writes each call as one JSON line."""

    async def handle(request: Request) -> Answer:
        given = await answer(request)
        line = {CALL: _written(request, secrets), "answer": _told(given, secrets)}
        with file.open("a", encoding="utf-8") as tape:
            tape.write(json.dumps(line, ensure_ascii=False) + "\n")
        return given

    return handle


async def play(
    answer: Handler, file: Path, secrets: Secrets, say: Callable[[dict[str, Any]], None]
) -> None:
    """Make the recorded calls again, in their order; say how each is answered.

    Raises:
        ValueError: the status of an answer is not the recorded one.
    """
    others = 0
    for number, line in enumerate(_lines(file), 1):
        request, before = _read(line[CALL], secrets), line["answer"]
        now = _told(await answer(request), secrets)
        others += now["status"] != before["status"]
        same = {"as_recorded": now["status"] == before["status"], "same_body": now == before}
        say({"event": "answered", "call": number, "status": now["status"], **same})
    if others:
        raise ValueError(f"{others} calls are not answered with the recorded status")


def _lines(file: Path) -> list[dict[str, Any]]:
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if CALL in row]


def _written(request: Request, secrets: Secrets) -> dict[str, Any]:
    headers = {
        name: _hidden(_opened(value), secrets)
        for name, value in request.headers.items()
        if name not in _LEFT_OUT
    }
    return {
        "method": request.method,
        "path": _hidden(request.path, secrets),
        "query": {name: _hidden(value, secrets) for name, value in request.query.items()},
        "headers": {name: value for name, value in headers.items() if _may_stand(name, value)},
        "body": _body(request.body, secrets),
    }


def _may_stand(name: str, value: str) -> bool:
    return not _PRIVATE.search(name) or "{secret:" in value


def _read(call: Mapping[str, Any], secrets: Secrets) -> Request:
    body = base64.b64decode(call["body"])
    for place, secret in secrets.items():
        body = body.replace(_mark(place).encode(), secret.encode())
    return Request(
        method=call["method"],
        path=_shown(call["path"], secrets),
        query={name: _shown(value, secrets) for name, value in call["query"].items()},
        headers={name: _closed(_shown(value, secrets)) for name, value in call["headers"].items()},
        body=body,
    )


def _told(answer: Answer, secrets: Secrets) -> dict[str, Any]:
    return {"status": answer.status, "body": _body(answer.body, secrets)}


def _body(body: bytes, secrets: Secrets) -> str:
    for place, secret in secrets.items():
        body = body.replace(secret.encode(), _mark(place).encode())
    return base64.b64encode(body).decode()


def _hidden(text: str, secrets: Secrets) -> str:
    for place, secret in secrets.items():
        text = text.replace(secret, _mark(place))
    return text


def _shown(text: str, secrets: Secrets) -> str:
    for place, secret in secrets.items():
        text = text.replace(_mark(place), secret)
    return text


def _mark(place: str) -> str:
    return f"{{secret:{place}}}"


def _opened(value: str) -> str:
    if not value.startswith(_BASIC):
        return value
    try:
        return _OPEN_BASIC + base64.b64decode(value.removeprefix(_BASIC), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return value


def _closed(value: str) -> str:
    if not value.startswith(_OPEN_BASIC):
        return value
    return _BASIC + base64.b64encode(value.removeprefix(_OPEN_BASIC).encode()).decode()
