"""The sandbox: systems whose names begin so, with topics and rules of their own. Pure.

A system that is being connected has a twin here. What it sends is decided, recorded and delivered
as everything else is, and can reach nobody outside.
"""

from typing import Final

PREFIX: Final = "sandbox-"
"""Of the names, and so of the topics: `hub.inbox.sandbox-…`."""
DRILLED: Final = "retry-503-"
"""Messages of the sandbox whose ids begin so are answered 503 at the first attempt."""


def in_sandbox(system: str) -> bool:
    """Say whether a system is of the sandbox."""
    return system.startswith(PREFIX)


def apart(one: str, other: str) -> bool:
    """Say whether a system is of the sandbox and the other is not: no message goes between them."""
    return in_sandbox(one) != in_sandbox(other)


def twin_of(system: str) -> str:
    """Return the name under which a system is tried."""
    return PREFIX + system
