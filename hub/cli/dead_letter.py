"""`hub dead-letter …`: what the hub has stopped trying, by cause; retry it or drop it."""

import json
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import JsonOption, ReasonOption, api, connect
from hub.cli.errors import CommandFailed
from hub.cli.plain_table import lines

PAGE: Final = 500
"""The most that the API gives at once."""

dead_letter_app: Final = typer.Typer(
    help="Deliveries that wait for an operator. / Thông điệp chờ người vận hành quyết định.",
    no_args_is_help=True,
)
dead_letter_app.callback()(connect)

ConnectorOption = Annotated[str | None, typer.Option(help="Only of this connector.")]
AdapterOption = Annotated[str | None, typer.Option(help="Only of connectors of this adapter.")]
CodeOption = Annotated[str | None, typer.Option(help="Only with this code. / Mã lỗi.")]
FingerprintOption = Annotated[str | None, typer.Option(help="Only of this cause.")]
ForOption = Annotated[str | None, typer.Option("--system", help="Only for this system.")]
SinceOption = Annotated[
    str | None, typer.Option(help="RFC 3339, as 2026-01-02T03:04:05+07:00. / Từ lúc.")
]
IdsArgument = Annotated[
    list[str] | None, typer.Argument(help="As `hub dead-letter list` shows them.")
]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask once the number is known. / Không hỏi lại.")
]

_GROUPS: Final = (
    "count",
    "fingerprint",
    "adapter",
    "connector",
    "code",
    "peer code",
    "last",
    "where",
)
_ROWS: Final = ("id", "adapter", "connector", "code", "peer code", "attempts", "at", "where")


def register(app: typer.Typer) -> None:
    """Mount `hub dead-letter …`."""
    app.add_typer(dead_letter_app, name="dead-letter")


