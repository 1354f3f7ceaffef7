"""Deliveries from the hub: durable with the cursor, then handed over in order per key."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

import msgspec
from lgsp_adapter import Delivery
from lgsp_client.arrived import Parcel

from lgsp_edge import dead, objects, statements
from lgsp_edge.dead import Cause
from lgsp_edge.sealing import SpoolKeys
from lgsp_edge.spool import Tx, require_room

CURSOR: Final = "inbox"

NO_CONNECTOR: Final = Cause(code="no_connector", detail="no connector here takes this type")
DROPPED: Final = "given_up"
"""The reason that the sender is told where an operator gives a delivery up."""


@unique
class State(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    ATTEMPTED = "attempted"
    """A call began and its end is not known."""
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One delivery to be handed over. Its content is read when its turn comes."""

    seq: int
    line: bytes
    state: State
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """One message of a page: for a connector, for nobody, or not to be believed."""

    parcel: Parcel
    connector: str | None
    unproven: str | None = None
    """The reason why its sender cannot be believed."""


def take_in(tx: Tx, page: Sequence[Sorted], cursor: str | None, recipient: str) -> int:
    """Write a page and the cursor behind it in one transaction; return how many are new.

    Raises:
        SpoolFull: the page does not fit; the cursor has not moved, and the hub keeps it.
    """
    new = sum(_take_one(tx, each, recipient) for each in page)
    if cursor is not None:
        # Invariant 1: the position moves only with what stands before it.
        tx.set_place(CURSOR, cursor)
    return new


def _take_one(tx: Tx, each: Sorted, recipient: str) -> bool:
    name = _name(tx.keys, each.parcel)
    if _is_here(tx, name):
        return False
    if each.unproven is not None:
        _state(tx, each.parcel, each.unproven)
        tx.db.execute("INSERT INTO settled VALUES (?, ?, ?)", (name, "unproven", tx.now))
        return True
    delivery = _delivery(each.parcel, recipient)
    data = _encode(delivery)
    require_room(tx, "incoming", len(data))
    number = tx.next_number("incoming")
    sealed = tx.seal("incoming", number, data)
    line = tx.keys.name("line", delivery.order_key)
    state = State.DEAD if each.connector is None else State.WAITING
    row = (number, name, line, each.connector or "", state, len(data), tx.now)
    tx.db.execute(
        "INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, sealed.key_id, sealed.data),
    )
    objects.use(tx, f"incoming:{number}", delivery.objects)
    if each.connector is None:
        # Invariant 5: what nobody takes is shown to the operator, never dropped.
        dead.bury(tx, "incoming", "", NO_CONNECTOR, incoming=number)
    return True


def _is_here(tx: Tx, name: bytes) -> bool:
    query = "SELECT 1 FROM incoming WHERE name = ? UNION SELECT 1 FROM settled WHERE name = ?"
    return tx.db.execute(query, (name, name)).fetchone() is not None


def _state(tx: Tx, parcel: Parcel, reason: str) -> None:
    statements.state(
        tx, "rejected", source=parcel.source, id_=parcel.id, token=parcel.token, reason=reason
    )


def after(tx: Tx, connector: str, seq: int, limit: int) -> list[Arrival]:
    """Return the next deliveries of a connector behind number `seq`, in order.

    Those behind a dead letter of their key wait with it (invariant 7).
    """
    rows = tx.db.execute(
        "SELECT seq, line, state, at FROM incoming AS mine WHERE connector = ? AND seq > ?"
        " AND state != 'dead' AND NOT EXISTS (SELECT 1 FROM incoming AS first WHERE"
        " first.line = mine.line AND first.connector = mine.connector AND first.seq < mine.seq"
        " AND first.state = 'dead') ORDER BY seq LIMIT ?",
        (connector, seq, limit),
    )
    return [Arrival(seq=seq, line=line, state=State(s), at=at) for seq, line, s, at in rows]


