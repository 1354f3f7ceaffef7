"""What the policy of a type demands of the documents that a message refers to. Pure."""

from collections.abc import Iterator
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from lgsp_message.reason import Reason, Refused

NAME: Final = "documents"
"""The member of an `admitted` or `verdict` event's detail."""


@unique
class Policy(StrEnum):
    """What the hub does about document signatures in messages of one type."""

    OFF = "off"
    """It does not look. So it is, too, for a type that nobody has set a policy for."""
    RECORD = "record"
    """Deliver at once; the verdict is told when it is there."""
    REQUIRE = "require"
    """Deliver only what has a document, and only once every document is found valid."""


SIGNED_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/xml",
        "text/xml",
        "application/vnd.etsi.asic-e+zip",
        "application/vnd.etsi.asic-s+zip",
    }
)
"""Media types in which signatures are looked for."""
_XML: Final = "+xml"


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of one message that must be judged."""

    policy: Policy
    hashes: tuple[str, ...]


def demanded(objects: tuple[str, ...], value: Any, policy: Policy) -> Demand | None:
    """Return what must be judged of a valid message; None where the policy asks nothing.

    `objects`: those that it refers to. `value`: its body.

    Raises:
        Refused: `DOCUMENT_MISSING`; invariant 5: where documents are required, none is refusal.
    """
    if policy is Policy.OFF:
        return None
    hashes = documents_of(value, objects)
    if hashes:
        return Demand(policy=policy, hashes=hashes)
    if policy is Policy.REQUIRE:
        raise Refused(Reason.DOCUMENT_MISSING, "this type needs a signed document", "objects")
    return None


def documents_of(value: Any, objects: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the objects that are documents, in their order.

    An object that the body does not describe counts as one: what nobody calls a picture or a
    table must not pass unseen (invariant 5).
    """
    told: dict[str, set[str]] = {}
    for name, media_type in _described(value):
        told.setdefault(name, set()).add(media_type)
    return tuple(
        name
        for name in objects
        if name not in told or any(_may_be_signed(media_type) for media_type in told[name])
    )


def _may_be_signed(media_type: str) -> bool:
    return media_type in SIGNED_TYPES or media_type.endswith(_XML)


def _described(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (hash, media type) of every reference to an object, wherever it stands in the body."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            hash_, media_type = found.get("hash"), found.get("media_type")
            if isinstance(hash_, str) and isinstance(media_type, str):
                yield hash_, media_type.lower()
            waiting.extend(found.values())
