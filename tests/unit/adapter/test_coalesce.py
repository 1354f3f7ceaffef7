import socket
import ssl

import httpcore2
from lgsp_adapter.coalesce import Coalesced


class Line(httpcore2.AsyncNetworkStream):
    def __init__(self, *, breaks=False):
        self.written, self.breaks = [], breaks

    async def write(self, buffer, timeout=None):  # noqa: ARG002, ASYNC109
        if self.breaks:
            raise httpcore2.WriteError("mau")
        self.written.append(bytes(buffer))

    async def read(self, max_bytes, timeout=None):  # noqa: ARG002, ASYNC109
        return b"tra loi"

    async def start_tls(self, ssl_context, server_hostname=None, timeout=None):  # noqa: ARG002, ASYNC109
        return self


async def test_head_and_body_are_one_write_before_the_answer_is_read():
    line = Line()
    stream = Coalesced(line)
    await stream.write(b"POST /\r\n\r\n")
    await stream.write(b"than")
    assert line.written == []
    assert await stream.read(10) == b"tra loi"
    assert line.written == [b"POST /\r\n\r\nthan"]


async def test_a_large_body_does_not_wait_in_memory():
    line = Line()
    stream = Coalesced(line)
    for _ in range(4):
        await stream.write(bytes(50_000))
    assert sum(map(len, line.written)) == 200_000
    assert max(map(len, line.written)) <= 115_536


async def test_an_answer_that_came_before_all_was_taken_is_read():
    stream = Coalesced(Line(breaks=True))
    await stream.write(b"than")
    assert await stream.read(10) == b"tra loi"


async def test_over_tls_it_is_the_same():
    line = Line()
    stream = await Coalesced(line).start_tls(ssl.create_default_context())
    await stream.write(b"a")
    await stream.write(b"b")
    await stream.read(1)
    assert line.written == [b"ab"]


async def test_a_connection_that_the_other_side_has_closed_is_seen_before_it_is_used_again():
    ours, theirs = socket.socketpair()

    class Known(Line):
        def get_extra_info(self, info):
            return ours if info == "socket" else f"below: {info}"

    with ours, theirs:
        stream = Coalesced(Known())
        assert stream.get_extra_info("is_readable") is False
        assert stream.get_extra_info("ssl_object") == "below: ssl_object"
        theirs.close()
        assert stream.get_extra_info("is_readable") is True
        ours.close()
        assert stream.get_extra_info("is_readable") is True
