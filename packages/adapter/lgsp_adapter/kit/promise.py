"""A promise is a test: an async method that pytest runs as an ordinary one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import pytest

K = TypeVar("K")

MARK: Final = "promise"
"""The pytest marker of a promise; its argument is the name."""


def promise(method: Callable[[K], Awaitable[None]]) -> Callable[[K], None]:
    """Make the method `test_<promise>` a test. A loop of its own shows what an adapter leaves."""

    def run(self: K) -> None:
        async def main() -> None:
            await method(self)

        asyncio.run(main())

    run.__name__, run.__doc__ = method.__name__, method.__doc__
    name = method.__name__.removeprefix("test_")
    marked: Callable[[K], None] = getattr(pytest.mark, MARK)(name)(run)
    return marked


def promises(kit: type[Any]) -> list[str]:
    """Return the names of the promises of a kit, in order."""
    names = [name for base in reversed(kit.__mro__) for name in vars(base)]
    tests = (name for name in dict.fromkeys(names) if name.startswith("test_"))
    return [name.removeprefix("test_") for name in tests]


def run_kit(kit: type[Any]) -> dict[str, str | None]:
    """Run a kit without pytest's machinery: each promise, and why it is not kept (None: kept).

    A promise that does not apply to the adapter is left out.
    """
    found: dict[str, str | None] = {}
    for name in promises(kit):
        try:
            getattr(kit(), f"test_{name}")()
        except pytest.skip.Exception:
            continue
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  (any end is a finding)
            found[name] = f"{type(error).__name__}: {error}"
        else:
            found[name] = None
    return found
