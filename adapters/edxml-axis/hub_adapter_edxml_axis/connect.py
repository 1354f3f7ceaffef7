"""The HTTP client of an open connector."""

from collections.abc import Callable
from typing import Final

import httpx2
from lgsp_adapter import Context
from lgsp_adapter.net import open_client
from lgsp_edxml.limits import MAX_PACKET_BYTES

from hub_adapter_edxml_axis.calls import Calls
from hub_adapter_edxml_axis.config import AxisConfig

LONGEST_ANSWER: Final = 2 * MAX_PACKET_BYTES
"""Bytes: the largest packet in base64, in one JSON value."""

Connect = Callable[[Context, float], httpx2.AsyncClient]
"""Makes the client from the context and the longest wait in seconds."""


def connect(ctx: Context, timeout: float) -> httpx2.AsyncClient:
    """Return a client that reaches the approved networks only.

    Raises:
        Fatal: an entry of the networks is none.
    """
    return open_client(ctx.networks, timeout=timeout, longest_answer=LONGEST_ANSWER)


async def open_calls(ctx: Context, config: AxisConfig, client: httpx2.AsyncClient) -> Calls:
    """Return the axis' calls over a client; the secret is resolved here.

    Raises:
        Fatal: the secret cannot be resolved.
    """
    secret = await ctx.secret(config.secret)
    return Calls(client, config, secret=secret, now=ctx.now)
