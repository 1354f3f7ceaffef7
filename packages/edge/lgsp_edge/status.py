"""What an operator sees, and what an operator says: both pass through the spool's file."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import msgspec

from lgsp_edge import arrivals, dead, outbox
from lgsp_edge.dead import DeadLetter
from lgsp_edge.errors import EdgeError
from lgsp_edge.outbox import Letter, Put
from lgsp_edge.signing import decode
from lgsp_edge.spool import Tx
from lgsp_edge.statements import Body

HEARD: Final = "heard"
PAUSED: Final = "paused"

OLD_SECONDS: Final = 20 * 86_400.0
"""Waiting so long is said loudly: after 30 days the hub refuses a message as too old."""

SILENT_SECONDS: Final = 10.0
"""A program that has written nothing for so long is not running."""


ENDS_SOON_SECONDS: Final = 86_400.0
"""A directory that is good for less than a day is warned about: it is renewed every hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What is known of the kept directory; the times are seconds since 1970."""

    version: int | None = None
    """None: there is none yet."""
    good_until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the running program knows. Times are seconds since 1970."""

    at: float
    last_contact: float | None = None
    trouble: str | None = None
    warning: str | None = None
    bytes_per_second: float = 0.0
    bytes_total: int = 0
    connectors: dict[str, str] = field(default_factory=dict)
    """Why a connector does not move, by its name."""
    directory: Directory | None = None
    """None: no directory is kept."""


def note_heard(tx: Tx, heard: Heard) -> None:
    """Write down how it goes; the last contact outlives the program."""
    if heard.last_contact is None:
        before = read_heard(tx)
        last = before.last_contact if before else None
        heard = msgspec.convert({**asdict(heard), "last_contact": last}, Heard)
    tx.set_note(HEARD, msgspec.json.encode(heard).decode())


def read_heard(tx: Tx) -> Heard | None:
    """Return what was written down last."""
    text = tx.note(HEARD)
    return None if text is None else msgspec.json.decode(text, type=Heard)


def paused(tx: Tx) -> frozenset[str]:
    """Return the connectors that an operator has paused."""
    return frozenset(msgspec.json.decode(tx.note(PAUSED) or "[]", type=list[str]))


def set_paused(tx: Tx, name: str, *, to: bool) -> None:
    """Pause a connector or let it go on; a running program obeys within a second."""
    names = paused(tx) | {name} if to else paused(tx) - {name}
    tx.set_note(PAUSED, msgspec.json.encode(sorted(names)).decode())


def retry(tx: Tx, number: int, connector: str | None = None) -> None:
    """Try a dead letter again.

    Raises:
        EdgeError: there is none, or it is nothing that could be tried.
    """
    letter = _expect(tx, number)
    if letter.direction == "unread":
        raise EdgeError("a record that nobody could read: correct it at its source, then drop this")
    if letter.incoming is None:
        _send_again(tx, number)
    else:
        _deliver_again(tx, letter, connector or letter.connector)
    dead.remove(tx, number)


def _send_again(tx: Tx, number: int) -> None:
    try:
        message = decode(dead.content(tx, number))
    except msgspec.MsgspecError:
        raise EdgeError("a statement about a delivery: it cannot be sent again") from None
    content = (msgspec.json.encode(dict(message.attributes), order="sorted"), message.body)
    if outbox.put(tx, Letter(message=message, content=content)) is not Put.NEW:
        raise EdgeError("its id was handed in again meanwhile: drop this one")
    dead.release(tx, "")


def _deliver_again(tx: Tx, letter: DeadLetter, connector: str) -> None:
    if not connector:
        raise EdgeError("say which connector is to take it: --connector NAME")
    change = "UPDATE incoming SET state = ?, connector = ? WHERE seq = ?"
    tx.db.execute(change, (arrivals.State.WAITING, connector, letter.incoming))
    dead.release(tx, connector)


def drop(tx: Tx, number: int) -> None:
    """Give a dead letter up; the sender of an incoming one is told that it is rejected.

    Raises:
        EdgeError: there is none.
    """
    letter = _expect(tx, number)
    if letter.incoming is not None:
        delivery = arrivals.read(tx, letter.incoming)
        arrivals.rejected(tx, letter.incoming, delivery, arrivals.DROPPED)
        dead.release(tx, letter.connector)
    tx.db.execute("DELETE FROM object_uses WHERE used_by = ?", (f"dead:{number}",))
    dead.remove(tx, number)


def _expect(tx: Tx, number: int) -> DeadLetter:
    letter = dead.find(tx, number)
    if letter is None:
        raise EdgeError(f"there is no dead letter {number}; see hub-edge dead-letters")
    return letter


def table(tx: Tx) -> Body:
    """Return everything that `hub-edge status` shows."""
    heard = read_heard(tx)
    running = heard is not None and tx.now - heard.at < SILENT_SECONDS
    oldest = _oldest(tx)
    return {
        "running": running,
        "last_contact": heard.last_contact if heard else None,
        "trouble": heard.trouble if heard and running else None,
        "bytes_per_second": round(heard.bytes_per_second) if heard and running else 0,
        "outgoing": _queue(tx, "outgoing", tx.bounds.outgoing),
        "incoming": _queue(tx, "incoming", tx.bounds.incoming),
        "statements": tx.db.execute("SELECT count(*) FROM statements").fetchone()[0],
        "dead_letters": tx.total("dead")[0],
        "causes": _causes(tx),
        "paused": sorted(paused(tx)),
        "connectors": heard.connectors if heard and running else {},
        "directory": asdict(heard.directory) if heard and heard.directory else None,
        "warnings": _warnings(tx, heard, oldest),
    }


def _queue(tx: Tx, queue: str, bound: int) -> dict[str, Any]:
    count, size = tx.total(queue)
    (oldest,) = tx.db.execute(f"SELECT min(at) FROM {queue}").fetchone()  # noqa: S608  (a constant)
    seconds = None if oldest is None else round(max(0.0, tx.now - oldest))
    return {"messages": count, "bytes": size, "bound": bound, "oldest_seconds": seconds}


def _oldest(tx: Tx) -> float | None:
    (oldest,) = tx.db.execute("SELECT min(at) FROM outgoing").fetchone()
    return None if oldest is None else float(oldest)


def _causes(tx: Tx) -> list[dict[str, Any]]:
    rows = tx.db.execute(
        "SELECT fingerprint, direction, connector, code, peer_code, count(*), min(seq) FROM dead"
        " GROUP BY fingerprint, direction, connector, code, peer_code ORDER BY count(*) DESC"
    )
    names = ("fingerprint", "direction", "connector", "code", "peer_code", "count", "first")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _warnings(tx: Tx, heard: Heard | None, oldest: float | None) -> list[str]:
    found = [heard.warning] if heard is not None and heard.warning else []
    known = heard.directory if heard is not None else None
    if known is not None and (known.good_until or 0) - tx.now < ENDS_SOON_SECONDS:
        found.append(
            "bản sao danh mục thiếu hoặc sắp hết hạn; quá hạn thì không nhận thư / the kept"
            " directory is missing or soon stale; then nothing is taken in"
        )
    if oldest is not None and tx.now - oldest > OLD_SECONDS:
        found.append(
            "có thư chờ hơn 20 ngày; sau 30 ngày trục từ chối (too_old) / messages have waited for"
            " more than 20 days; after 30 the hub refuses them (too_old)"
        )
    if tx.total("outgoing")[1] + tx.total("dead")[1] > 0.9 * tx.bounds.outgoing:
        found.append("bộ đệm gửi gần đầy / the outgoing spool is nearly full")
    return found
