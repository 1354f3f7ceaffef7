"""Dead letters: what cannot go on by itself, with its reason, until an operator decides."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from lgsp_adapter.policy.fingerprint import fingerprint

from lgsp_edge.spool import Tx

Direction = Literal["outgoing", "incoming", "unread"]
"""`unread` is a record of a source that nobody could make a message of."""

RELEASED: Final = "released"

MAX_DETAIL: Final = 500
"""Characters: a peer's essay does not belong into a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why. The detail names places, never values."""

    code: str
    detail: str = ""
    place: str = ""
    peer_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter, without its content."""

    number: int
    direction: Direction
    connector: str
    cause: Cause
    fingerprint: str
    at: float
    incoming: int | None


def bury(
    tx: Tx,
    direction: Direction,
    connector: str,
    cause: Cause,
    content: bytes = b"",
    *,
    incoming: int | None = None,
) -> int:
    """Write a dead letter; return its number. An incoming one's content stays where it is."""
    number = tx.next_number("dead")
    sealed = tx.seal("dead", number, content)
    mark = fingerprint(connector or direction, cause.code, cause.peer_code, cause.detail)
    tx.db.execute(
        "INSERT INTO dead VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, direction, connector, cause.code, cause.peer_code),
            *(cause.detail[:MAX_DETAIL], cause.place, mark, incoming),
            *(len(content), tx.now, sealed.key_id, sealed.data),
        ),
    )
    return number


_COLUMNS: Final = (
    "seq, direction, connector, code, peer_code, detail, place, fingerprint, at, incoming"
)


def listed(tx: Tx, limit: int = 1000) -> list[DeadLetter]:
    """Return the oldest dead letters."""
    query = f"SELECT {_COLUMNS} FROM dead ORDER BY seq LIMIT ?"  # noqa: S608  (a constant)
    return [_letter(row) for row in tx.db.execute(query, (limit,))]


def find(tx: Tx, number: int) -> DeadLetter | None:
    """Return one dead letter."""
    query = f"SELECT {_COLUMNS} FROM dead WHERE seq = ?"  # noqa: S608  (a constant)
    row = tx.db.execute(query, (number,)).fetchone()
    return None if row is None else _letter(row)


def content(tx: Tx, number: int) -> bytes:
    """Return what it was, byte for byte.

    Raises:
        SpoolDamaged: it is not what was written.
    """
    query = "SELECT key_id, sealed FROM dead WHERE seq = ?"
    return tx.open("dead", number, *tx.db.execute(query, (number,)).fetchone())


def remove(tx: Tx, number: int) -> None:
    """Let go of a dead letter."""
    tx.db.execute("DELETE FROM dead WHERE seq = ?", (number,))


def resolve(tx: Tx, incoming: int) -> None:
    """Let go of the dead letter of a delivery that is settled; its successors go on."""
    query = "SELECT seq, connector FROM dead WHERE incoming = ?"
    for number, connector in tx.db.execute(query, (incoming,)).fetchall():
        remove(tx, number)
        release(tx, connector)


def release(tx: Tx, connector: str) -> None:
    """Note that a connector's dead letter is decided: it looks at its deliveries anew."""
    names = {*_released(tx), connector}
    tx.set_note(RELEASED, msgspec.json.encode(sorted(names)).decode())


def released(tx: Tx) -> list[str]:
    """Return, once, the connectors of which a dead letter was decided."""
    names = _released(tx)
    if names:
        tx.set_note(RELEASED, None)
    return names


def _released(tx: Tx) -> list[str]:
    return msgspec.json.decode(tx.note(RELEASED) or "[]", type=list[str])


def _letter(
    row: tuple[int, Direction, str, str, str | None, str, str, str, float, int],
) -> DeadLetter:
    number, direction, connector, code, peer_code, detail, place, mark, at, incoming = row
    return DeadLetter(
        number=number,
        direction=direction,
        connector=connector,
        cause=Cause(code=code, detail=detail, place=place, peer_code=peer_code),
        fingerprint=mark,
        at=at,
        incoming=incoming,
    )
