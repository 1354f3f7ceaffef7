"""`python -m sandbox_x`: a peer by itself, until it is told to end."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from lgsp_adapter.sandbox.server import Sandbox


def run(make: Callable[..., Sandbox]) -> None:
    """Serve a peer until SIGINT or SIGTERM; print where it is as one JSON line."""
    parser = argparse.ArgumentParser(description=make.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same answers")
    parser.add_argument("--tls", action="store_true", help="HTTPS with a certificate of its own")
    parser.add_argument("--misbehave", type=float, help="spoil this share of all calls, 0 to 1")
    asked = vars(parser.parse_args())
    share = asked.pop("misbehave")
    sandbox = make(**asked)
    try:
        sandbox.mischief.bad_day(share or 0.0, sandbox.seed)
    except ValueError as error:
        parser.error(f"--misbehave: {error}")
    asyncio.run(_serve(sandbox))


async def _serve(sandbox: Sandbox) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with sandbox:
        say(sandbox.describe())
        await stop.wait()


def say(facts: dict[str, Any]) -> None:
    """Print one JSON line at once: whoever started the process waits for it."""
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    sys.stdout.flush()
