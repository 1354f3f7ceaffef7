"""The contract: `Source`, `Sink` and `Service`. A simple adapter has 30 lines.

The runtime creates it with a checked configuration, calls `open` once, then the rest, and `close`
last, also after an error. One call is under way at a time (of a service: several), and any may be
cancelled. The runtime
owns retries, rate limits, circuit breaking, time-outs, order, checkpoints and dead letters: an
adapter that retries by itself breaks them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from lgsp_adapter.config import Config, load_config
from lgsp_adapter.context import Context
from lgsp_adapter.desk import Desk
from lgsp_adapter.spec import Spec
from lgsp_adapter.values import Answer, Check, Delivery, Done, Record, Request, Result

C = TypeVar("C", bound=Config)


class Adapter(ABC, Generic[C]):
    """What sources, sinks and services share."""

    spec: ClassVar[Spec]

    def __init__(self, config: C) -> None:
        self.config = config

    @classmethod
    def config_of(cls, raw: Mapping[str, Any]) -> C:
        """Return the checked configuration of raw values.

        Raises:
            ConfigError: what is wrong, by field.
        """
        return cast("C", load_config(cls.spec.config, raw))

    @abstractmethod
    async def check(self) -> Check:
        """Look whether the other side can be reached and used; the adapter is open.

        Changes nothing there. May raise like `read` and `write`: the runtime turns it into words.
        """

    async def close(self) -> None:
        """Let go of everything: no task, no connection is left. Also called after a failed open."""


class Source(Adapter[C]):
    """Reads from a foreign system."""

    ctx: Context

    async def open(self, ctx: Context, position: str | None) -> None:  # noqa: ARG002  (a hook)
        """Prepare to read after `position`; None is the beginning. Secrets are resolved here.

        Raises:
            Retryable, Backpressure, Fatal: see `lgsp_adapter.errors`.
        """
        self.ctx = ctx

    @abstractmethod
    async def read(self, limit: int) -> list[Record]:
        """Return the next records in order, at most `limit`; an empty list where there is none now.

        Nothing may be lost by cancelling it: what was not returned is read by the next call.

        Raises:
            Retryable, Backpressure, Fatal: a record that is itself unreadable is no error, but a
                `Record` with a `Reject`.
        """

    async def ack(self, position: str) -> None:
        """Take note that everything up to `position`, and nothing after it, is durable in the hub.

        Only now may the other side be told "done" (invariant 1). Called in order of reading. A
        source with nothing to tell leaves it out.
        """


class Sink(Adapter[C]):
    """Writes to a foreign system."""

    ctx: Context

    async def open(self, ctx: Context) -> None:
        """Prepare to write. Secrets are resolved here.

        Raises:
            Retryable, Backpressure, Fatal: see `lgsp_adapter.errors`.
        """
        self.ctx = ctx

    @abstractmethod
    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        """Hand over each delivery; return one result for each, in the same order.

        No two of a batch have the same `order_key`. `Done` is a promise that the other side has it.

        Raises:
            Retryable, Backpressure, Fatal: for the whole batch, where nothing is known of any one.
        """

    async def find(self, key: str) -> Done | None:
        """Say whether the other side has the delivery with this idempotency key; None if not.

        Only `look_up` sinks have it.
        """
        raise NotImplementedError(key)


class Service(Adapter[C]):
    """Answers a foreign system that speaks first: it hands in, and fetches what waits for it."""

    ctx: Context
    desk: Desk

    async def open(self, ctx: Context, desk: Desk) -> None:
        """Prepare to answer. Secrets are resolved here.

        Raises:
            Retryable, Backpressure, Fatal: see `lgsp_adapter.errors`.
        """
        self.ctx = ctx
        self.desk = desk

    @abstractmethod
    async def answer(self, request: Request) -> Answer:
        """Answer one call. It is the service's own task to find out who calls.

        Whatever the desk raises may pass through: the runtime makes 400, 429 or 503 of it. "Done"
        may be said only after `submit` or `settle` has returned (invariant 1).
        """


AnyAdapter = Source[Any] | Sink[Any] | Service[Any]
