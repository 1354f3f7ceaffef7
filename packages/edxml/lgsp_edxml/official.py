"""From a body to the packet that is given out: the official form, or the packet as it came."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.mapping import from_body
from lgsp_edxml.model import Document, Hop
from lgsp_edxml.times import write_time
from lgsp_edxml.writer import write_packet


async def packet_of(
    body: Mapping[str, Any], made: datetime, read: Callable[[str], Awaitable[bytes]]
) -> bytes:
    """Return the packet of a body that fits its schema; the same body gives the same bytes.

    `made` is the message's own time, not the clock's; `read` gives an object by its hash, and what
    it raises passes through. A large packet is written off the loop: it takes seconds.

    Raises:
        EdxmlError: none can be written, and the body names none that it came as.
    """
    hashes = [file["object"]["hash"] for file in body.get("attachments", ())]
    files = {hash_: await read(hash_) for hash_ in hashes}
    try:
        return await asyncio.to_thread(_written, body, files, made)
    except EdxmlError:
        # What came as a packet and cannot be written in the official form goes on as it came.
        if "original" not in body:
            raise
        return await read(body["original"]["hash"])


def _written(body: Mapping[str, Any], files: Mapping[str, bytes], made: datetime) -> bytes:
    packet = from_body(body, files)
    if isinstance(packet, Document) and not packet.trace:
        packet = replace(packet, trace=(Hop(code=packet.from_.code, at=write_time(made)),))
    return write_packet(packet)
