"""The work behind `hub receive`."""

import base64
import json
import os
import tempfile
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

__all__ = ["identity", "receive", "stage", "trust"]


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


def receive(
    url: str,
    who: Identity,
    trusted: Trust,
    cursor: Path | None,
    said: Stage | None,
    into: Path | None,
    *,
    once: bool,
    as_json: bool,
) -> None:
    """Read the inbox, print or write each message, and state `said` about it."""
    with told(as_json=as_json), connect(url, who) as client:
        try:
            _work(client, trusted, cursor, said, into, once=once, as_json=as_json)
        except OSError as error:
            raise unreadable(into or cursor or Path(), error) from error


def _work(
    client: SyncHubClient,
    trusted: Trust,
    cursor: Path | None,
    said: Stage | None,
    into: Path | None,
    *,
    once: bool,
    as_json: bool,
) -> None:
    store = None if cursor is None else FileCursor(cursor)
    with client.receive(verify=trusted, cursors=store, until_empty=once) as inbox:
        for delivery in inbox:
            file = None if into is None else _write(into, delivery)
            emit(_fields(delivery, file), _line(delivery, file), as_json=as_json)
            # Invariant 1: stated only when the bytes are durable here.
            if said is not None:
                delivery.ack(said)


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
