"""Messages that belong to one: by correlation, by business key, and statements about it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.api.ops.trace_models import Link
from hub.decision.events import Event
from hub.decision.rows import Key, MessageRow
from hub.io.sql.corrected_copies import copies_of
from hub.io.sql.message_filter import Filter, Viewer
from hub.io.sql.message_lists import MessageLists
from hub.io.sql.message_trace import MessageTrace, MessageTraces

MAX_LINKS: Final = 50
MAX_COPIES: Final = 10
"""Corrected copies of one message; each is a question of its own to SQL."""


async def links_of(
    engine: AsyncEngine, found: MessageTrace, viewers: tuple[Viewer, ...] | None
) -> list[Link]:
    """Return other messages that belong to this one, as far as somebody may see them."""
    lists, message, seen = MessageLists(engine), found.message, Filter(viewers=viewers)
    related: list[tuple[str, Iterable[MessageRow]]] = []
    for kind, keys in _stated(found).items():
        related.append((kind, await MessageTraces(engine).named(keys[:MAX_LINKS])))
    # First what says most of them: a copy is of the same conversation and document too.
    for kind, wanted in (*await _corrected(engine, message, seen), *_wanted(message, seen)):
        page = await lists.page(wanted, limit=MAX_LINKS)
        related.append((kind, [line.message for line in page.messages]))
    return _links(related, (message.source, message.id))


def _wanted(message: MessageRow, seen: Filter) -> list[tuple[str, Filter]]:
    wanted = [("correlation", replace(seen, correlationid=message.id))]
    if message.correlationid is not None:
        wanted.append(("correlation", replace(seen, correlationid=message.correlationid)))
        wanted.append(("correlation", replace(seen, id=message.correlationid)))
    if message.subject is not None:
        wanted.append(("same_key", replace(seen, subject=message.subject, statements=False)))
    return wanted


def _stated(found: MessageTrace) -> dict[str, list[Key]]:
    """Return the receipts and the withdrawal that the steps name."""
    keys: dict[str, list[Key]] = {"receipt": [], "withdrawal": []}
    for step in found.steps:
        detail = msgspec.json.decode(step.detail)
        receipt, withdrawal = detail.get("receipt"), detail.get("withdrawal")
        if isinstance(receipt, str) and step.recipient is not None:
            keys["receipt"].append((step.recipient, receipt))
        if isinstance(withdrawal, str) and step.event == Event.WITHDRAWN:
            keys["withdrawal"].append((step.source, withdrawal))
    return {kind: list(dict.fromkeys(named)) for kind, named in keys.items() if named}


async def _corrected(
    engine: AsyncEngine, message: MessageRow, seen: Filter
) -> list[tuple[str, Filter]]:
    """Ask for the corrected copies of a message, and for the one that it is a copy of."""
    made, first = await copies_of(engine, message.source, message.id)
    named = [("corrected_copy", key) for key in made] + [("copy_of", key) for key in first]
    return [
        (kind, replace(seen, senders=(source,), id=id)) for kind, (source, id) in named[:MAX_COPIES]
    ]


def _links(related: Iterable[tuple[str, Iterable[MessageRow]]], own: Key) -> list[Link]:
    found: dict[Key, Link] = {}
    for kind, row in chain.from_iterable(((kind, row) for row in rows) for kind, rows in related):
        key = (row.source, row.id)
        if key != own and key not in found:
            found[key] = Link(
                kind=kind, source=row.source, id=row.id, type=row.type, decided_at=row.decided_at
            )
    newest = sorted(found.values(), key=lambda link: link.decided_at, reverse=True)
    return newest[:MAX_LINKS]
