"""Withdrawals by the sender: what was not handed over yet is not handed over any more."""

from typing import Final

import msgspec
from lgsp_client.arrived import Parcel

from lgsp_edge import arrivals, dead
from lgsp_edge.arrivals import State, name_of
from lgsp_edge.spool import Tx

SHOWN_SECONDS: Final = 86_400.0
"""How long a service may still settle what it showed before the withdrawal came: a working day."""


class _Body(msgspec.Struct):
    id: str


def take_back(tx: Tx, parcel: Parcel) -> None:
    """Carry a proven withdrawal out, in the transaction that takes it in.

    A call that is under way is not ended: its outcome is recorded, and no other call follows. The
    name holds the source, so that nobody can withdraw another's message.
    """
    try:
        id_ = msgspec.json.decode(parcel.body, type=_Body).id
    except msgspec.MsgspecError:
        # Of another form than the hub lets through: it names nothing that could be stopped.
        return
    name = name_of(tx.keys, parcel.source, id_)
    query = "SELECT seq, state FROM incoming WHERE name = ?"
    row = tx.db.execute(query, (name,)).fetchone()
    if row is None:
        # It may come after its withdrawal: the hub serves many recipients in slices.
        known = "INSERT OR IGNORE INTO settled VALUES (?, ?, ?)"
        tx.db.execute(known, (name, arrivals.WITHDRAWN, tx.now))
        return
    seq, state = row
    tx.db.execute("UPDATE incoming SET withdrawn = ? WHERE seq = ?", (tx.now, seq))
    if state == State.DEAD:
        arrivals.close_withdrawn(tx, seq)
        dead.resolve(tx, seq)


def close_shown(tx: Tx, connector: str) -> None:
    """Settle what was withdrawn from a service and is not heard of any more."""
    query = "SELECT seq FROM incoming WHERE connector = ? AND withdrawn < ?"
    for (seq,) in tx.db.execute(query, (connector, tx.now - SHOWN_SECONDS)).fetchall():
        arrivals.close_withdrawn(tx, seq)
