"""CloudEvents 1.0 binary mode: the attributes as HTTP headers and as Kafka headers.

HTTP: `ce-<name>`, percent-encoded (HTTP protocol binding, section 3.1.3.2). Kafka: `ce_<name>`,
UTF-8 (Kafka protocol binding, section 3.2.3). In both, `content-type` is `datacontenttype`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from lgsp_message.attributes import SIGNED
from lgsp_message.reason import Reason, Refused

SIGNATURE_HEADER: Final = "hub-signature"
"""The detached JWS, by the same name in HTTP and in Kafka."""
TRACE_HEADER: Final = "traceparent"

# W3C trace context, version 00; ids of zeros only are none.
_TRACE: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

# What the HTTP binding leaves as it is: printable ASCII except space, double quote and percent.
_SAFE: Final = "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def genuine_trace(value: str | None) -> str | None:
    """Return a `traceparent` that is one; None for anything else: nobody has signed it."""
    return value if value is not None and _TRACE.fullmatch(value) else None


def http_headers(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the HTTP headers of `attributes`."""
    return {
        "content-type" if name == "datacontenttype" else f"ce-{name}": (
            value if name == "datacontenttype" else quote(value, safe=_SAFE)
        )
        for name, value in attributes.items()
    }


def from_http(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the attributes of HTTP headers (names in lower case); other headers are left out.

    Raises:
        Refused: `ATTRIBUTE_INVALID` where a value is not percent-encoded UTF-8 or stands twice.
    """
    attributes: dict[str, str] = {}
    for header, value in headers:
        name = _attribute_name(header, "ce-")
        if name is None:
            continue
        if name in attributes:
            raise Refused(Reason.ATTRIBUTE_INVALID, "a header stands twice", name)
        attributes[name] = value if name == "datacontenttype" else _unquote(value, name)
    return attributes


def _attribute_name(header: str, prefix: str) -> str | None:
    if header.startswith(prefix):
        name = header[len(prefix) :]
        # Some libraries send the trace as an extension attribute: it is never signed.
        return None if name == TRACE_HEADER else name
    return "datacontenttype" if header == "content-type" else None


def _unquote(value: str, name: str) -> str:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeError as error:
        raise Refused(Reason.ATTRIBUTE_INVALID, "a header is not UTF-8", name) from error


_KAFKA_NAMES: Final = {
    "content-type" if name == "datacontenttype" else f"ce_{name}": name for name in SIGNED
}
"""The usual names, looked up: a router reads a dozen for each message."""


def kafka_headers(attributes: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Return the Kafka headers of `attributes`."""
    return [
        ("content-type" if name == "datacontenttype" else f"ce_{name}", value.encode())
        for name, value in attributes.items()
    ]


def from_kafka(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return the attributes of Kafka headers; other headers are left out.

    Raises:
        Refused: `ATTRIBUTE_INVALID` where a value is not UTF-8 or stands twice.
    """
    attributes: dict[str, str] = {}
    for header, value in headers:
        name = _KAFKA_NAMES.get(header)
        if name is None and header[:3] == "ce_":
            name = _attribute_name(header, "ce_")
        if name is None:
            continue
        if name in attributes:
            raise Refused(Reason.ATTRIBUTE_INVALID, "a header stands twice", name)
        try:
            attributes[name] = value.decode()
        except (UnicodeError, AttributeError) as error:  # A Kafka header may have no value.
            raise Refused(Reason.ATTRIBUTE_INVALID, "a header is not UTF-8", name) from error
    return attributes
