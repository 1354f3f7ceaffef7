"""What the hub remembers of an admitted message, so that a repetition gets the same answer."""

import msgspec


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The value of a `hub.seen` record. Encoded as a MessagePack array: fields may be appended."""

    content_hash: bytes
    decided_at: float
    """Seconds since 1970, UTC."""
    recipients: tuple[str, ...] = ()
    """The systems it was delivered to."""
    body_hash: bytes = b""
    withdrawn: bool = False
    statement: bool = False
    """It is a receipt or a withdrawal: what was stated cannot be withdrawn."""
