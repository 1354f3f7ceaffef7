"""`hub connector networks …`: one administrator asks, another one approves."""

import json
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import ReasonOption, api

networks_app: Final = typer.Typer(
    help="Networks that a connector may call; a second person approves. / Mạng được phép gọi tới.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(help="The connector. / Tên bộ kết nối.")]
CidrArgument = Annotated[str, typer.Argument(help="As 10.20.30.0/24. / Dải mạng.")]


def mount(app: typer.Typer) -> None:
    """Add the commands to `hub connector`."""
    app.add_typer(networks_app, name="networks")


@networks_app.callback()
def networks() -> None:
    """Networks that a connector may call. / Mạng mà bộ kết nối được phép gọi tới."""


@networks_app.command("list")
def list_networks(context: typer.Context, name: NameArgument) -> None:
    """Print what was asked for, one JSON object a line; approved or not. / Liệt kê."""
    for item in api(context).read(f"connectors/{name}/networks")["items"]:
        typer.echo(json.dumps(item, ensure_ascii=False))


@networks_app.command("ask")
def ask(
    context: typer.Context, name: NameArgument, cidr: CidrArgument, reason: ReasonOption
) -> None:
    """Ask that a connector may call a network. It may once another person approves.

    Example: hub connector networks ask so-mau 10.20.30.0/24 --reason "Trục của Sở Mẫu"

    Đề nghị cho phép gọi tới một mạng; người thứ hai phải duyệt.
    """
    _do(context, f"connectors/{name}/networks", cidr, reason)


@networks_app.command("approve")
def approve(
    context: typer.Context, name: NameArgument, cidr: CidrArgument, reason: ReasonOption
) -> None:
    """Approve what somebody else asked for, with your own token (`--token-file`).

    Example: hub connector --token-file binh.token networks approve so-mau 10.20.30.0/24 --reason …

    Duyệt đề nghị của người khác, bằng mã quản trị của chính mình.
    """
    _do(context, f"connectors/{name}/networks:approve", cidr, reason)


@networks_app.command("withdraw")
def withdraw(
    context: typer.Context, name: NameArgument, cidr: CidrArgument, reason: ReasonOption
) -> None:
    """Take a network away; one person is enough. / Thu hồi một mạng."""
    _do(context, f"connectors/{name}/networks:withdraw", cidr, reason)


def _do(context: typer.Context, path: str, cidr: str, reason: str) -> None:
    told: dict[str, Any] = api(context).do(path, {"cidr": cidr, "reason": reason})
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
