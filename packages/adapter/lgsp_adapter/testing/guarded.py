"""For tests that an adapter asks the guard before each of its connections."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

_PIECE: Final = 65_536
_END_SECONDS: Final = 5


@contextmanager
def listening() -> Iterator[socket.socket]:
    """Listen at a port of this machine to which nobody should come."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(0)
        yield made


def nobody_came(listener: socket.socket) -> bool:
    """Say whether no connection was made."""
    # Over the loopback one stands in the queue as soon as it is made.
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return True
    return False


def answering(monkeypatch: Any, *answers: Sequence[str]) -> list[str]:
    """Let the machine's resolver answer otherwise each time; return what was asked, as it grows.

    The last answer is given for ever.
    """
    left, asked = list(answers), list[str]()

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr("lgsp_adapter.guard.system_resolve", resolve)
    return asked


@asynccontextmanager
async def behind_a_port(path: str) -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """Let a database that has only a socket be reached at a port; give it and the open lines."""
    lines: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        there, to_there = await asyncio.open_unix_connection(path)
        await asyncio.gather(_carry(reader, to_there), _carry(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], lines
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=_END_SECONDS)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()
