"""Messages on their way to the hub: put in once, sent in order per key, gone with the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, Literal

from lgsp_client import Outgoing
from lgsp_message.attributes import is_urgent

from lgsp_edge import dead, objects
from lgsp_edge.sealing import SpoolKeys
from lgsp_edge.signing import decode, encode
from lgsp_edge.spool import Tx, require_room

Kind = Literal["message", "receipt"]

KNOWN_SECONDS: Final = 35 * 86_400.0
"""How long ids are remembered: the hub's 30 days and the life of a slow source."""


@unique
class Put(StrEnum):
    """What became of a message that was put in."""

    NEW = "new"
    KNOWN = "known"
    """It was put in before: it waits, or the hub has it."""
    REUSED = "id_reused"
    """Another message had this id (invariant 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message to be sent. Its content is read when its turn comes."""

    seq: int
    line: bytes
    kind: Kind
    at: float
    """When it was put in."""
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A signed message and what identifies its content."""

    message: Outgoing
    content: tuple[bytes, ...]


def put(tx: Tx, letter: Letter) -> Put:
    """Put a message in, once for its id.

    Raises:
        SpoolFull: it does not fit.
    """
    message = letter.message
    name, digest = _name(tx.keys, message), tx.keys.name(*letter.content)
    row = tx.db.execute("SELECT digest FROM known WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return Put.KNOWN if row[0] == digest else Put.REUSED
    data = encode(message)
    require_room(tx, "outgoing", len(data))
    tx.db.execute("INSERT INTO known VALUES (?, ?, ?)", (name, digest, tx.now))
    _insert(tx, message, data, name, "message")
    return Put.NEW


def put_receipt(tx: Tx, message: Outgoing) -> None:
    """Put a receipt in. It has no bound: it is small, and what it settles makes room."""
    _insert(tx, message, encode(message), _name(tx.keys, message), "receipt")


def _insert(tx: Tx, message: Outgoing, data: bytes, name: bytes, kind: Kind) -> None:
    number = tx.next_number("outgoing")
    sealed = tx.seal("outgoing", number, data)
    line = tx.keys.name("line", message.attributes["source"], *_order(message))
    urgent = is_urgent(message.attributes)
    row = (number, name, line, kind, len(data), tx.now, sealed.key_id, sealed.data, urgent)
    tx.db.execute("INSERT INTO outgoing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    objects.use(tx, f"outgoing:{number}", objects_of(message))


def _order(message: Outgoing) -> tuple[str, str]:
    """Return what keeps order: the subject; a message without one stands for itself."""
    subject = message.attributes.get("subject", "")
    return subject, "" if subject else message.id


def _name(keys: SpoolKeys, message: Outgoing) -> bytes:
    return keys.name("outgoing", message.attributes["source"], message.id)


def objects_of(message: Outgoing) -> Sequence[str]:
    """Return the hashes that a message refers to."""
    return message.attributes.get("objects", "").split()


def after(tx: Tx, seq: int, limit: int) -> list[Entry]:
    """Return the next messages behind number `seq`, in order."""
    query = "SELECT seq, line, kind, at, urgent FROM outgoing WHERE seq > ? ORDER BY seq LIMIT ?"
    rows = tx.db.execute(query, (seq, limit))
    return [
        Entry(seq=seq, line=line, kind=kind, at=at, urgent=bool(urgent))
        for seq, line, kind, at, urgent in rows
    ]


def read(tx: Tx, seq: int) -> Outgoing:
    """Return one message as it was signed.

    Raises:
        SpoolDamaged: it is not what was written.
        KeyError: there is none.
    """
    query = "SELECT key_id, sealed FROM outgoing WHERE seq = ?"
    row = tx.db.execute(query, (seq,)).fetchone()
    if row is None:
        raise KeyError(seq)
    return decode(tx.open("outgoing", seq, *row))


def taken(tx: Tx, seq: int) -> None:
    """Let go of a message that the hub has decided to take."""
    tx.db.execute("DELETE FROM outgoing WHERE seq = ?", (seq,))
    objects.release(tx, f"outgoing:{seq}")


def refused(tx: Tx, seq: int, cause: dead.Cause) -> None:
    """Make a dead letter of a message that the hub refuses: never dropped.

    Its id is forgotten: a refused message may be handed in again (invariant 8).
    """
    message = read(tx, seq)
    number = dead.bury(tx, "outgoing", "", cause, encode(message))
    # The objects stay as long as somebody may send it again.
    tx.db.execute(
        "UPDATE object_uses SET used_by = ? WHERE used_by = ?",
        (f"dead:{number}", f"outgoing:{seq}"),
    )
    tx.db.execute("DELETE FROM known WHERE name = ?", (_name(tx.keys, message),))
    tx.db.execute("DELETE FROM outgoing WHERE seq = ?", (seq,))


def forget_old(tx: Tx) -> None:
    """Forget ids that nobody will hand in again."""
    limit = tx.now - KNOWN_SECONDS
    waiting = "name NOT IN (SELECT name FROM outgoing)"
    tx.db.execute(f"DELETE FROM known WHERE at < ? AND {waiting}", (limit,))  # noqa: S608  (a constant)
    tx.db.execute("DELETE FROM settled WHERE at < ?", (limit,))


def damaged(tx: Tx, seq: int, cause: dead.Cause) -> None:
    """Make a dead letter of a message that can no longer be read; its bytes stay as they are."""
    query = "SELECT key_id, sealed FROM outgoing WHERE seq = ?"
    key_id, sealed = tx.db.execute(query, (seq,)).fetchone()
    dead.bury(tx, "unread", "", cause, f"{key_id}:".encode() + sealed)
    taken(tx, seq)
