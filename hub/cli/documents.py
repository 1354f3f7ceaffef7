"""`hub documents list`, `release`, `drop` and `recheck`: messages held for their documents.

Thin commands on the admin API, as `hub admin`: each word needs a reason (invariant 11).
"""

import json
from typing import Annotated, Final

import typer

from hub.cli.admin_options import PAGE, ReasonOption, api, connect

documents_app: Final = typer.Typer(
    help="Messages that are held for their documents. / Thông điệp bị giữ để kiểm chữ ký văn bản.",
    no_args_is_help=True,
)
documents_app.callback()(connect)

Source = Annotated[str, typer.Argument(help="The sending system. / Hệ thống gửi.")]
Id = Annotated[str, typer.Argument(help="The message's id. / Mã thông điệp.")]


def register(app: typer.Typer) -> None:
    """Mount `hub documents …`."""
    app.add_typer(documents_app, name="documents")


@documents_app.command("list")
def list_held(
    context: typer.Context,
    *,
    review: Annotated[
        bool, typer.Option("--review", help="Only those that a person must decide.")
    ] = False,
) -> None:
    """Print what is held, one JSON object a line. / Liệt kê."""
    after: str | None = ""
    while after is not None:
        page = api(context).read("documents", after=after, limit=PAGE)
        for item in page["items"]:
            if item["review"] or not review:
                typer.echo(json.dumps(item, ensure_ascii=False))
        after = page["next"]


@documents_app.command("release")
def release(context: typer.Context, source: Source, id: Id, reason: ReasonOption) -> None:
    """Deliver it whatever its documents are. The reason stands in its history: no personal data.

    / Cho chuyển đi dù chữ ký chưa xác định được; lý do được ghi vào lịch sử thông điệp.
    """
    _say(context, "release", source, id, reason)


@documents_app.command("drop")
def drop(context: typer.Context, source: Source, id: Id, reason: ReasonOption) -> None:
    """End it: nobody gets it, and its sender sees that. / Không chuyển; bên gửi xem được lý do."""
    _say(context, "drop", source, id, reason)


@documents_app.command("recheck")
def recheck(context: typer.Context, source: Source, id: Id, reason: ReasonOption) -> None:
    """Judge its documents again. / Kiểm chữ ký lại."""
    _say(context, "recheck", source, id, reason)


def _say(context: typer.Context, word: str, source: str, id: str, reason: str) -> None:
    answer = api(context).do(f"documents/{source}/{id}:{word}", {"reason": reason})
    typer.echo(json.dumps(answer))
