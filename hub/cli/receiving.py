"""The work behind `hub receive`."""

import base64
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from lgsp_client import (
    UNVERIFIED,
    Delivery,
    FileCursor,
    Identity,
    KeyRing,
    Stage,
    SyncHubClient,
)
from lgsp_client.keyring import Trust
from lgsp_client.receipts import STAGES
from lgsp_message.keys import KeyUnusable

from hub.cli.client_side import connect, emit, identity, told, unreadable

__all__ = ["Reading", "identity", "receive", "stage", "trust"]


def trust(keys: Path | None, *, unverified: bool) -> Trust:
    """Return whom to believe: one of the two must be said.

    Raises:
        typer.BadParameter: none or both were, or the file is no key ring.
    """
    if (keys is None) is not unverified:
        raise typer.BadParameter(
            "give one of --keys and --dangerously-unverified / chọn một trong hai"
        )
    if keys is None:
        return UNVERIFIED
    try:
        return KeyRing.load(keys)
    except KeyUnusable as error:
        raise typer.BadParameter(str(error), param_hint="--keys") from error
    except OSError as error:
        raise unreadable(keys, error) from error


def stage(name: str) -> Stage | None:
    """Return the stage of this name; None for `none`: nothing is stated."""
    return next((known for known in STAGES if known == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read an inbox, and what to do with each message."""

    trust: Trust
    cursor: Path | None
    said: Stage | None
    """What is stated about each message; None: nothing."""
    into: Path | None
    once: bool
    stream: bool
    as_json: bool


def receive(url: str, who: Identity, reading: Reading) -> None:
    """Read the inbox, print or write each message, and state what was chosen about it."""
    with told(as_json=reading.as_json), connect(url, who) as client:
        try:
            _work(client, reading)
        except OSError as error:
            raise unreadable(reading.into or reading.cursor or Path(), error) from error


def _work(client: SyncHubClient, reading: Reading) -> None:
    store = None if reading.cursor is None else FileCursor(reading.cursor)
    with client.receive(
        verify=reading.trust, cursors=store, until_empty=reading.once, stream=reading.stream
    ) as inbox:
        for delivery in inbox:
            file = None if reading.into is None else _write(reading.into, delivery)
            emit(_fields(delivery, file), _line(delivery, file), as_json=reading.as_json)
            # Invariant 1: stated only when the bytes are durable here.
            if reading.said is not None:
                delivery.ack(reading.said)


def _write(folder: Path, delivery: Delivery[None]) -> Path:
    """Write the exact bytes; the same message again gives the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    # Source and id hold no slash by their grammar: the name stays inside the folder.
    goal = folder / f"{delivery.source}.{delivery.id}.json"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        file.write(delivery.body)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name).replace(goal)


def _fields(delivery: Delivery[None], file: Path | None) -> dict[str, Any]:
    where: dict[str, Any] = (
        {"data_base64": base64.b64encode(delivery.body).decode()}
        if file is None
        else {"file": str(file)}
    )
    return {
        "attributes": dict(delivery.attributes.text),
        "proven": delivery.proven,
        "address": delivery.arrived.parcel.address,
        "received_at": delivery.arrived.parcel.received_at,
        **where,
    }


def _line(delivery: Delivery[None], file: Path | None) -> str:
    proven = "đã xác minh / proven" if delivery.proven else "CHƯA XÁC MINH / UNPROVEN"
    subject = delivery.attributes.subject or "-"
    body = "" if file else "\n  " + json.dumps(delivery.json(), ensure_ascii=False)
    return f"{delivery.source} {delivery.id} {delivery.type} {subject} [{proven}]{body}"
