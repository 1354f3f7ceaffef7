"""What the commands of a sending or receiving system share: identity, errors in two languages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from lgsp_client import (
    HubDirectoryUnusable,
    HubError,
    HubRefused,
    HubUnauthorised,
    HubUnavailable,
    HubUnverified,
    Identity,
    SyncHubClient,
)
from lgsp_message.keys import KeyUnusable

from hub.cli.client_options import EX_REFUSED, EX_UNAVAILABLE


def identity(system: str, hub: str, key: Path, algorithm: str | None) -> Identity:
    """Return who signs.

    Raises:
        typer.BadParameter: the key or the name is not usable.
    """
    try:
        return Identity.from_pem(key, system=system, hub=hub, algorithm=algorithm)
    except KeyUnusable as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error
    except OSError as error:
        raise unreadable(key, error) from error
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--system") from error


def connect(url: str, who: Identity) -> SyncHubClient:
    """Return a client.

    Raises:
        typer.BadParameter: the address is not https and not on this machine.
    """
    try:
        return SyncHubClient(url, who)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from error


def unreadable(path: Path, error: OSError) -> typer.BadParameter:
    """Return what to say about a file that cannot be read or written."""
    return typer.BadParameter(f"Không đọc/ghi được tệp / Cannot use {path}: {error.strerror}")


def emit(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print one result: for programs or for people."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


@contextmanager
def told(*, as_json: bool) -> Iterator[None]:
    """Say in both languages what went wrong, and leave with its exit status.

    Raises:
        typer.Exit: the hub refused, or is away.
    """
    try:
        yield
    except HubError as error:
        status, kind, text = _explain(error)
        if as_json:
            reason, place = getattr(error, "reason", None), getattr(error, "place", None)
            value = {"error": kind, "reason": reason, "place": place, "detail": str(error)}
            typer.echo(json.dumps({name: one for name, one in value.items() if one}), err=True)
        else:
            typer.echo(text, err=True)
        raise typer.Exit(status) from error


def _explain(error: HubError) -> tuple[int, str, str]:
    match error:
        case HubRefused():
            place = f" ({error.place})" if error.place else ""
            return EX_REFUSED, "refused", f"Bị từ chối / Refused: {error}{place}"
        case HubUnavailable():
            text = f"Trục chưa trả lời, hãy thử lại / The hub is away, try again: {error}"
            return EX_UNAVAILABLE, "unavailable", text
        case HubUnauthorised():
            text = f"Không được cấp quyền truy cập / Not authorised: {error}"
            return EX_REFUSED, "unauthorised", text
        case HubDirectoryUnusable():
            text = f"Bản sao danh mục không dùng được / The kept directory is not usable: {error}"
            return EX_REFUSED, "directory", text
        case HubUnverified():
            text = f"Không xác minh được chữ ký bên gửi / Sender not proven: {error}"
            return EX_REFUSED, "unverified", text
        case _:
            text = f"Không đúng giao thức của trục / Not the hub's protocol: {error}"
            return EX_UNAVAILABLE, "protocol", text
