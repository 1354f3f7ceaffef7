"""Deliveries on the disk: where each stands, what it says, how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

import msgspec
from lgsp_adapter import Delivery

from lgsp_edge import dead, objects, statements
from lgsp_edge.dead import Cause
from lgsp_edge.sealing import SpoolKeys
from lgsp_edge.spool import Tx

WITHDRAWN: Final = "withdrawn"
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
    urgent: bool


def after(tx: Tx, connector: str, seq: int, limit: int, *, withdrawn: bool = True) -> list[Arrival]:
    """Return the next deliveries of a connector behind number `seq`, in order.

    Those behind a dead letter of their key wait with it (invariant 7). `withdrawn`: also those that
    their sender has withdrawn and that are not settled yet.
    """
    rows = tx.db.execute(
        "SELECT seq, line, state, at, urgent FROM incoming AS mine WHERE connector = ? AND seq > ?"
        " AND state != 'dead' AND (? OR withdrawn IS NULL) AND NOT EXISTS (SELECT 1 FROM incoming"
        " AS first WHERE first.line = mine.line AND first.connector = mine.connector"
        " AND first.seq < mine.seq AND first.state = 'dead') ORDER BY seq LIMIT ?",
        (connector, seq, withdrawn, limit),
    )
    return [
        Arrival(seq=seq, line=line, state=State(state), at=at, urgent=bool(urgent))
        for seq, line, state, at, urgent in rows
    ]


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
    settle(tx, seq, "done")
    statements.state(
        tx, "acknowledged", source=delivery.source, id_=delivery.id, token=delivery.token
    )


def rejected(tx: Tx, seq: int, delivery: Delivery, reason: str) -> None:
    """Note that it is not taken, and that this is to be stated."""
    settle(tx, seq, "rejected")
    statements.state(
        tx,
        "rejected",
        source=delivery.source,
        id_=delivery.id,
        token=delivery.token,
        reason=reason,
    )


def buried(tx: Tx, seq: int, connector: str, cause: Cause) -> bool:
    """Make a dead letter of a delivery; its content and its successors stay where they are.

    False: its sender has withdrawn it, so that nobody need decide: it is settled.
    """
    if close_withdrawn(tx, seq):
        return False
    mark(tx, [seq], State.DEAD)
    dead.bury(tx, "incoming", connector, cause, incoming=seq)
    return True


def close_withdrawn(tx: Tx, seq: int) -> bool:
    """Settle a delivery that its sender has withdrawn; say whether it was.

    Nothing is stated: the hub recorded the withdrawal before it told us.
    """
    row = tx.db.execute("SELECT withdrawn FROM incoming WHERE seq = ?", (seq,)).fetchone()
    if row is None or row[0] is None:
        return False
    settle(tx, seq, WITHDRAWN)
    return True


def settle(tx: Tx, seq: int, outcome: str) -> None:
    """Let go of a delivery and remember how it ended, so that it is not taken in again."""
    (name,) = tx.db.execute("SELECT name FROM incoming WHERE seq = ?", (seq,)).fetchone()
    tx.db.execute("INSERT INTO settled VALUES (?, ?, ?)", (name, outcome, tx.now))
    tx.db.execute("DELETE FROM incoming WHERE seq = ?", (seq,))
    objects.release(tx, f"incoming:{seq}")


def encode(delivery: Delivery) -> bytes:
    """Return a delivery as it is sealed."""
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
    row = tx.db.execute(query, (_named(tx.keys, key),)).fetchone()
    return None if row is None else int(row[0])


def outcome_of(tx: Tx, key: str) -> str | None:
    """Return how the delivery with an idempotency key ended."""
    query = "SELECT outcome FROM settled WHERE name = ?"
    row = tx.db.execute(query, (_named(tx.keys, key),)).fetchone()
    return None if row is None else str(row[0])


def is_dead(tx: Tx, seq: int) -> bool:
    """Say whether a delivery waits for the operator."""
    row = tx.db.execute("SELECT state FROM incoming WHERE seq = ?", (seq,)).fetchone()
    return row is not None and row[0] == State.DEAD


def name_of(keys: SpoolKeys, source: str, id_: str) -> bytes:
    """Return the name under which a message stands on the disk: it tells nobody its id."""
    return keys.name("incoming", source, id_)


def _named(keys: SpoolKeys, key: str) -> bytes:
    # `Delivery.key` is source/id/recipient, and none of them holds a slash.
    source, _, rest = key.partition("/")
    return name_of(keys, source, rest.partition("/")[0])
