"""What goes over a real connection, through the client that connectors use."""

import asyncio
import json

from axis_letters import packet
from hub_adapter_edxml_axis import AxisSink
from hub_adapter_edxml_axis.calls import MessageType
from hub_adapter_edxml_axis.connect import connect, open_calls
from lgsp_adapter import Context
from lgsp_adapter.kit.common import LOOPBACK


async def secrets(name):
    return f"bi-mat-{name}"


class OneAnswer:
    """Keeps the bytes of one request and answers it."""

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def serve(self, reader, writer):
        self.head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
        length = int(self.head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        self.body = await reader.readexactly(length)
        answer = b'{"status":"OK","ErrorCode":"0","DocId":"65f0"}'
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/xroad/"


async def test_sending_is_a_form_with_signed_headers_and_the_packet_as_it_is():
    data = packet()
    async with OneAnswer() as peer, asyncio.timeout(10):
        settings = {"url": peer.url, "system_id": "sys-mau", "secret": "test:khoa"}
        config = AxisSink.config_of(settings)
        ctx = Context("axis", resolvers={"test": secrets}, networks=LOOPBACK)
        async with connect(ctx, 5.0) as client:
            calls = await open_calls(ctx, config, client)
            assert await calls.send(data, MessageType.DOCUMENT, "H99.98", ["G12"]) == "65f0"
    request, *lines = peer.head.rstrip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert request == "POST /xroad/sendEdoc HTTP/1.1"
    assert headers["User-Agent"] == "JAVASDKAgent/1.0.0 XRoad/VPCP"
    assert headers["XroadVnpt-to"] == '["G12"]'
    signed = json.loads(headers["XroadVnpt-sign-header"])
    assert all(headers[name] == value for name, value in signed.items())
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file_doc"' in peer.body
    assert data in peer.body
