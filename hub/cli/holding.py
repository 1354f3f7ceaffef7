"""The work behind `hub quarantine …`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from hub.cli import logs, wiring
from hub.cli.errors import CommandFailed
from hub.io.kafka.quarantine import Quarantined, quarantined, release
from hub.io.settings import IoSettings
from hub.ports import Unavailable


async def held(chosen: Path | None) -> Sequence[Quarantined]:
    """Return what is held.

    Raises:
        CommandFailed: there is no hub, or Kafka does not answer.
    """
    wiring.home(chosen).identity()
    logs.configure("quarantine", level="WARNING")
    try:
        return await quarantined(wiring.kafka(wiring.read(IoSettings)))
    except Unavailable as error:
        raise CommandFailed(f"{error}. Does the hub run?") from error


async def release_at(offset: int, chosen: Path | None) -> Sequence[Quarantined]:
    """Release the held message at an offset of hub.quarantine, with all that wait behind it.

    Raises:
        CommandFailed: nothing is held there, or Kafka does not answer.
    """
    found = [message for message in await held(chosen) if message.offset == offset]
    if not found:
        raise CommandFailed(f"nothing is held at {offset}: see `hub quarantine list`.")
    connection, macs = wiring.kafka(wiring.read(IoSettings)), wiring.home(chosen).macs()
    try:
        return await release(connection, macs, found[0], datetime.now(UTC))
    except Unavailable as error:
        raise CommandFailed(f"{error}. Look again with `hub quarantine list`.") from error


def shown(message: Quarantined) -> dict[str, object]:
    """Return what an operator needs to know of a held message: never its body."""
    return {
        "offset": message.offset,
        "source": message.source,
        "id": message.id,
        "subject": message.subject,
        "reason": message.reason,
        "at": message.at.isoformat(),
    }
