"""`hub connector …`: thin commands on the admin API. Every change needs a reason (invariant 11)."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli import connector_networks
from hub.cli.admin_options import PAGE, JsonOption, ReasonOption, api, connect
from hub.cli.client_options import EX_REFUSED, EX_UNAVAILABLE
from hub.cli.plain_table import lines

connector_app: Final = typer.Typer(
    help="Connectors: what they are, how they are, what they shall do. / Các bộ kết nối.",
    no_args_is_help=True,
)
connector_app.callback()(connect)

NameArgument = Annotated[str, typer.Argument(help="The connector. / Tên bộ kết nối.")]

_COLUMNS: Final = ("name", "adapter", "system", "wanted", "state", "lag", "dead", "why")


def register(app: typer.Typer) -> None:
    """Mount `hub connector …`."""
    connector_networks.mount(connector_app)
    app.add_typer(connector_app, name="connector")


@connector_app.command("list")
def list_connectors(context: typer.Context, as_json: JsonOption = False) -> None:
    """Print all connectors and how they are. `silent`: it has not reported for a minute.

    Liệt kê các bộ kết nối và trạng thái. `silent`: quá một phút không báo về.
    """
    items: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = api(context).read("connectors", after=after, limit=PAGE)
        items += page["items"]
        after = page["next"]
    if as_json:
        for item in items:
            typer.echo(json.dumps(item, ensure_ascii=False))
        return
    for line in lines(_COLUMNS, map(_cells, items)):
        typer.echo(line)


@connector_app.command("show")
def show(context: typer.Context, name: NameArgument) -> None:
    """Print a connector as JSON: its rules, and what it reported. / Xem một bộ kết nối."""
    _print(api(context).read(f"connectors/{name}"))


@connector_app.command("put")
def put(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="YAML or JSON; - for input. / Tệp mô tả.")],
    reason: ReasonOption,
) -> None:
    """Let a connector be as a file says: name, adapter, system, config, limits, windows.

    Secrets in `config` are references (env:CONNECTOR_…, file:NAME, vault:PATH#FIELD). What the
    adapter refuses is told with field and rule.
    Example: hub connector put so-mau.yaml --reason "Kết nối Sở Mẫu"

    Khai báo bộ kết nối theo tệp; bí mật chỉ ghi tham chiếu.
    """
    from hub.cli.yaml_file import read_object  # noqa: PLC0415  (`hub --help` loads no YAML)

    change = {"change": "put_connector"} | read_object(file)
    _print(api(context).write(reason, [change]))


@connector_app.command("delete")
def delete(context: typer.Context, name: NameArgument, reason: ReasonOption) -> None:
    """Remove a connector and what was approved for it. / Xóa bộ kết nối."""
    _print(api(context).write(reason, [{"change": "delete_connector", "name": name}]))


@connector_app.command("pause")
def pause(context: typer.Context, name: NameArgument, reason: ReasonOption) -> None:
    """Let a connector keep its connections and move nothing. / Tạm dừng."""
    _tell(context, name, "pause", reason)


@connector_app.command("resume")
def resume(context: typer.Context, name: NameArgument, reason: ReasonOption) -> None:
    """Let a connector work. / Cho chạy tiếp."""
    _tell(context, name, "resume", reason)


@connector_app.command("stop")
def stop(context: typer.Context, name: NameArgument, reason: ReasonOption) -> None:
    """Let a connector finish what is under way, then let go of everything. / Dừng hẳn."""
    _tell(context, name, "stop", reason)


@connector_app.command("restart")
def restart(context: typer.Context, name: NameArgument, reason: ReasonOption) -> None:
    """Let a connector start anew: after a repair, or for a new secret. / Khởi động lại."""
    _tell(context, name, "restart", reason)


@connector_app.command("test")
def look(
    context: typer.Context,
    name: NameArgument,
    wait: Annotated[int, typer.Option(min=0, max=30, help="Seconds. / Số giây chờ.")] = 10,
) -> None:
    """Let a connector look at its other side, which changes nothing there.

    Exit status: 0 it is well, 1 it is not, 3 no answer yet (does the connectors process run?).

    Kiểm tra kết nối tới bên kia; không thay đổi gì bên đó.
    """
    told = api(context).do(f"connectors/{name}:test", {}, wait=wait)
    _print(told)
    if told.get("ok") is not True:
        raise typer.Exit(EX_UNAVAILABLE if told.get("ok") is None else EX_REFUSED)


@connector_app.command("signal")
def signal(
    context: typer.Context,
    name: NameArgument,
    signal: Annotated[
        str, typer.Argument(help="resnapshot, flush or log_level. / Tín hiệu.", metavar="SIGNAL")
    ],
    reason: ReasonOption,
    level: Annotated[str | None, typer.Option(help="Of log_level: DEBUG, INFO, …")] = None,
    minutes: Annotated[
        int | None, typer.Option(min=1, help="Of log_level: for how long. / Số phút.")
    ] = None,
) -> None:
    """Tell a running connector to do something once; a stopped one does it when it runs again.

    resnapshot: a source reads from its beginning again; nothing is delivered twice.
    flush: what waits for its next try is tried now. log_level: its log says more for a while.
    Example: hub connector signal so-mau flush --reason "Sở Mẫu đã sửa lỗi"

    Ra lệnh một lần cho bộ kết nối đang chạy.
    """
    told = {"signal": signal, "reason": reason, "level": level, "minutes": minutes}
    body = {name: value for name, value in told.items() if value is not None}
    _print(api(context).do(f"connectors/{name}/signals", body))


def _tell(context: typer.Context, name: str, order: str, reason: str) -> None:
    _print(api(context).do(f"connectors/{name}:{order}", {"reason": reason}))


def _cells(item: dict[str, Any]) -> tuple[str, ...]:
    reported = item.get("reported") or {}
    told = (str(item[name]) for name in ("id", "adapter", "system", "wanted", "state"))
    lag, dead = (str(reported.get(name, "")) for name in ("lag_messages", "dead_letters"))
    why = " / ".join(text for text in (reported.get("vi"), reported.get("en")) if text)
    return (*told, lag, dead, why)


def _print(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