@dead_letter_app.command("list")
def list_dead_letters(
    context: typer.Context,
    *,
    groups: Annotated[bool, typer.Option("--groups", help="By cause. / Theo nguyên nhân.")] = False,
    connector: ConnectorOption = None,
    adapter: AdapterOption = None,
    code: CodeOption = None,
    fingerprint: FingerprintOption = None,
    system: ForOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what waits, the newest first; with --groups the causes, with how many each has.

    Liệt kê; với --groups thì gộp theo nguyên nhân.
    """
    wanted = _filter(connector, adapter, code, fingerprint, system, since)
    items = _all(context, "dead-letters/groups" if groups else "dead-letters", wanted)
    if as_json:
        for item in items:
            typer.echo(json.dumps(item, ensure_ascii=False))
        return
    for line in lines(_GROUPS if groups else _ROWS, map(_group if groups else _row, items)):
        typer.echo(line)


@dead_letter_app.command("show")
def show(
    context: typer.Context, id: Annotated[str, typer.Argument(help="source/message/recipient")]
) -> None:
    """Print one as JSON, also when it has ended. / Xem chi tiết."""
    _print(api(context).read(f"dead-letters/{id}"))


@dead_letter_app.command("confirm")
def confirm(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="As `hub dead-letter drop` told it. / Mã yêu cầu.")],
    reason: ReasonOption,
    yes: YesOption = False,
) -> None:
    """Confirm what another administrator asked to drop, with your own token (`--token-file`).

    Example: hub dead-letter --token-file binh.token confirm 0197… --reason "Đã đối chiếu"

    Duyệt việc bỏ nhiều thông điệp do người khác đề nghị.
    """
    found = api(context).read(f"dead-letters/jobs/{job}")
    _print(found)
    _be_sure(found, sure=yes)
    _print(_confirmed(context, found, reason))


@dead_letter_app.command("redirect")
def redirect(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="source/message/recipient")],
    to: Annotated[str, typer.Option("--to", help="The system that gets it. / Hệ thống nhận.")],
    reason: ReasonOption,
) -> None:
    """Send one to another system that takes it from its sender, and end it here.

    Beyond a number in a day it waits for another person: `waits` is the request to approve.

    Gửi tới hệ thống khác mà bên gửi có quyền gửi; quá số trong ngày thì người thứ hai duyệt.
    """
    asked = {"to": to, "reason": reason}
    _print(api(context).people("POST", f"dead-letters/{id}:redirect", asked))


def _command(action: str, words: str) -> None:
    """Mount a command that decides about dead letters: by ids, or by a filter."""

    def decide(
        context: typer.Context,
        reason: ReasonOption,
        ids: IdsArgument = None,
        *,
        connector: ConnectorOption = None,
        adapter: AdapterOption = None,
        code: CodeOption = None,
        fingerprint: FingerprintOption = None,
        system: ForOption = None,
        since: SinceOption = None,
        yes: YesOption = False,
    ) -> None:
        wanted = _filter(connector, adapter, code, fingerprint, system, since)
        _order(context, action, reason, ids or [], wanted, sure=yes)

    decide.__doc__ = words
    dead_letter_app.command(action)(decide)


_command(
    "retry",
    """Try again, by ids or by a filter, whose number is told first.

    Where the code is outcome_unknown this is a second call: look at the other side first. The
    reason also stands in the history of each message, which its sender sees: no personal data.
    Example: hub dead-letter retry --connector so-mau --code unavailable --reason "Sở Mẫu đã sửa"

    Thử lại. Bên gửi xem được lý do.
    """,
)
_command(
    "drop",
    """Give up, by ids or by a filter: the sender sees `expired`, those behind it pass.

    More than 100 by a filter: another administrator confirms it (`hub dead-letter confirm`).
    The reason also stands in the history of each message, which its sender sees: no personal data.

    Bỏ hẳn; bên gửi thấy là hết hạn và xem được lý do. Trên 100: người thứ hai phải duyệt.
    """,
)


def _order(
    context: typer.Context,
    action: str,
    reason: str,
    ids: list[str],
    wanted: dict[str, str],
    *,
    sure: bool,
) -> None:
    if bool(ids) is bool(wanted):
        raise CommandFailed("either ids or a filter (--connector, --code, …).", status=2)
    path = f"dead-letters:{action}"
    if ids:
        _print(api(context).do(path, {"reason": reason, "ids": ids}))
        return
    job = api(context).do(path, {"reason": reason, "filter": wanted})["job"]
    if job["second_person"]:
        _print(job)
        typer.echo(
            f"Another administrator: hub dead-letter confirm {job['id']} --reason …", err=True
        )
        return
    _be_sure(job, sure=sure)
    _print(_confirmed(context, job, None))


def _be_sure(job: dict[str, Any], *, sure: bool) -> None:
    if not sure:
        typer.confirm(f"{job['action']}: {job['count']}?", abort=True, err=True)


def _confirmed(context: typer.Context, job: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """Ask for the next part until the job is at its end."""
    told = {"count": job["count"]} | ({} if reason is None else {"reason": reason})
    while job["ended_at"] is None:
        job = api(context).do(f"dead-letters/jobs/{job['id']}:confirm", told)
    return job


def _filter(
    connector: str | None,
    adapter: str | None,
    code: str | None,
    fingerprint: str | None,
    system: str | None,
    since: str | None,
) -> dict[str, str]:
    told = {
        "connector": connector,
        "adapter": adapter,
        "code": code,
        "fingerprint": fingerprint,
        "system": system,
        "since": since,
    }
    return {name: value for name, value in told.items() if value}


def _all(context: typer.Context, path: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = api(context).read(path, after=after, limit=PAGE, **wanted)
        items += page["items"]
        after = page["next"]
    return items


def _group(item: dict[str, Any]) -> tuple[str, ...]:
    names = ("count", "fingerprint", "adapter", "connector", "code", "peer_code", "last_at", "text")
    return tuple(str(item[name] or "") for name in names)


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    names = ("id", "adapter", "connector", "code", "peer_code", "attempts", "at", "text")
    return tuple(str(item[name] or "") for name in names)


def _print(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
