"""A connection to the mail server, to an address that was approved for this connector."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Final

from lgsp_adapter import Retryable
from lgsp_adapter.guard import Guard

_TRIED: Final = 4
"""Addresses of one name that are tried in turn."""


async def connect(networks: Sequence[str], host: str, port: int, seconds: float) -> socket.socket:
    """Return a socket that is connected to an address that was checked, within `seconds`.

    The mail library resolves names by itself and asks nobody (SSRF, CWE-918).

    Raises:
        Fatal: nothing of what the name stands for is approved.
        Retryable: the name is not known, or nobody answers there.
    """
    try:
        async with asyncio.timeout(seconds):
            found = await Guard.of(networks).addresses(host, port)
            return await _first(found[:_TRIED], port)
    except OSError as error:  # Also the time-out.
        raise Retryable(f"no connection: {type(error).__name__}", untouched=True) from None


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
