"""The admin API as `hub admin` uses it: one request, one answer, plain errors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson
from lgsp_client.wire import checked_url

from hub.cli import environment
from hub.cli.errors import CommandFailed

EX_UNAVAILABLE: Final = 3
"""As `hub send`: nothing answers; the same command may work later."""

IMPORT_SECONDS: Final = 600
"""A directory of the whole country takes a minute."""
SECONDS: Final = 60
"""Longest wait: a change set of thousands of entities takes some seconds."""


class AdminApi:
    """The admin API of one hub. The token never leaves the request's header."""

    def __init__(self, url: str, token: str, transport: httpx2.BaseTransport | None = None) -> None:
        self._url = url
        self._http = httpx2.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=SECONDS,
            transport=transport,
        )

    def close(self) -> None:
        """End its connections."""
        self._http.close()

    def write(self, reason: str, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Make the changes one version of the rules; return what was written.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        content = orjson.dumps({"reason": reason, "changes": list(changes)})
        headers = {"content-type": "application/json"}
        return self._ask("POST", "/v1/admin/changes", content=content, headers=headers)

    def do(self, path: str, body: Mapping[str, Any], **query: str | int) -> dict[str, Any]:
        """Post to a path below `/v1/admin`; return the answer.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        content, headers = orjson.dumps(body), {"content-type": "application/json"}
        return self._ask(
            "POST", f"/v1/admin/{path}", content=content, headers=headers, params=query
        )

    def release(self, offset: int, reason: str) -> dict[str, Any]:
        """Let the held message at an offset go on; return what was released.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        return self.do(f"quarantine/{offset}:release", {"reason": reason})

    def read(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return what stands at a path below `/v1/admin`.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        return self._ask("GET", f"/v1/admin/{path}", params=query)

    def send_file(self, path: str, content: bytes, **query: str | int) -> dict[str, Any]:
        """Post a file to a path below `/v1/admin`; return the answer.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        headers = {"content-type": "application/octet-stream"}
        options = {"content": content, "headers": headers, "params": query}
        return self._ask("POST", f"/v1/admin/{path}", timeout=IMPORT_SECONDS, **options)

    def people(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str | int
    ) -> dict[str, Any]:
        """Ask at a path below `/ops`; return the answer.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        if body is None:
            return self._ask(method, f"/ops/{path}", params=query)
        content, headers = orjson.dumps(body), {"content-type": "application/json"}
        return self._ask(method, f"/ops/{path}", content=content, headers=headers, params=query)

    def file(self, path: str, body: Mapping[str, Any], **query: str | int) -> bytes:
        """Post to a path below `/ops`; return the file that is answered.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        content, headers = orjson.dumps(body), {"content-type": "application/json"}
        options = {"content": content, "headers": headers, "params": query}
        return self._answer("POST", f"/ops/{path}", **options).content

    def piece(self, path: str) -> bytes:
        """Return the file at a path below `/ops`.

        Raises:
            CommandFailed: refused, or nothing answers.
        """
        return self._answer("GET", f"/ops/{path}").content

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return _json(self._answer(method, path, **options).content)

    def _answer(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx2.TransportError as error:
            raise CommandFailed(
                f"{self._url} does not answer ({type(error).__name__}). Does the hub run?",
                status=EX_UNAVAILABLE,
            ) from error
        if answer.is_success:
            return answer
        status = EX_UNAVAILABLE if answer.status_code in {429, 503} else 1
        told = _plainly(answer.status_code, _json(answer.content))
        raise CommandFailed(told, status=status)


def open_api(url: str, token_file: Path | None) -> AdminApi:
    """Return the API with the token of a file, by default the one that `hub init` made.

    Raises:
        CommandFailed: there is no such file, or the address is neither https nor this machine.
    """
    try:
        checked = checked_url(url, allow_plain_http=False)  # the token would travel readable
    except ValueError as error:
        raise CommandFailed(f"--url: {error}") from error
    if token_file is None:
        return AdminApi(checked, environment.home().admin_token())
    try:
        return AdminApi(checked, token_file.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{token_file} cannot be read: {type(error).__name__}.") from error


def _json(content: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _plainly(status: int, told: Mapping[str, Any]) -> str:
    """Return a problem (RFC 9457) in one line, with each wrong place of the request below."""
    parts = [str(told.get(name)) for name in ("code", "detail", "place") if told.get(name)]
    errors = [f"  {one.get('place', '')}: {one.get('rule', '')}" for one in told.get("errors", ())]
    first = f"the hub refuses ({status}): {', '.join(parts) or 'without a reason'}"
    return "\n".join([first, *errors])
