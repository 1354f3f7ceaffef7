"""`list` and `schema` of `hub adapter …`: what connectors of the running hub can be made of."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import JsonOption, api, connect
from hub.cli.client_options import DEFAULT_URL, UrlOption
from hub.cli.errors import CommandFailed
from hub.cli.plain_table import lines

_COLUMNS: Final = ("name", "kind", "version", "title", "problem")

TokenFileOption = Annotated[
    Path | None, typer.Option("--token-file", help="Default: secrets/admin.token of the home.")
]


def mount(app: typer.Typer) -> None:
    """Add `list` and `schema` to a group of commands."""
    app.command("list")(list_adapters)
    app.command("schema")(schema)


def list_adapters(
    context: typer.Context,
    url: UrlOption = DEFAULT_URL,
    token_file: TokenFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the adapters that are installed with the hub. / Các adapter đã cài cùng trục."""
    items = _adapters(context, url, token_file)
    if as_json:
        for item in items:
            typer.echo(json.dumps(item, ensure_ascii=False))
        return
    for line in lines(_COLUMNS, map(_cells, items)):
        typer.echo(line)


def schema(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The adapter. / Tên adapter.")],
    url: UrlOption = DEFAULT_URL,
    token_file: TokenFileOption = None,
) -> None:
    """Print the JSON Schema of an adapter's configuration. / Lược đồ cấu hình của adapter.

    Example: hub adapter schema webhook-out
    """
    for item in _adapters(context, url, token_file):
        if item["name"] == name:
            if item["config_schema"] is None:
                raise CommandFailed(f"{name} cannot be used: {item['problem']}.")
            typer.echo(json.dumps(item["config_schema"], ensure_ascii=False, indent=2))
            return
    raise CommandFailed(f"{name} is not installed with the hub. What is: `hub adapter list`.")


def _adapters(context: typer.Context, url: str, token_file: Path | None) -> list[dict[str, Any]]:
    connect(context, url, token_file)
    items: list[dict[str, Any]] = api(context).read("adapters")["items"]
    return items


def _cells(item: dict[str, Any]) -> tuple[str, ...]:
    title = item["title"] or {}
    told = (str(item[name] or "") for name in ("name", "kind", "version"))
    return (*told, str(title.get("vi", "")), str(item["problem"] or ""))
