"""What the axis does to every packet that it carries, seen by comparing packets on both sides.

Comments go, elements move (DocumentId up, ToPlaces down), `Direction` appears, an empty
ResponseFor collapses, the signature's namespace is lost, raw attachments become ZIPs with a random
entry name, a TraceHeader of the axis is appended. No hash of the envelope survives.
"""

import base64
import binascii
import random
import re
import uuid
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from sandbox_edxml_axis.packets import children, find, local, make, parse, text, write
from sandbox_edxml_axis.zipped import one_entry

AXIS: Final = "001.00.20.TT2"
VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
"""Times in packets carry no zone; they are Vietnam's."""
_ORDER: Final = ("From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType")
_ZIP: Final = b"PK\x03\x04"
_ENTRY: Final = re.compile(rb"[0-9a-f-]{36}\.[^./\\]+")


def rewrite(packet: bytes, chance: random.Random, now: datetime) -> bytes:
    """Return the packet as its receiver gets it.

    Raises:
        BadPacket: it cannot be read.
    """
    tree = parse(packet)
    header = find(tree, "MessageHeader")
    if header is not None and children(header, "To"):
        _direct(header)
        _reorder(header)
    _trace(tree, now)
    for attachment in [each for each in tree.iter() if local(each) == "Attachment"]:
        _wrap(attachment, chance, now)
    return write(tree)


def _direct(header: ET.Element) -> None:
    other = find(header, "OtherInfo")
    if other is None:
        other = make("OtherInfo")
        header.append(other)
    if not children(other, "Direction"):
        appendixes = children(other, "Appendixes")
        place = list(other).index(appendixes[0]) if appendixes else len(other)
        other.insert(place, make("Direction", "false"))


def _reorder(header: ET.Element) -> None:
    known = {name: place for place, name in enumerate(_ORDER)}
    last = len(_ORDER)
    header[:] = sorted(
        header,
        key=lambda each: last + 1 if local(each) == "ToPlaces" else known.get(local(each), last),
    )


def _trace(tree: ET.Element, now: datetime) -> None:
    traces = find(tree, "TraceHeaderList")
    if traces is None:
        return  # A status packet has none.
    hop = make("TraceHeader")
    stamp = now.astimezone(VIETNAM).strftime("%Y/%m/%d %H:%M:%S")
    hop.extend([make("OrganId", AXIS), make("Timestamp", stamp)])
    hops = children(traces, "TraceHeader")
    traces.insert(list(traces).index(hops[-1]) + 1 if hops else 0, hop)


def _wrap(attachment: ET.Element, chance: random.Random, now: datetime) -> None:
    encoded = find(attachment, "ContentTransferEncoded")
    if encoded is None:
        return
    try:
        content = base64.b64decode(encoded.text or "")
    except binascii.Error:
        return  # The axis carries what it cannot read.
    if not _wrapped(content):
        name = uuid.UUID(int=chance.getrandbits(128), version=4)
        extension = _extension(text(attachment, "AttachmentName"))
        content = one_entry(f"{name}.{extension}", content, now.astimezone(VIETNAM))
        _declare(attachment, chance)
    encoded.text = base64.b64encode(content).decode()


def _declare(attachment: ET.Element, chance: random.Random) -> None:
    """Declare the ZIP or leave the old type standing: both were seen."""
    declared = children(attachment, "ContentType")
    if declared and chance.random() < 1 / 2:
        declared[0].text = "application/zip"


def _wrapped(content: bytes) -> bool:
    """Return whether it is a wrapper already: its first entry is named `<uuid>.<extension>`."""
    length = int.from_bytes(content[26:28], "little")
    return content.startswith(_ZIP) and bool(_ENTRY.fullmatch(content[30 : 30 + length]))


def _extension(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", name)
    return found[1] if found else "bin"
