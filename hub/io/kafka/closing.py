"""Close a Kafka client, whatever state it is in."""

import asyncio
from typing import Any


async def close(client: Any, seconds: float = 10) -> None:
    """Stop the client within `seconds`; what it raises then is nobody's business any more.

    With the broker away a producer would wait for it without end; and a consumer that is stopped
    right after its start lets the cancellation of its own helper out (aiokafka 0.14).
    """
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=seconds)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()
