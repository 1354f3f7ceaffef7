"""What is said to the hub about deliveries: kept with the outcome, signed together, sent."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec
from lgsp_client import Outgoing, Stage
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.limits import MAX_RECEIPT_ITEMS

from lgsp_edge import dead, outbox
from lgsp_edge.spool import Tx

Body: TypeAlias = dict[str, Any]
"""The body of a receipt: the stage and the messages."""

COLLECT_SECONDS: Final = 1.0
"""How long a statement waits for others: one signature and one request serve up to 500."""

_PLACE: Final = "/messages/"


def state(
    tx: Tx, stage: Stage, *, source: str, id_: str, token: str, reason: str | None = None
) -> None:
    """Note a statement, in the transaction of the outcome that it states."""
    item = {"source": SYSTEM_PREFIX + source, "id": id_, "token": token}
    told = item if reason is None else {**item, "reason": reason}
    _insert(tx, stage, told)


def _insert(tx: Tx, stage: str, item: Body) -> None:
    number = tx.next_number("statements")
    sealed = tx.seal("statements", number, msgspec.json.encode(item))
    row = (number, stage, tx.now, sealed.key_id, sealed.data)
    tx.db.execute("INSERT INTO statements VALUES (?, ?, ?, ?, ?)", row)


def due_in(tx: Tx) -> float | None:
    """Return the seconds until what waits should be signed; None where nothing waits."""
    count, oldest = tx.db.execute("SELECT count(*), min(at) FROM statements").fetchone()
    if not count:
        return None
    # The clock may have been set back: nobody waits longer than the time for collecting.
    left = min(COLLECT_SECONDS, oldest + COLLECT_SECONDS - tx.now)
    return 0.0 if count >= MAX_RECEIPT_ITEMS else max(0.0, left)


def to_receipts(tx: Tx, sign: Callable[[Body], Outgoing]) -> int:
    """Sign what waits into receipts of one stage and source; return how many messages they name.

    Statements become receipts in one transaction: none is stated twice or forgotten.
    """
    query = "SELECT seq, stage, key_id, sealed FROM statements ORDER BY seq LIMIT ?"
    rows = tx.db.execute(query, (MAX_RECEIPT_ITEMS,)).fetchall()
    groups: dict[tuple[str, str], list[Body]] = {}
    for number, stage, key_id, data in rows:
        item = msgspec.json.decode(tx.open("statements", number, key_id, data))
        # Of one source, so that the receipt can be shown to that sender as evidence.
        groups.setdefault((stage, item["source"]), []).append(item)
    for (stage, _), items in groups.items():
        outbox.put_receipt(tx, sign({"stage": stage, "messages": items}))
    tx.db.executemany("DELETE FROM statements WHERE seq = ?", [(row[0],) for row in rows])
    return len(rows)


def refused(tx: Tx, seq: int, cause: dead.Cause) -> None:
    """Take a refused receipt apart: the item that the hub names is a dead letter, the rest goes on.

    A receipt is decided whole (`docs/protocol.md`, section 10). Where no item is named, the whole
    receipt is a dead letter.
    """
    message = outbox.read(tx, seq)
    body = msgspec.json.decode(message.body)
    number = _named(cause.place, len(body["messages"]))
    if number is None:
        outbox.refused(tx, seq, cause)
        return
    item = body["messages"].pop(number)
    dead.bury(tx, "outgoing", "", cause, msgspec.json.encode({**body, "messages": [item]}))
    for left in body["messages"]:
        _insert(tx, body["stage"], left)
    outbox.taken(tx, seq)


def _named(place: str, count: int) -> int | None:
    number = place.removeprefix(_PLACE).partition("/")[0]
    found = place.startswith(_PLACE) and number.isascii() and number.isdigit()
    return int(number) if found and int(number) < count else None
