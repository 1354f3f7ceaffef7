"""Run the broker alone, until Ctrl-C or SIGTERM: `python -m hub.io.embedded --data DIR`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from hub.io.embedded import (
    DEFAULT_CONTROLLER_PORT,
    DEFAULT_HEAP_MB,
    DEFAULT_PORT,
    EmbeddedBroker,
    EmbeddedBrokerError,
)


async def run(broker: EmbeddedBroker) -> int:
    """Serve until a signal (0) or until the broker ends by itself (1)."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with broker:
        sys.stdout.write(f"Apache Kafka answers at {broker.bootstrap} (pid {broker.pid})\n")
        sys.stdout.flush()
        ended = asyncio.create_task(broker.wait())
        stopped = asyncio.create_task(told.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return 0 if stopped.done() else 1


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m hub.io.embedded", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--controller-port", type=int, default=DEFAULT_CONTROLLER_PORT)
    parser.add_argument("--heap-mb", type=int, default=DEFAULT_HEAP_MB)
    options = parser.parse_args()
    try:
        return asyncio.run(run(EmbeddedBroker(**vars(options))))
    except EmbeddedBrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
