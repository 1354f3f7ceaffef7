"""What `hub send`, `hub receive` and `hub key` share: identity, exit codes, errors for people."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from lgsp_client import (
    HubError,
    HubRefused,
    HubUnauthorised,
    HubUnavailable,
    HubUnverified,
    Identity,
    SyncHubClient,
)
from lgsp_message.keys import KeyUnusable

# The variables do not begin with HUB_: those are the hub's own settings, and it refuses others.
UrlOption = Annotated[
    str,
    typer.Option("--url", envvar="LGSP_URL", help="Address of the hub. / Địa chỉ của trục."),
]
HubOption = Annotated[
    str,
    typer.Option(
        "--hub", envvar="LGSP_HUB", help="The hub's id: what is signed for. / Mã của trục."
    ),
]
SystemOption = Annotated[
    str,
    typer.Option("--system", envvar="LGSP_SYSTEM", help="Our own system. / Hệ thống của mình."),
]
KeyOption = Annotated[
    Path,
    typer.Option(
        "--key", envvar="LGSP_KEY", help="Private key, PEM (PKCS#8). / Khóa bí mật, dạng PEM."
    ),
]
AlgorithmOption = Annotated[
    str | None,
    typer.Option(
        "--algorithm",
        help="ES256, Ed25519, PS256 or RS256, as registered. Default: by the key. / "
        "Thuật toán đã đăng ký.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object per line. / Mỗi dòng một đối tượng JSON.")
]

DEFAULT_URL: Final = "http://127.0.0.1:8640"

EX_REFUSED: Final = 1
EX_USAGE: Final = 2
EX_UNAVAILABLE: Final = 3

EXIT_CODES: Final = (
    "Exit status / Mã thoát: 0 done, 1 refused (bị từ chối), 2 usage (sai cách dùng), "
    "3 unavailable, try again (chưa kết nối được, thử lại)."
)


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
        case HubUnverified():
            text = f"Không xác minh được chữ ký bên gửi / Sender not proven: {error}"
            return EX_REFUSED, "unverified", text
        case _:
            text = f"Không đúng giao thức của trục / Not the hub's protocol: {error}"
            return EX_UNAVAILABLE, "protocol", text
