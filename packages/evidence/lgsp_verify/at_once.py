"""certvalidator is asynchronous only to fetch; here it never does."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing to its end.

    Raises:
        RuntimeError: it waits for something, although it fetches nothing.
    """
    try:
        work.send(None)
    except StopIteration as finished:
        value: T = finished.value
        return value
    work.close()
    raise RuntimeError("the validator waits for something, although it fetches nothing")
