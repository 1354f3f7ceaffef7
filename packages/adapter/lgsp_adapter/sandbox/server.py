"""The base of all sandbox peers."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from lgsp_adapter.sandbox.answers import Upset
from lgsp_adapter.sandbox.certificates import make_tls
from lgsp_adapter.sandbox.controls import Controls
from lgsp_adapter.sandbox.journal import Journal, JournalFull
from lgsp_adapter.sandbox.listener import LOOPBACK, Listener
from lgsp_adapter.sandbox.mischief import ANY_SERVER, Misbehaviour, Mischief, What
from lgsp_adapter.sandbox.spoiler import Spoiler

Clock = Callable[[], datetime]


class Sandbox(ABC):
    """A peer. `async with` starts it; `url` says where it listens.

    Everything that it makes up comes from `seed`: two sandboxes of one seed that get the same
    calls at the same times of `clock` give the same answers. All that this base calls its own is
    public here or in a room of its own, so that a peer may name its methods freely.
    """

    name: ClassVar[str]
    can: ClassVar[frozenset[What]] = ANY_SERVER

    def __init__(
        self, *, seed: int = 0, port: int = 0, tls: bool = False, clock: Clock | None = None
    ) -> None:
        self.seed = seed
        self.now: Clock = clock or utc_now
        self.journal = Journal()
        self.mischief = Mischief(self.can)
        self.chance = random.Random(seed)  # noqa: S311  (repeatable on purpose)
        self.tls = make_tls(utc_now(), self.shows_the_past) if tls else None
        context = self.tls.context if self.tls else None
        self.listener = Listener(self.asgi, port, context)
        self._whole: Spoiler | None = None

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """Return the published calls."""

    def forget(self) -> None:  # noqa: B027  (a hook; many peers keep only a journal)
        """Drop the peer's own state; called by `reset`."""

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end. Only while it is started."""
        return f"http{'s' if self.tls else ''}://{LOOPBACK}:{self.listener.port}"

    @property
    def trust(self) -> str | None:
        """The certificates that a client must trust, as PEM, if TLS is on."""
        return self.tls.trust if self.tls else None

    def describe(self) -> dict[str, Any]:
        """Return what the command line prints: where the peer is and how to enter."""
        trust = {"trust": self.trust} if self.tls else {}
        return {"name": self.name, "url": self.url, "seed": self.seed} | trust

    def misbehave(self, what: What | str, **how: Any) -> None:
        """Go wrong from now on; the parameters are those of `Misbehaviour`.

        Raises:
            ValueError: this peer has no such fault, or a parameter is out of range.
        """
        what = What(what)
        if what is What.EXPIRED_CERTIFICATE and self.tls is None:
            raise ValueError("what: expired_certificate needs a sandbox started with TLS")
        self.mischief.order(Misbehaviour(what=what, **how))

    def reset(self) -> None:
        """Become as new: no state, no journal, no open misbehaviour, chance from the seed."""
        self.journal.clear()
        self.mischief.reset()
        self.chance.seed(self.seed)
        self.forget()

    async def start(self) -> None:
        """Listen; return once calls are answered.

        Raises:
            OSError: the port is taken.
            TimeoutError: the server did not start.
        """
        await self.listener.start()

    async def stop(self) -> None:
        """End; what hangs is cut."""
        await self.listener.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one call; ASGI. Routes are asked for at the first, when the peer is complete."""
        if self._whole is None:
            self._whole = _assemble(self)
        await self._whole(scope, receive, send)

    def shows_the_past(self) -> bool:
        """Return whether the next handshake shows the expired certificate."""
        return self.mischief.take("/", What.EXPIRED_CERTIFICATE) is not None


def utc_now() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


def _assemble(sandbox: Sandbox) -> Spoiler:
    answers: dict[Any, Any] = {Upset: _upset, JournalFull: _full}
    routes = [*Controls(sandbox).routes(), *sandbox.routes()]
    return Spoiler(Starlette(routes=routes, exception_handlers=answers), sandbox.mischief)


async def _upset(_: Request, error: Exception) -> Response:
    assert isinstance(error, Upset)  # noqa: S101  (Starlette calls it for no other)
    return JSONResponse(error.body, error.status)


async def _full(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 507)
