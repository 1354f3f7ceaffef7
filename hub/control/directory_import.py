"""Import a file of organisations: show what it would change, then change exactly that."""

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from hub.control import store
from hub.control.changes import ChangeSet
from hub.control.directory_files import Format, read
from hub.control.directory_plan import Plan, plan
from hub.control.directory_steps import Change
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.directory.organisations import legal_day
from hub.io.sql.engine import sql_errors

AT_ONCE: Final = 20_000
"""Changes that become one version of the rules. A larger import is several, one after the other:
each is whole, and after a crash the same file brings what is missing."""

FEW_CLOSED: Final = 20
CLOSED_SHARE: Final = 0.05
"""More closings than both: an import stops and asks for their number. A truncated file, or the list
of one province, must not close the country."""


class DirectoryImport:
    """Previews and imports."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def preview(self, content: bytes, format_: Format, *, close_missing: bool) -> Plan:
        """Return what the file would change.

        Raises:
            ChangeRefused: `UNREADABLE`.
            Unavailable: SQL is away.
        """
        rows = await asyncio.to_thread(read, content, format_)
        with sql_errors("reading the directory"):
            async with self._control.engine.connect() as connection:
                organisations = await store.load_kind(connection, "organisation")
                codes = await store.load_kind(connection, "code")
        today = legal_day(self._control.clock())
        make = partial(plan, rows, organisations, codes, today, close_missing=close_missing)
        return await asyncio.to_thread(_uncollected, make)

    async def apply(
        self,
        content: bytes,
        format_: Format,
        *,
        close_missing: bool,
        digest: str,
        closing: int,
        actor: str,
        reason: str,
    ) -> Plan:
        """Change what the preview with this digest has told, and nothing else.

        `closing`: how many organisations the asker knows that it closes, where they are many.

        Raises:
            ChangeRefused: `COUNT_DIFFERS`: the directory or the file is another than it was, or
                many would be closed and nobody has said so. Nothing was done.
            Unavailable: SQL is away; what was done stays, and the same file does the rest.
        """
        found = await self.preview(content, format_, close_missing=close_missing)
        if found.digest != digest:
            detail = "this is not what the preview has told: look at it again"
            raise ChangeRefused(Refusal.COUNT_DIFFERS, detail, "digest")
        if closes_many(found) and closing != found.closed:
            detail = f"it would close {found.closed} of {found.existing}: say so to go on"
            raise ChangeRefused(Refusal.COUNT_DIFFERS, detail, "closing")
        with _set_aside():
            for part in _parts(found.changes):
                # Checked already, each by its type.
                request = ChangeSet.model_construct(reason=reason, changes=tuple(part))
                await self._control.write(request, actor=actor)
        return found


def closes_many(found: Plan) -> bool:
    """Say whether so many would be closed that a person must say their number."""
    return found.closed > FEW_CLOSED and found.closed > CLOSED_SHARE * found.existing


def _uncollected(make: Callable[[], Plan]) -> Plan:
    """Make a plan while the garbage collector rests.

    The plan of a country is a million objects, none in a circle. Looking through them again and
    again takes a quarter of the time, and holds up all other threads for half a second each time.
    """
    if not gc.isenabled():  # Another plan is being made; its end turns the collector on.
        return make()
    gc.disable()
    try:
        return make()
    finally:
        gc.enable()


@contextmanager
def _set_aside() -> Iterator[None]:
    """Keep what is there now from being looked through by each collection until the end."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _parts(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    return (changes[at : at + AT_ONCE] for at in range(0, len(changes), AT_ONCE))
