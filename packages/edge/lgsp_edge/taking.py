"""What the hub hands over: durable with the cursor behind it, each message once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_adapter import Delivery
from lgsp_client import Stage
from lgsp_client.arrived import Parcel
from lgsp_client.outgoing import WITHDRAWAL
from lgsp_message.attributes import is_urgent

from lgsp_edge import arrivals, dead, objects, statements
from lgsp_edge.arrivals import State, name_of
from lgsp_edge.dead import Cause
from lgsp_edge.spool import Tx, require_room
from lgsp_edge.withdrawals import take_back

CURSOR: Final = "inbox"

NO_CONNECTOR: Final = Cause(code="no_connector", detail="no connector here takes this type")


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
    name = name_of(tx.keys, each.parcel.source, each.parcel.id)
    if _is_here(tx, name):
        return False
    if each.unproven is not None:
        _state(tx, each.parcel, "rejected", each.unproven)
        tx.db.execute("INSERT INTO settled VALUES (?, ?, ?)", (name, "unproven", tx.now))
        return True
    if each.parcel.attributes["type"] == WITHDRAWAL:
        take_back(tx, each.parcel)
        if each.connector is None:
            # Carried out here: no local system need know of what it has not seen.
            _state(tx, each.parcel, "acknowledged")
            tx.db.execute("INSERT INTO settled VALUES (?, ?, ?)", (name, "done", tx.now))
            return True
    _keep(tx, each, name, recipient)
    return True


def _keep(tx: Tx, each: Sorted, name: bytes, recipient: str) -> None:
    delivery = _delivery(each.parcel, recipient)
    data = arrivals.encode(delivery)
    require_room(tx, "incoming", len(data))
    number = tx.next_number("incoming")
    sealed = tx.seal("incoming", number, data)
    line = tx.keys.name("line", delivery.order_key)
    state = State.DEAD if each.connector is None else State.WAITING
    urgent = is_urgent(each.parcel.attributes)
    row = (number, name, line, each.connector or "", state, len(data), tx.now)
    tx.db.execute(
        "INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (*row, sealed.key_id, sealed.data, urgent),
    )
    objects.use(tx, f"incoming:{number}", delivery.objects)
    if each.connector is None:
        # Invariant 5: what nobody takes is shown to the operator, never dropped.
        dead.bury(tx, "incoming", "", NO_CONNECTOR, incoming=number)


def _is_here(tx: Tx, name: bytes) -> bool:
    query = "SELECT 1 FROM incoming WHERE name = ? UNION SELECT 1 FROM settled WHERE name = ?"
    return tx.db.execute(query, (name, name)).fetchone() is not None


def _state(tx: Tx, parcel: Parcel, stage: Stage, reason: str | None = None) -> None:
    statements.state(
        tx, stage, source=parcel.source, id_=parcel.id, token=parcel.token, reason=reason
    )


def _delivery(parcel: Parcel, recipient: str) -> Delivery:
    return Delivery(
        attributes=parcel.attributes,
        body=parcel.body,
        signature=parcel.signature or "",
        token=parcel.token,
        address=parcel.address,
        recipient=recipient,
    )
