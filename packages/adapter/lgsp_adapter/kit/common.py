"""What every adapter promises: a true declaration, checked configuration, secrets, a clean end."""

import asyncio
import contextlib
import io
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

import pytest

from lgsp_adapter.calls import call
from lgsp_adapter.config import ConfigError, config_schema, load_config
from lgsp_adapter.context import CONNECTOR, Context
from lgsp_adapter.contract import AnyAdapter, Service, Sink, Source
from lgsp_adapter.errors import AdapterError
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.kit.peer import Peer
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.watch import logged_by, sockets, sockets_left
from lgsp_adapter.reference import render
from lgsp_adapter.secret import FORMAT
from lgsp_adapter.spec import Idempotence, Kind
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.desk import MemoryDesk
from lgsp_adapter.testing.objects import MemoryObjects
from lgsp_adapter.values import Check

P = TypeVar("P", bound=Peer)
A = TypeVar("A", bound=AnyAdapter)

LOOPBACK: Final = (UNSAFE_LOOPBACK,)
"""Where the kit's fakes live. A real connector's approved networks never hold the loopback."""

_BASES: Final[dict[Kind, type[Any]]] = {
    Kind.SOURCE: Source,
    Kind.SINK: Sink,
    Kind.SERVICE: Service,
}


def secret_behind(name: str) -> str:
    """Return the secret behind the reference `test:<name>` in the kit. The fake may expect it."""
    return f"bi-mat-mau-{name}-7f3a91"


async def _resolve(name: str) -> str:
    return secret_behind(name)


