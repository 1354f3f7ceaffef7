"""Records the HTTP exchanges of an adapter, and plays them back without the other side."""

import base64
import json
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from lgsp_adapter.tools.calls_tape import CALL


class Recorder(httpx2.AsyncBaseTransport):
    """Passes exchanges on and writes each as one JSON line. Request headers are left out: keys."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, file: Path, mask: Callable[[str], str]
    ) -> None:
        self._inner, self._file, self._mask = inner, file, mask

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make one exchange, and write it down."""
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        line = {
            "method": request.method,
            "path": self._mask(_path(request)),
            "status": answer.status_code,
            "headers": {name: self._mask(value) for name, value in _kept(answer).items()},
            "body": base64.b64encode(content).decode(),
        }
        with self._file.open("a", encoding="utf-8") as tape:
            tape.write(json.dumps(line, ensure_ascii=False) + "\n")
        return httpx2.Response(answer.status_code, headers=_kept(answer), content=content)

    async def aclose(self) -> None:
        """Close what it passes on to."""
        await self._inner.aclose()


class Player(httpx2.AsyncBaseTransport):
    """Answers as recorded: by method and path, in the order of recording; the last one stays."""

    def __init__(self, file: Path, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._answers: dict[tuple[str, str], deque[Any]] = defaultdict(deque)
        for line in file.read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            if CALL in each:
                continue  # What the other side asked of a service: `calls_tape` plays it.
            self._answers[each["method"], each["path"]].append(each)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as recorded.

        Raises:
            httpx2.ConnectError: nothing was recorded for it.
        """
        left = self._answers[request.method, self._mask(_path(request))]
        if not left:
            raise httpx2.ConnectError("not on the tape", request=request)
        each = left.popleft() if len(left) > 1 else left[0]
        content = base64.b64decode(each["body"])
        return httpx2.Response(each["status"], headers=each["headers"], content=content)


def _path(request: httpx2.Request) -> str:
    # Without the host: a tape of the real system also plays for its test system.
    return request.url.raw_path.decode()


def _kept(answer: httpx2.Response) -> dict[str, str]:
    names = ("content-type", "retry-after", "etag", "x-error-code")
    return {name: answer.headers[name] for name in names if name in answer.headers}
