"""`hub admin …`: what may be sent and is subscribed to; pause it, let it go on, end it."""

import json
from typing import Annotated, Any

import typer

from hub.cli.admin_options import PAGE, ReasonOption, api


def mount(app: typer.Typer) -> None:
    """Add the commands to `hub admin`."""
    for name, command in (
        ("shares", shares),
        ("share", share),
        ("versions", versions),
        ("pause-subscription", pause_subscription),
        ("resume-subscription", resume_subscription),
        ("end-subscription", end_subscription),
        ("pause-right", pause_right),
        ("resume-right", resume_right),
        ("end-right", end_right),
    ):
        app.command(name)(command)


def shares(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="right or subscription.")] = None,
    who: Annotated[str | None, typer.Option(help="System or organisation.")] = None,
    type: Annotated[str | None, typer.Option(help="Event type. / Loại sự kiện.")] = None,
    state: Annotated[str | None, typer.Option(help="active, paused or ended.")] = None,
) -> None:
    """Print rights and subscriptions, one JSON object a line. / Các quyền và đăng ký."""
    given = {"kind": kind, "who": who, "type": type, "state": state}
    query: dict[str, Any] = {name: value for name, value in given.items() if value}
    after = ""
    while after is not None:
        page = api(context).people("GET", "shares", after=after, limit=PAGE // 2, **query)
        for item in page["items"]:
            _say(item)
        after = page["next"]


def share(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="right or subscription.")],
    id: str,
) -> None:
    """Print one with who asked, approved, paused or ended it. / Xem một quyền hay đăng ký."""
    told = api(context).people("GET", f"shares/{kind}/{id}")
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def versions(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=PAGE, help="How many. / Số dòng.")] = 20,
) -> None:
    """Print versions of the rules, the newest first. / Các phiên bản quy tắc."""
    for item in api(context).read("rules-versions", limit=most)["items"]:
        _say(item)


def pause_subscription(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """Deliver nothing more under a subscription. / Tạm dừng đăng ký nhận."""
    _order(context, f"subscriptions/{id}:pause", reason)


def resume_subscription(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """End a pause; only the owner of the type may. / Cho nhận tiếp."""
    _order(context, f"subscriptions/{id}:resume", reason)


def end_subscription(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """End a subscription for good. / Chấm dứt đăng ký nhận."""
    _order(context, f"subscriptions/{id}:end", reason)


def pause_right(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """Let nothing more be sent under a right. / Tạm dừng quyền gửi."""
    _order(context, f"rights/{id}:pause", reason)


def resume_right(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """End a pause; only the owner of the types may. / Cho gửi tiếp."""
    _order(context, f"rights/{id}:resume", reason)


def end_right(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """End a right for good. / Chấm dứt quyền gửi."""
    _order(context, f"rights/{id}:end", reason)


def _order(context: typer.Context, path: str, reason: str) -> None:
    _say(api(context).do(path, {"reason": reason}))


def _say(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))
