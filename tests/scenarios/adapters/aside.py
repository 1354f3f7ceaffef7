"""A loop in a thread of its own, for the sandbox peers of scenarios that wait."""

import asyncio
import threading

SECONDS = 90


class Aside:
    """A loop in a thread of its own: sandbox peers answer there while a test waits."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, awaited):
        """Return what a coroutine returns."""
        return asyncio.run_coroutine_threadsafe(awaited, self._loop).result(SECONDS)

    def do(self, function, *arguments, **options):
        """Call a function in the loop, where nothing else runs meanwhile."""

        async def call():
            return function(*arguments, **options)

        return self.run(call())

    def close(self):
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()
