"""How a process reaches Kafka, and the one place where Kafka's errors become the hub's."""

import asyncio
import ssl
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from hub.ports import Refusing, Unavailable

UNWANTED_SECONDS: Final = 5.0
"""How long what nobody waits for any more may take."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConnection:
    """Where the brokers are and how to speak to them."""

    bootstrap: str
    """`host:port`, comma-separated."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """Given: TLS with this trust root. A user name is sent over TLS only."""
    replication: int = 1
    """Replicas of each topic: 1 on the embedded broker, 3 in production."""

    def options(self) -> dict[str, Any]:
        """Return what every aiokafka client is made with."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap}
        if self.ca_file is not None:
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
            options["security_protocol"] = "SSL"
        if self.username is not None:
            if self.ca_file is None:
                raise ValueError("a Kafka user name needs TLS: set the CA file")
            options["security_protocol"] = "SASL_SSL"
            options["sasl_mechanism"] = "SCRAM-SHA-512"
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password
        return options


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Await the opening or closing of connections; a cancellation waits until it is done.

    aiokafka 0.14 forgets a connection whose opening is cancelled, and nobody can close it any more.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=UNWANTED_SECONDS)
        if not task.done():
            task.cancel()
        elif not task.cancelled():
            task.exception()  # Nobody wants to know it any more.
        raise


@contextmanager
def broker_errors(doing: str) -> Iterator[None]:
    """Let no aiokafka error leave `hub.io`. `doing` says, for people, what was being done.

    Raises:
        Refusing: the broker refuses it for good.
        Unavailable: everything else; whether it wrote is unknown.
    """
    try:
        yield
    except (MessageSizeTooLargeError, TopicAuthorizationFailedError) as error:
        raise Refusing(f"Kafka refuses {doing}: {type(error).__name__}") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(f"Kafka did not answer {doing}: {type(error).__name__}") from error
