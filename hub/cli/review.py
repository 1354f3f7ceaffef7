"""`hub review list`, `choices` and `choose`: messages to organisations that were split.

Thin commands on the admin API, as `hub admin`: each word needs a reason (invariant 11).
"""

import json
from typing import Annotated, Final

import typer

from hub.cli.admin_options import PAGE, ReasonOption, api, connect
from hub.cli.errors import CommandFailed

review_app: Final = typer.Typer(
    help="Messages that wait for a person to choose the recipient. / Thông điệp chờ chọn nơi nhận.",
    no_args_is_help=True,
)
review_app.callback()(connect)

Source = Annotated[str, typer.Argument(help="The sending system. / Hệ thống gửi.")]
Id = Annotated[str, typer.Argument(help="The message's id. / Mã thông điệp.")]


def register(app: typer.Typer) -> None:
    """Mount `hub review …`."""
    app.add_typer(review_app, name="review")


@review_app.command("list")
def list_waiting(context: typer.Context) -> None:
    """Print what waits, one JSON object a line. / Liệt kê."""
    after: str | None = ""
    while after is not None:
        page = api(context).read("reviews", after=after, limit=PAGE)
        for item in page["items"]:
            typer.echo(json.dumps(item, ensure_ascii=False))
        after = page["next"]


@review_app.command("choices")
def list_choices(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many. / Bao nhiêu.")] = PAGE,
) -> None:
    """Print the newest choices and what came of each, one JSON object a line. / Đã chọn."""
    for item in api(context).read("reviews/choices", limit=limit)["items"]:
        typer.echo(json.dumps(item, ensure_ascii=False))


@review_app.command("choose")
def choose(
    context: typer.Context,
    source: Source,
    id: Id,
    to: Annotated[
        list[str],
        typer.Option(help="ADDRESS=SYSTEM,SYSTEM for each open address. / Địa chỉ=hệ thống."),
    ],
    reason: ReasonOption,
) -> None:
    """Give it to these systems; ADDRESS= alone: to nobody. / Chọn hệ thống nhận."""
    choices = dict(_choice(one) for one in to)
    answer = api(context).do(
        f"reviews/{source}/{id}:choose", {"reason": reason, "choices": choices}
    )
    typer.echo(json.dumps(answer))


def _choice(text: str) -> tuple[str, list[str]]:
    address, equals, systems = text.partition("=")
    if not equals:
        raise CommandFailed(f"--to {text}: ADDRESS=SYSTEM,SYSTEM, as in `hub review list`")
    return address, [name for name in systems.split(",") if name]
