"""`hub admin token` and `revoke-token`: administrators under names of their own.

The token is made here and stays here, in a file that only its holder may read; the hub is sent its
SHA-256.
"""

import json
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.admin_options import ReasonOption, api
from hub.cli.errors import CommandFailed

TOKEN_BYTES: Final = 32
"""256 random bits: nobody guesses it, so a plain hash of it may be kept."""


def mount(app: typer.Typer) -> None:
    """Add the commands to `hub admin`."""
    app.command("token")(token)
    app.command("revoke-token")(revoke_token)


def token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who acts; it stands in the trail. / Tên người.")],
    reason: ReasonOption,
    out: Annotated[
        Path | None,
        typer.Option(help="File of the token. Default: secrets/admin-NAME.token of the home."),
    ] = None,
) -> None:
    """Let another person administer the hub, under a name of his own; safe to repeat.

    Networks of connectors need two. From the third on another administrator has to approve it
    first: `waiting` names the request for `hub user approve`.

    Example: hub admin token binh --reason "Người duyệt thứ hai"

    Cấp mã quản trị cho người thứ hai. Mã nằm trong tệp chỉ chủ tệp đọc được; trục chỉ giữ mã băm.
    """
    file = out or _default(name)
    new = _write(file)
    try:
        digest = sha256(_read(file).encode()).hexdigest()
        body = {"name": name, "token_sha256": digest, "reason": reason}
        waiting = api(context).do("administrators", body).get("waiting")
    except CommandFailed as failure:
        if new and failure.status == 1:
            # Refused: the file would open nothing. Unavailable: it may have been taken; repeat.
            with suppress(OSError):
                file.unlink()
        raise
    told = {"name": name, "token_file": str(file)} | ({"waiting": waiting} if waiting else {})
    typer.echo(json.dumps(told, ensure_ascii=False))


def revoke_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As `hub admin token` was told. / Tên người.")],
    reason: ReasonOption,
) -> None:
    """Refuse an administrator's token for ever; his name is not given out again.

    Thu hồi vĩnh viễn mã quản trị của một người.
    """
    api(context).do(f"administrators/{name}:revoke", {"reason": reason})
    typer.echo(json.dumps({"revoked": name}, ensure_ascii=False))


def _default(name: str) -> Path:
    from hub.cli import environment  # noqa: PLC0415  (`hub --help` loads none of this)

    # The name is a file's name here; the hub checks it again.
    if not name.replace("-", "").replace(".", "").isalnum() or not name.isascii():
        raise CommandFailed("NAME: lower-case letters, digits, dots and hyphens.")
    return environment.home().secrets / f"admin-{name}.token"


def _write(file: Path) -> bool:
    from hub.cli.home import write_once  # noqa: PLC0415  (`hub --help` loads none of this)

    try:
        return write_once(file, secrets.token_urlsafe(TOKEN_BYTES), mode=0o600)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror or error}.") from error


def _read(file: Path) -> str:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} cannot be read: {type(error).__name__}.") from error
    if not text:
        raise CommandFailed(f"{file} is empty: delete it, then run this again.")
    return text
