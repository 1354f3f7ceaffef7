"""A poor line: a TCP proxy in front of a hub, with a bandwidth; it can be cut, and it can stall."""

import asyncio
from contextlib import suppress

PIECE = 4096


class PoorLine:
    """`async with PoorLine(port, bytes_per_second=…) as line:` connect to `line.url`."""

    def __init__(self, port, *, bytes_per_second=None):
        self._port, self._rate = port, bytes_per_second
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._connected = True
        self._turn = asyncio.Lock()
        self._tasks = set()
        self.bytes = 0
        self.connections = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.cut()
        self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def cut(self):
        """Break every connection, in the middle of whatever it carries; take no new one."""
        self._connected = False
        for task in self._tasks:
            task.cancel()

    def mend(self):
        """Take connections again."""
        self._connected = True

    def stall(self):
        """Carry nothing, and break nothing: the worst line."""
        self._flowing.clear()

    def flow(self):
        """Carry on."""
        self._flowing.set()

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(asyncio.CancelledError, OSError):
            await self._carry(reader, writer)
        writer.transport.abort()

    async def _carry(self, reader, writer):
        if not self._connected:
            return
        self.connections += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, back))
                both.create_task(self._pump(there, writer))
        except* OSError:
            pass
        finally:
            back.transport.abort()

    async def _pump(self, reader, writer):
        while piece := await reader.read(PIECE):
            await self._flowing.wait()
            if self._rate is not None:
                async with self._turn:  # Both ways share the line, as on a radio link.
                    await asyncio.sleep(len(piece) / self._rate)
            self.bytes += len(piece)
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError("one side has closed")
