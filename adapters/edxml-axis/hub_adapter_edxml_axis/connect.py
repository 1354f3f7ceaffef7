"""The HTTP client of an open connector."""

from collections.abc import Callable

import httpx2
from lgsp_adapter import Context

from hub_adapter_edxml_axis.calls import Calls
from hub_adapter_edxml_axis.config import AxisConfig

Connect = Callable[[Context, float], httpx2.AsyncClient]
"""Makes the client from the context and the longest wait in seconds."""


def connect(ctx: Context, timeout: float) -> httpx2.AsyncClient:  # noqa: ARG001  (as `Connect`)
    """Return a client that follows no redirect and no proxy of the environment."""
    return httpx2.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False)


async def open_calls(ctx: Context, config: AxisConfig, client: httpx2.AsyncClient) -> Calls:
    """Return the axis' calls over a client; the secret is resolved here.

    Raises:
        Fatal: the secret cannot be resolved.
    """
    secret = await ctx.secret(config.secret)
    return Calls(client, config.url, system_id=config.system_id, secret=secret, now=ctx.now)
