"""The receiving side: proves, refuses what is old, knows what came before."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from lgsp_adapter.sandbox import Journal
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox_webhook.signatures import Keys, fits

TOLERANCE_SECONDS: Final = 300
_HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Receiver:
    """One endpoint."""

    def __init__(self, journal: Journal, now: Callable[[], datetime], keys: Keys) -> None:
        self._journal, self._now = journal, now
        self.keys = keys
        self.gone = False
        """The endpoint says 410 to everything: it wants no more."""
        self.bodies: dict[str, bytes] = {}
        """What was taken, by webhook-id."""

    def forget(self) -> None:
        """Become as new; the keys stay."""
        self.gone = False
        self.bodies.clear()

    async def take(self, request: Request) -> Response:
        """Answer one notification: 204, 400 malformed, 401 unproved, 410 gone."""
        if self.gone:
            return JSONResponse({"error": "gone"}, 410)
        body = await request.body()
        if missing := [name for name in _HEADERS if not request.headers.get(name)]:
            return JSONResponse({"error": "missing: " + ", ".join(missing)}, 400)
        if problem := self._unproved(request.headers, body):
            return JSONResponse({"error": problem}, 401)
        self._keep(request.headers["webhook-id"], body)
        return Response(status_code=204)

    def _unproved(self, headers: Mapping[str, str], body: bytes) -> str | None:
        id_, stamp, signature = (headers[name] for name in _HEADERS)
        if not (stamp.isascii() and stamp.isdigit()):
            return "webhook-timestamp: not whole seconds"
        if abs(self._now().timestamp() - int(stamp)) > TOLERANCE_SECONDS:
            return "webhook-timestamp: too far from now"
        return None if fits(self.keys, id_, stamp, signature, body) else "webhook-signature"

    def _keep(self, id_: str, body: bytes) -> None:
        if id_ in self.bodies:
            self._journal.repeat("webhook", id_)
        else:
            self._journal.effect("webhook", id_, bytes=len(body))
            self.bodies[id_] = body
