"""Connections of other protocols than HTTP, to an address that was approved for this connector.

A library that resolves names by itself asks nobody (SSRF, CWE-918). `connect` gives it a socket,
`pinned` the addresses to connect to instead of the name. Ask again for each new connection.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import Final

from lgsp_adapter.errors import Retryable
from lgsp_adapter.guard import Guard, Resolve

TRIED: Final = 4
"""Addresses of one name that are tried in turn: a name with hundreds must not take minutes."""


async def pinned(
    networks: Sequence[str], host: str, port: int, seconds: float, resolve: Resolve | None = None
) -> list[str]:
    """Return the approved addresses of `host`, resolved once, within `seconds`.

    Connect to these, never to the name: asked again, it may answer otherwise (DNS rebinding).

    Raises:
        AddressRefused: nothing of what the name stands for is approved.
        Retryable: the name is not known, or nobody answers for it.
    """
    try:
        async with asyncio.timeout(seconds):
            found = await Guard.of(networks).addresses(host, port, resolve)
    except OSError as error:  # Also the time-out.
        raise _nobody(error) from None
    return found[:TRIED]


async def connect(
    networks: Sequence[str], host: str, port: int, seconds: float, resolve: Resolve | None = None
) -> socket.socket:
    """Return a socket, not blocking, that is connected to a checked address, within `seconds`.

    Raises:
        AddressRefused: nothing of what the name stands for is approved.
        Retryable: the name is not known, or nobody answers there.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _first(await pinned(networks, host, port, seconds, resolve), port)
    except OSError as error:  # Also the time-out.
        raise _nobody(error) from None


def _nobody(error: OSError) -> Retryable:
    return Retryable(f"no connection: {type(error).__name__}", untouched=True)


async def _first(addresses: Sequence[str], port: int) -> socket.socket:
    failed: OSError = OSError("no address")
    for address in addresses:
        line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        line.setblocking(False)  # noqa: FBT003  (the library's signature)
        try:
            await asyncio.get_running_loop().sock_connect(line, (address, port))
        except OSError as error:
            line.close()
            failed = error
        except BaseException:
            line.close()
            raise
        else:
            return line
    raise failed
