"""`hub init`: make a hub's home, its secrets, its tables and topics. Safe to repeat."""

import asyncio
import json
import re
import secrets
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.errors import CommandFailed


def register(app: typer.Typer) -> None:
    """Mount `hub init`."""
    app.command("init")(init)


def init(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
    hub: Annotated[
        str | None,
        typer.Option(help="The hub's id, which every message is signed for. Default: a new one."),
    ] = None,
    partitions: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Partitions of hub.ingress; fixed for ever. [24]"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: hub, home, new, first_password.")
    ] = False,
) -> None:
    """Make a hub here; what exists is kept. / Tạo trục tại đây; những gì đã có được giữ nguyên."""
    from hub.cli import environment  # noqa: PLC0415
    from hub.cli import home as homes  # noqa: PLC0415  (`hub --help` loads none of this)
    from hub.cli.prepare import prepare_at_init  # noqa: PLC0415
    from hub.io.kafka.topics import DEFAULT_PARTITIONS  # noqa: PLC0415

    place = environment.home(home)
    asked = homes.Identity(
        hub=_checked(hub or f"lgsp-{secrets.token_hex(4)}", homes.HUB_ID),
        partitions=partitions or DEFAULT_PARTITIONS,
    )
    new = homes.create(place, asked)
    identity = place.identity()
    _same(hub, identity.hub, "--hub")
    _same(partitions, identity.partitions, "--partitions")
    password = asyncio.run(prepare_at_init(place, identity))
    if as_json:
        told = {"hub": identity.hub, "home": str(place.root), "new": new}
        typer.echo(json.dumps(told | {"first_password": password}, ensure_ascii=False))
        return
    typer.echo(next_steps(place.root, identity.hub, new=new, password=password))


def next_steps(root: Path, hub: str, *, new: bool, password: str | None) -> str:
    """Return what to do after `hub init`, in Vietnamese and English.

    `password`: of the first account; it is shown here and nowhere else.
    """
    vi, en = "đã in ở lần đầu", "printed the first time"
    lost = 'hub user reset admin --reason "…"'
    password_vi = f"{password} (chỉ hiện lần này)" if password else f"{vi}; mất thì: {lost}"
    password_en = f"{password} (shown this once)" if password else f"{en}; if lost: {lost}"
    done_vi = "Đã tạo trục" if new else "Trục đã có sẵn, không thay đổi gì:"
    done_en = "Made the hub" if new else "The hub was already there; nothing changed:"
    return f"""\
{done_vi} {hub} tại {root}
  1. Khởi động:            hub up
  2. Xem trạng thái:       hub status
  3. Mã quản trị (bí mật): {root}/secrets/admin.token
  4. Đăng nhập bảng điều khiển: tên admin, mật khẩu đầu: {password_vi}
  Hãy sao lưu thư mục secrets/; mất nó thì không kiểm tra được biên nhận đã phát.

{done_en} {hub} in {root}
  1. Start it:             hub up
  2. See how it is:        hub status
  3. Admin token (secret): {root}/secrets/admin.token
  4. Sign in at the console: name admin, first password: {password_en}
  Back up the directory secrets/: without it, receipts on their way cannot be checked."""


def _checked(hub: str, grammar: re.Pattern[str]) -> str:
    if not grammar.fullmatch(hub):
        raise CommandFailed("--hub: 3 to 63 characters, lower-case letters, digits and hyphens.")
    return hub


def _same(asked: object, there: object, option: str) -> None:
    """Refuse to pretend that what is fixed was changed."""
    if asked is not None and asked != there:
        raise CommandFailed(f"{option}: this hub was made with {there}, which is fixed for ever.")
