"""`hub admin …`: ask for a share of a type, approve it, try a change, and take one back."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.admin_files import change, changes_of, document_of
from hub.cli.admin_options import PAGE, ReasonOption, api

FileArgument = Annotated[
    Path, typer.Argument(help='{"reason": …, "changes": […]}; - for input. / Tệp thay đổi.')
]


def mount(app: typer.Typer) -> None:
    """Add the commands to `hub admin`."""
    for name, command in (
        ("subscribe", subscribe),
        ("type-owner", type_owner),
        ("exchange", exchange),
        ("onboard", onboard),
        ("onboarding", onboarding),
        ("onboarding-key", onboarding_key),
        ("onboarding-try", onboarding_try),
        ("onboarding-submit", onboarding_submit),
        ("propose", propose),
        ("proposals", proposals),
        ("approve", approve),
        ("refuse", refuse),
        ("withdraw", withdraw),
        ("preview", preview),
        ("restore", restore),
    ):
        app.command(name)(command)


def subscribe(
    context: typer.Context,
    id: str,
    *,
    system: Annotated[str, typer.Option(help="Who wants it. / Hệ thống nhận.")],
    type: Annotated[str, typer.Option(help="Event type. / Loại sự kiện.")],
    reason: ReasonOption,
    source: Annotated[
        list[str] | None, typer.Option(help="urn:hub:system:…, org or group; repeatable.")
    ] = None,
    area: Annotated[
        list[str] | None, typer.Option(help="Agency with all below it; repeatable.")
    ] = None,
    version: Annotated[
        list[str] | None, typer.Option(help="Minor version, as 1.0; repeatable.")
    ] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="Also what is addressed to others.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="From this moment of the past (RFC 3339).")
    ] = None,
) -> None:
    """Ask for a type; whoever owns it approves. / Đề nghị đăng ký nhận một loại."""
    wish = change(
        "put_subscription",
        id=id,
        system=system,
        type=type,
        sources=source or [],
        areas=area or [],
        versions=version or [],
        copies=copies,
        since=since,
    )
    _propose(context, reason, [wish])


def type_owner(
    context: typer.Context,
    type: Annotated[str, typer.Argument(help="Event type. / Loại sự kiện.")],
    organisation: Annotated[str, typer.Argument(help="Id of its agency. / Cơ quan chủ quản.")],
    reason: ReasonOption,
) -> None:
    """Let an agency say who may get a type. / Cơ quan chủ quản của loại."""
    owner = change("put_type_owner", type=type, organisation=organisation)
    _say(api(context).write(reason, [owner]))


def exchange(
    context: typer.Context,
    type: Annotated[str, typer.Argument(help="Type of the request. / Loại yêu cầu.")],
    answer: Annotated[str, typer.Argument(help="Type of the answer. / Loại trả lời.")],
    *,
    reason: ReasonOption,
    several: Annotated[
        bool, typer.Option("--several", help="One system may answer more than once.")
    ] = False,
    officer: Annotated[
        str, typer.Option(help="Member of the body with the officer's code. / Mã cán bộ.")
    ] = "",
    per_hour: Annotated[int, typer.Option(min=0, help="Of one officer; 0: no limit.")] = 0,
) -> None:
    """Let messages of a type be requests with a deadline. / Hỏi và trả lời qua trục."""
    wanted = change(
        "put_exchange",
        type=type,
        answer=answer,
        several=several,
        officer=officer,
        per_hour=per_hour,
    )
    _say(api(context).write(reason, [wanted]))


def onboard(
    context: typer.Context,
    system: str,
    *,
    organisation: Annotated[str, typer.Option(help="Id of its agency. / Mã cơ quan.")],
    name: Annotated[str, typer.Option(help="For people. / Tên hệ thống.")],
    reason: ReasonOption,
    sends: Annotated[list[str] | None, typer.Option(help="Type; repeatable. / Loại gửi.")] = None,
    takes: Annotated[list[str] | None, typer.Option(help="Type; repeatable. / Loại nhận.")] = None,
    to: Annotated[list[str] | None, typer.Option(help="To whom it sends; repeatable.")] = None,
) -> None:
    """Apply for a system; its twin in the sandbox is there at once. / Đăng ký kết nối."""
    wanted: dict[str, Any] = {"system": system, "organisation": organisation, "name": name}
    wanted |= {"sends": sends or [], "takes": takes or [], "reason": reason}
    _say(api(context).do("onboardings", wanted | ({"recipients": to} if to else {})))


def onboarding(context: typer.Context, system: str) -> None:
    """Show where an application stands, and its checklist. / Xem tiến độ kết nối."""
    told = api(context).read(f"onboardings/{system}")
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def onboarding_key(
    context: typer.Context,
    system: str,
    file: Annotated[Path, typer.Argument(help="What `hub key new --json` printed; - for input.")],
    reason: ReasonOption,
) -> None:
    """Register the key of the twin, or of the approved system. / Đăng ký khóa."""
    told = document_of(file)
    fields = {name: told.get(name) for name in ("system", "jwk", "alg", "proof")}
    body = {"key": change("register_key", **fields), "reason": reason}
    _say(api(context).do(f"onboardings/{system}:key", body))


def onboarding_try(
    context: typer.Context,
    system: str,
    type: Annotated[str, typer.Argument(help="Event type. / Loại sự kiện.")],
    body: Annotated[
        Path | None, typer.Option(help="JSON body; default: an example of the type.")
    ] = None,
) -> None:
    """Try a test message of the twin; nothing is sent. / Thử một thông điệp của bản thử."""
    asked = {"type": type, "body": None if body is None else document_of(body)}
    told = api(context).do(f"onboardings/{system}:rehearse", asked)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def onboarding_submit(context: typer.Context, system: str, reason: ReasonOption) -> None:
    """Ask for production; another person approves. / Đề nghị đưa vào vận hành."""
    _say(api(context).do(f"onboardings/{system}:submit", {"reason": reason}))


def propose(context: typer.Context, file: FileArgument) -> None:
    """Ask for changes that a second person approves. / Đề nghị thay đổi, chờ người thứ hai."""
    _propose(context, *changes_of(file))


def proposals(
    context: typer.Context,
    decided: Annotated[bool, typer.Option("--decided", help="Also those decided on.")] = False,
) -> None:
    """Print what waits for a second person, one JSON object a line. / Các đề nghị đang chờ."""
    before = ""
    while before is not None:
        query: dict[str, Any] = {"limit": PAGE // 2, "waiting": "false" if decided else "true"}
        page = api(context).people("GET", "requests", before=before, kind="rules", **query)
        for item in page["items"]:
            _say(item)
        before = page["next"]


def approve(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """Approve what another person asked for; it is done at once. / Phê duyệt."""
    _decide(context, id, "approve", reason)


def refuse(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """Refuse what another person asked for. / Từ chối."""
    _decide(context, id, "refuse", reason)


def withdraw(context: typer.Context, id: str, reason: ReasonOption) -> None:
    """Take back what one asked for. / Rút lại đề nghị."""
    _decide(context, id, "withdraw", reason)


def preview(
    context: typer.Context,
    file: FileArgument,
    hours: Annotated[int, typer.Option(min=1, max=720, help="How far back. / Số giờ.")] = 24,
    examples: Annotated[int, typer.Option(min=0, max=200)] = 20,
) -> None:
    """Show what changes would have done to the last hours' messages. / Xem trước tác động."""
    reason, changes = changes_of(file)
    body = {"reason": reason, "changes": changes, "hours": hours, "examples": examples}
    told = api(context).do("changes:preview", body)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def restore(
    context: typer.Context,
    version: Annotated[int, typer.Argument(min=1, help="`hub admin rules` tells the newest.")],
    reason: ReasonOption,
) -> None:
    """Make the rules what they were at a version. / Quay lại phiên bản quy tắc trước."""
    _say(api(context).write(reason, [change("restore_rules", version=version)]))


def _propose(context: typer.Context, reason: str, changes: list[dict[str, Any]]) -> None:
    _say(api(context).do("proposals", {"reason": reason, "changes": changes}))


def _decide(context: typer.Context, id: str, verb: str, reason: str) -> None:
    _say(api(context).people("POST", f"requests/{id}:{verb}", {"reason": reason}))


def _say(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))
