"""A message of the inbox: as the hub handed it over, and as it was proven."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lgsp_message.attributes import SYSTEM_PREFIX, Attributes, parse_attributes
from lgsp_message.values import Received

from lgsp_client.errors import HubProtocolError
from lgsp_client.keyring import Dangerous, Trust, prove


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What the hub handed over. The sender is not proven yet."""

    attributes: Mapping[str, str]
    body: bytes = field(repr=False)
    signature: str | None = field(repr=False)
    token: str = field(repr=False)
    """The delivery token, which receipts echo."""
    address: str
    """The URN under which the sender addressed us: a reply uses the same code."""
    cursor: str
    received_at: str
    """When the hub received it (RFC 3339)."""

    @property
    def source(self) -> str:
        """The claimed sender's bare name."""
        return self.attributes.get("source", "").removeprefix(SYSTEM_PREFIX)

    @property
    def id(self) -> str:
        """The claimed id."""
        return self.attributes.get("id", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message whose attributes can be relied on, as far as `proven` says."""

    parcel: Parcel
    attributes: Attributes
    proven: bool
    """Whether the sender's signature was checked with a key that we trust."""


def prove_parcel(parcel: Parcel, hub: str, trust: Trust) -> Arrived:
    """Check the sender's signature, unless everything is to be believed.

    Raises:
        Refused: it cannot be proven, or the attributes break the grammar.
    """
    if isinstance(trust, Dangerous):
        attributes = parse_attributes(parcel.attributes)
        return Arrived(parcel=parcel, attributes=attributes, proven=False)
    received = Received(attributes=parcel.attributes, body=parcel.body, signature=parcel.signature)
    message = prove(received, hub, trust)
    return Arrived(parcel=parcel, attributes=message.attributes, proven=True)


def read_page(fields: Mapping[str, Any]) -> tuple[list[Parcel], str | None]:
    """Return the messages of a page and the cursor that goes on behind them.

    Raises:
        HubProtocolError: the page has another form.
    """
    messages, after = fields.get("messages"), fields.get("next")
    if not isinstance(messages, list) or not isinstance(after, str | None):
        raise HubProtocolError("the inbox answer has no list of messages and next")
    return [read_parcel(message) for message in messages], after


def read_parcel(value: Any) -> Parcel:
    """Return one message of a page or of the stream.

    Raises:
        HubProtocolError: it has another form.
    """
    try:
        parcel = Parcel(
            attributes=dict(value["attributes"]),
            body=base64.b64decode(value["data_base64"], validate=True),
            signature=value.get("signature"),
            token=value["token"],
            address=value["address"],
            cursor=value["cursor"],
            received_at=value["received_at"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HubProtocolError("a message of the inbox has another form") from error
    texts = (*parcel.attributes.values(), parcel.token, parcel.cursor)
    if not all(isinstance(text, str) for text in texts):
        raise HubProtocolError("a message of the inbox has another form")
    return parcel
