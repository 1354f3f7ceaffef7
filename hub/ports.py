"""What the hub needs from the world. `hub.io` implements it; the pure rooms import only this."""

from typing import Protocol

from lgsp_message.values import Place

from hub.answers import Answer


class Unavailable(Exception):
    """The world did not answer, and whether it wrote is unknown. Back off; nothing moves.

    The text says what did not answer and what to do; it holds no message content.
    """


class Refusing(Exception):
    """The world refuses one thing for good, now and at every repetition: too large, forbidden."""


class Admitted(Protocol):
    """What was already admitted: the memory behind invariant 8."""

    def get(self, source: str, key: str) -> Answer | None:
        """Return what was remembered for `key` (a message id or a counted receipt) of `source`."""
        ...


__all__ = ["Admitted", "Place", "Refusing", "Unavailable"]