class AdapterKit(ABC, Generic[A, P]):
    """Base of all kits: subclass `SourceKit`, `SinkKit` or `ServiceKit` as `Test…`."""

    adapter: ClassVar[type[Any]]
    reference: ClassVar[Path]
    """The reference page of the adapter, written from `lgsp_adapter.render(spec)`."""
    patience: ClassVar[float] = 2.0
    """Real seconds an adapter may take for a call, for its end, and to notice a cancellation."""

    @abstractmethod
    def peer(self) -> P:
        """Return a new fake of the other side."""

    def make(self, peer: P) -> A:
        """Return a new adapter for this fake. Override it where the fake is reached otherwise."""
        made: A = self.adapter(load_config(self.adapter.spec.config, peer.config))
        return made

    def context(self) -> Context:
        """Return what the runtime lends the adapter. Override it where it needs more."""
        return Context(
            self.adapter.spec.name,
            resolvers={"test": _resolve},
            fetch=self.objects.fetch,
            store=self.objects.store,
            networks=LOOPBACK,
        )

    @cached_property
    def objects(self) -> MemoryObjects:
        """The hub's objects, of this promise alone: pytest makes a new kit for each."""
        return MemoryObjects()

    @cached_property
    def bus(self) -> Bus:
        """The hub's side, of this promise alone."""
        return Bus(name=self.adapter.spec.name)

    @cached_property
    def desk(self) -> MemoryDesk:
        """The desk in front of the bus; the kit makes it hang and fail."""
        return MemoryDesk(self.bus)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[P]:
        """Give a running fake."""
        peer = self.peer()
        await peer.start()
        try:
            yield peer
        finally:
            await peer.stop()

    async def end(self, adapter: A) -> None:
        """Close, whatever it takes: only one promise is about closing."""
        with contextlib.suppress(AdapterError):
            await call(adapter.close(), self.patience)

    @asynccontextmanager
    async def opened(self, peer: P, position: str | None = None) -> AsyncIterator[A]:
        """Give an open adapter, and close it."""
        adapter = self.make(peer)
        try:
            await self.open(adapter, position)
            yield adapter
        finally:
            await self.end(adapter)

    async def open(self, adapter: A, position: str | None = None) -> None:
        """Open an adapter."""
        if isinstance(adapter, Source):
            await call(adapter.open(self.context(), position), self.patience)
        elif isinstance(adapter, Service):
            await call(adapter.open(self.context(), self.desk), self.patience)
        else:
            await call(adapter.open(self.context()), self.patience)

    async def checked(self, peer: P) -> Check:
        """Return what the adapter says of the other side."""
        adapter = self.make(peer)
        try:
            await self.open(adapter)
            return await call(adapter.check(), self.patience)
        except AdapterError as error:
            return Check(ok=False, vi=str(error), en=str(error))
        finally:
            await self.end(adapter)

    @abstractmethod
    async def work(self, adapter: A, peer: P) -> str:
        """Let an open adapter do something with the other side; return what it told outside."""

    @abstractmethod
    def fail(self, peer: P) -> None:
        """Let whatever the adapter's work needs fail from now on."""

    @abstractmethod
    def hang(self, peer: P) -> None:
        """Let whatever the adapter's work needs give no answer from now on."""

    @promise
    async def test_spec_is_valid(self) -> None:
        """The declaration is true: the kind is that of the class, and `find` is there or not."""
        spec = self.adapter.spec
        assert issubclass(self.adapter, _BASES[spec.kind]), f"it says {spec.kind}"
        assert spec.types, "it takes no event type"
        has_find = getattr(self.adapter, "find", None) is not Sink.find
        looks_up = spec.idempotence is Idempotence.LOOK_UP
        assert spec.kind is not Kind.SINK or has_find is looks_up, "find and idempotence disagree"

    @promise
    async def test_reference_is_current(self) -> None:
        """The reference page is what the declaration gives now."""
        page = await asyncio.to_thread(self.reference.read_text, encoding="utf-8")
        assert page == render(self.adapter.spec)

    @promise
    async def test_each_missing_field_is_named(self) -> None:
        """Without any one required field the configuration is refused, and the error names it."""
        model = self.adapter.spec.config
        async with self.serving() as peer:
            whole = dict(peer.config)
        load_config(model, whole)
        for name in config_schema(model).get("required", ()):
            with pytest.raises(ConfigError) as refused:
                load_config(model, {key: whole[key] for key in whole if key != name})
            assert name in {problem.field for problem in refused.value.problems}

    @promise
    async def test_secrets_are_masked(self) -> None:
        """No secret in logs, prints, errors, `repr` or schema, while all goes well and badly."""
        schema = config_schema(self.adapter.spec.config)
        names = [
            name
            for name, part in schema.get("properties", {}).items()
            if part.get("format") == FORMAT
        ]
        if not names:
            pytest.skip("it has no secrets")
        said = io.StringIO()
        with _overheard(said):
            async with self.serving() as peer:
                await self._tell_all(peer, said)
                self.fail(peer)
                await self._tell_all(peer, said)
                secrets = [secret_behind(str(peer.config[name])[5:]) for name in names]
        said.write(str(schema))
        assert not any(secret in said.getvalue() for secret in secrets), "a secret was shown"

    async def _tell_all(self, peer: P, said: io.StringIO) -> None:
        adapter = self.make(peer)
        try:
            await self.open(adapter)
            said.write(f"{await call(adapter.check(), self.patience)}")
            said.write(await self.work(adapter, peer))
        except AdapterError as error:
            said.write(f"{error!r} {error} {error.__cause__!r} {error.peer_code}")
        finally:
            said.write(f"{adapter!r} {adapter.config!r}")
            await self.end(adapter)

    @promise
    async def test_check_is_ok_with_a_message(self) -> None:
        """With the other side in order, `check` says so in both languages."""
        async with self.serving() as peer:
            found = await self.checked(peer)
        assert found.ok, found.en
        assert found.vi.strip(), "no Vietnamese text"
        assert found.en.strip(), "no English text"

    @promise
    async def test_no_task_is_left(self) -> None:
        """After `close` no task of the adapter runs."""
        async with self.serving() as peer:
            before = asyncio.all_tasks()
            async with self.opened(peer) as adapter:
                await self.work(adapter, peer)
            left = {task for task in asyncio.all_tasks() - before if not task.done()}
            if left:
                # A fake that is a server notices a moment later that a connection was closed.
                _, left = await asyncio.wait(left, timeout=self.patience)
        assert not left, f"{len(left)} tasks are left"

    @promise
    async def test_no_socket_is_left(self) -> None:
        """After `close` no connection of the adapter is open."""
        async with self.serving() as peer:
            before = sockets()
            async with self.opened(peer) as adapter:
                await self.work(adapter, peer)
            left = await sockets_left(before, self.patience)
        assert not left, f"{len(left)} sockets are left"

    @promise
    async def test_its_log_names_the_connector(self) -> None:
        """What it logs goes through `ctx.log`: operators must see of which connector it speaks."""
        with logged_by(self.adapter) as records:
            async with self.serving() as peer:
                await self._tell_all(peer, io.StringIO())
                self.fail(peer)
                await self._tell_all(peer, io.StringIO())
        nameless = {each.name for each in records if not hasattr(each, CONNECTOR)}
        assert not nameless, f"logged without ctx.log: {sorted(nameless)}"

    @promise
    async def test_close_is_soon_while_the_peer_hangs(self) -> None:
        """A stop with a call under way ends within the patience: cancel, then close."""
        async with self.serving() as peer:
            adapter = self.make(peer)
            await self.open(adapter)
            self.hang(peer)
            await cancel(self.work(adapter, peer), self.patience)
            try:
                async with asyncio.timeout(self.patience):
                    await adapter.close()
            except TimeoutError:
                pytest.fail("close took too long")

    @promise
    async def test_a_call_ends_when_it_is_cancelled(self) -> None:
        """A call to a peer that hangs ends with `CancelledError`, soon: it is not swallowed."""
        async with self.serving() as peer, self.opened(peer) as adapter:
            self.hang(peer)
            assert await cancel(self.work(adapter, peer), self.patience), "the call went on"


async def cancel(work: Coroutine[Any, Any, Any], patience: float) -> bool:
    """Let `work` begin, cancel it, and say whether it ended as cancelled within `patience`."""
    task = asyncio.create_task(work)
    # Long enough to reach the peer over the loopback; a peer that hangs answers nothing anyway.
    await asyncio.wait([task], timeout=0.05)
    task.cancel()
    await asyncio.wait([task], timeout=patience)
    return task.cancelled()


@contextmanager
def _overheard(said: io.StringIO) -> Iterator[None]:
    """Write every log record of every level, and all that is printed, to `said`."""
    handler, root = logging.StreamHandler(said), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