def read(tx: Tx, seq: int) -> Delivery:
    """Return one delivery as it came.

    Raises:
        SpoolDamaged: it is not what was written.
        KeyError: there is none.
    """
    query = "SELECT key_id, sealed FROM incoming WHERE seq = ?"
    row = tx.db.execute(query, (seq,)).fetchone()
    if row is None:
        raise KeyError(seq)
    return _decode(tx.open("incoming", seq, *row))


def mark(tx: Tx, numbers: Sequence[int], state: State) -> None:
    """Note where deliveries are."""
    rows = [(state, number) for number in numbers]
    tx.db.executemany("UPDATE incoming SET state = ? WHERE seq = ?", rows)


def done(tx: Tx, seq: int, delivery: Delivery) -> None:
    """Note that the other side has it, and that this is to be stated: in one transaction."""
    _settle(tx, seq, "done")
    statements.state(
        tx, "acknowledged", source=delivery.source, id_=delivery.id, token=delivery.token
    )


def rejected(tx: Tx, seq: int, delivery: Delivery, reason: str) -> None:
    """Note that it is not taken, and that this is to be stated."""
    _settle(tx, seq, "rejected")
    statements.state(
        tx,
        "rejected",
        source=delivery.source,
        id_=delivery.id,
        token=delivery.token,
        reason=reason,
    )


def buried(tx: Tx, seq: int, connector: str, cause: Cause) -> int:
    """Make a dead letter of a delivery; its content and its successors stay where they are."""
    mark(tx, [seq], State.DEAD)
    return dead.bury(tx, "incoming", connector, cause, incoming=seq)


def _settle(tx: Tx, seq: int, outcome: str) -> None:
    (name,) = tx.db.execute("SELECT name FROM incoming WHERE seq = ?", (seq,)).fetchone()
    tx.db.execute("INSERT INTO settled VALUES (?, ?, ?)", (name, outcome, tx.now))
    tx.db.execute("DELETE FROM incoming WHERE seq = ?", (seq,))
    objects.release(tx, f"incoming:{seq}")


def _name(keys: SpoolKeys, parcel: Parcel) -> bytes:
    return keys.name("incoming", parcel.source, parcel.id)


def _delivery(parcel: Parcel, recipient: str) -> Delivery:
    return Delivery(
        attributes=parcel.attributes,
        body=parcel.body,
        signature=parcel.signature or "",
        token=parcel.token,
        address=parcel.address,
        recipient=recipient,
    )


def _encode(delivery: Delivery) -> bytes:
    parts = (
        *(dict(delivery.attributes), delivery.body, delivery.signature),
        *(delivery.token, delivery.address, delivery.recipient),
    )
    return msgspec.msgpack.encode(parts)


def _decode(data: bytes) -> Delivery:
    shape = tuple[dict[str, str], bytes, str, str, str, str]
    attributes, body, signature, token, address, recipient = msgspec.msgpack.decode(
        data, type=shape
    )
    return Delivery(
        attributes=attributes,
        body=body,
        signature=signature,
        token=token,
        address=address,
        recipient=recipient,
    )


def number_of(tx: Tx, key: str) -> int | None:
    """Return the number of the delivery with an idempotency key that is not settled."""
    query = "SELECT seq FROM incoming WHERE name = ?"
    row = tx.db.execute(query, (_name_of(tx.keys, key),)).fetchone()
    return None if row is None else int(row[0])


def outcome_of(tx: Tx, key: str) -> str | None:
    """Return how the delivery with an idempotency key ended."""
    query = "SELECT outcome FROM settled WHERE name = ?"
    row = tx.db.execute(query, (_name_of(tx.keys, key),)).fetchone()
    return None if row is None else str(row[0])


def is_dead(tx: Tx, seq: int) -> bool:
    """Say whether a delivery waits for the operator."""
    row = tx.db.execute("SELECT state FROM incoming WHERE seq = ?", (seq,)).fetchone()
    return row is not None and row[0] == State.DEAD


def _name_of(keys: SpoolKeys, key: str) -> bytes:
    # `Delivery.key` is source/id/recipient, and none of them holds a slash.
    source, _, rest = key.partition("/")
    return keys.name("incoming", source, rest.partition("/")[0])
