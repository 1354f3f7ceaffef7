"""`hub directory copy …`: fetch, verify and ask the hub's signed directory, on any machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.client_options import (
    DEFAULT_URL,
    AlgorithmOption,
    HubOption,
    KeyOption,
    SystemOption,
    UrlOption,
)

if TYPE_CHECKING:
    from lgsp_client import KeptDirectory

copy_app: Final = typer.Typer(
    help="The signed copy of the directory: it works without the hub. / Bản sao danh mục có chữ ký "
    "của trục, dùng được khi mất kết nối.",
    no_args_is_help=True,
)

FileArgument = Annotated[Path, typer.Argument(help="Where the copy is kept. / Tệp bản sao.")]
KeysOption = Annotated[
    Path,
    typer.Option(
        "--hub-keys",
        envvar="LGSP_HUB_KEYS",
        help="hub-keys.json of `hub trust export`. / Khóa công khai của trục.",
        exists=True,
        dir_okay=False,
    ),
]


@copy_app.command("fetch")
def fetch(
    file: FileArgument,
    *,
    hub: HubOption,
    hub_keys: KeysOption,
    system: SystemOption,
    key: KeyOption,
    url: UrlOption = DEFAULT_URL,
    algorithm: AlgorithmOption = None,
) -> None:
    """Bring the copy up to date; what did not change is not sent again. / Tải, gia hạn bản sao."""
    from hub.cli import client_side  # noqa: PLC0415  (`hub --help` loads no HTTP client)

    kept = _kept(file, hub, hub_keys)
    who = client_side.identity(system, hub, key, algorithm)
    with client_side.told(as_json=False), client_side.connect(url, who) as client:
        client.fetch_directory(kept)
        _show(kept)


@copy_app.command("show")
def show(file: FileArgument, *, hub: HubOption, hub_keys: KeysOption) -> None:
    """Verify the copy, and print what it is as JSON; 1: it is not the hub's, or stale.

    Kiểm tra chữ ký và hạn dùng của bản sao; mã thoát 1: không dùng được.
    """
    from hub.cli import client_side  # noqa: PLC0415

    kept = _kept(file, hub, hub_keys)
    with client_side.told(as_json=False):
        _show(kept)
        kept.usable()


@copy_app.command("find")
def find(
    file: FileArgument,
    address: Annotated[str, typer.Argument(help="org:<code> or system:<name>. / Nơi nhận.")],
    *,
    type: Annotated[str, typer.Option("--type", help="Event type. / Loại sự kiện.")],
    hub: HubOption,
    hub_keys: KeysOption,
) -> None:
    """Print whom an address reaches, old codes by succession. / Mã này tới hệ thống nào."""
    from hub.cli import client_side  # noqa: PLC0415

    kept = _kept(file, hub, hub_keys)
    with client_side.told(as_json=False):
        found = kept.reach(f"urn:hub:{address.removeprefix('urn:hub:')}", type)
    told = {"systems": found.systems, "via": found.via, "choose": found.choose}
    typer.echo(json.dumps(told))


def _kept(file: Path, hub: str, hub_keys: Path) -> "KeptDirectory":
    from lgsp_client import KeptDirectory, KeyRing  # noqa: PLC0415
    from lgsp_message.keys import KeyUnusable  # noqa: PLC0415

    try:
        return KeptDirectory(file, hub, KeyRing.load(hub_keys))
    except (KeyUnusable, OSError) as error:
        raise typer.BadParameter(str(error), param_hint="--hub-keys") from error


def _show(kept: "KeptDirectory") -> None:
    copy = kept.copy
    statement, known = copy.statement, copy.organisations
    told = {
        "hub": statement.hub,
        "version": statement.version,
        "rules": statement.rules,
        "issued": statement.issued.isoformat(),
        "good_until": statement.good_until.isoformat(),
        "stale": kept.stale,
        "size": statement.size,
        "organisations": len(known.organisations),
        "codes": len(known.codes),
        "systems": len(copy.systems),
    }
    typer.echo(json.dumps(told, indent=2))
