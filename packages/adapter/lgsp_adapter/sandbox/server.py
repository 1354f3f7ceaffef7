"""The base of all sandbox peers: one server on the loopback, bounded in start and stop."""

import asyncio
import contextlib
import random
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lgsp_adapter.sandbox.answers import Upset, json_object
from lgsp_adapter.sandbox.certificates import Tls, make_tls
from lgsp_adapter.sandbox.journal import Journal, JournalFull
from lgsp_adapter.sandbox.mischief import ANY_SERVER, Misbehaviour, Mischief, What
from lgsp_adapter.sandbox.spoiler import CONTROL, Spoiler

START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 1
"""Drain before connections are cut. A hanging answer must not hold a test up."""

LOOPBACK: Final = "127.0.0.1"

Clock = Callable[[], datetime]
Handler = Callable[[Request], Awaitable[Response]]


class Sandbox(ABC):
    """A peer. `async with` starts it; `url` says where it listens.

    Everything that it makes up comes from `seed`: two sandboxes of one seed that get the same
    calls at the same times of `clock` give the same answers.
    """

    name: ClassVar[str]
    can: ClassVar[frozenset[What]] = ANY_SERVER

    def __init__(
        self, *, seed: int = 0, port: int = 0, tls: bool = False, clock: Clock | None = None
    ) -> None:
        self.seed = seed
        self.now: Clock = clock or _now
        self.journal = Journal()
        self.mischief = Mischief(self.can)
        self.chance = random.Random(seed)  # noqa: S311  (repeatable on purpose)
        self._port, self._tls = port, self._make_tls() if tls else None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """Return the published calls."""

    def forget(self) -> None:  # noqa: B027  (a hook; many peers keep only a journal)
        """Drop the peer's own state; called by `reset`."""

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end. Only while it is started."""
        return f"http{'s' if self._tls else ''}://{LOOPBACK}:{self._port}"

    @property
    def trust(self) -> str | None:
        """The certificate that a client must trust, as PEM, if TLS is on."""
        return self._tls.trust if self._tls else None

    def describe(self) -> dict[str, Any]:
        """Return what the command line prints: where the peer is and how to enter."""
        trust = {"trust": self.trust} if self._tls else {}
        return {"name": self.name, "url": self.url, "seed": self.seed} | trust

    def misbehave(self, what: What | str, **how: Any) -> None:
        """Go wrong from now on; the parameters are those of `Misbehaviour`.

        Raises:
            ValueError: this peer has no such fault, or a parameter is out of range.
        """
        what = What(what)
        if what is What.EXPIRED_CERTIFICATE and self._tls is None:
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
        listener = socket.create_server((LOOPBACK, self._port))
        self._port = listener.getsockname()[1]
        self._server = _Server(self._config())
        self._serving = asyncio.create_task(self._serve(self._server, listener))
        async with asyncio.timeout(START_SECONDS):
            # uvicorn has no event that says so.
            while not (self._server.started or self._serving.done()):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """End; what hangs is cut."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._server = self._serving = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @staticmethod
    async def _serve(server: "_Server", listener: socket.socket) -> None:
        with listener:
            await server.serve(sockets=[listener])

    def _config(self) -> uvicorn.Config:
        config = uvicorn.Config(
            self._app(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # Answers broken on command are no errors of the server.
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            h11_max_incomplete_event_size=1024 * 1024,
        )
        config.load()
        if self._tls is not None:
            config.ssl = self._tls.context
        return config

    def _app(self) -> Spoiler:
        controls = [
            Route(CONTROL, self._describe),
            Route(f"{CONTROL}/misbehave", self._misbehave, methods=["POST"]),
            Route(f"{CONTROL}/journal", self._journal),
            Route(f"{CONTROL}/reset", self._reset, methods=["POST"]),
        ]
        answers: dict[Any, Any] = {Upset: _upset, JournalFull: _full}
        app = Starlette(routes=[*controls, *self.routes()], exception_handlers=answers)
        return Spoiler(app, self.mischief)

    async def _describe(self, _: Request) -> Response:
        pending = [asdict(each) for each in self.mischief.pending]
        return JSONResponse({"name": self.name, "can": sorted(self.can), "pending": pending})

    async def _misbehave(self, request: Request) -> Response:
        how = await json_object(request)
        try:
            self.misbehave(how.pop("what", ""), **how)
        except (ValueError, TypeError) as error:
            raise Upset(422, {"error": str(error)}) from error
        return await self._describe(request)

    async def _journal(self, _: Request) -> Response:
        return JSONResponse(self.journal.as_json())

    async def _reset(self, request: Request) -> Response:
        self.reset()
        return await self._describe(request)

    def _make_tls(self) -> Tls:
        return make_tls(_now(), self._expired)

    def _expired(self) -> bool:
        return self.mischief.take("/", What.EXPIRED_CERTIFICATE) is not None


class _Server(uvicorn.Server):
    """Signals belong to the caller: a test's process must not lose its own handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _now() -> datetime:
    return datetime.now(UTC)


async def _upset(_: Request, error: Exception) -> Response:
    assert isinstance(error, Upset)  # noqa: S101  (Starlette calls it for no other)
    return JSONResponse(error.body, error.status)


async def _full(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 507)
