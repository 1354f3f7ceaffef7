"""`hub user …`: who may sign in at the console. Every change needs a reason (invariant 11)."""

import json
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import PAGE, ReasonOption, api, connect
from hub.cli.errors import CommandFailed

user_app: Final = typer.Typer(
    help="People who sign in at the console, and their roles. / Người dùng và vai trò.",
    no_args_is_help=True,
)
user_app.callback()(connect)

Name = Annotated[str, typer.Argument(help="Sign-in name; it stands in the trail. / Tên đăng nhập.")]
RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="operator, auditor, integrator, key_officer, investigator, administrator, or "
        "clerk@ORGANISATION; any role@ORGANISATION counts there and below. Repeatable. / Vai trò.",
    ),
]


def register(app: typer.Typer) -> None:
    """Mount `hub user …`."""
    app.add_typer(user_app, name="user")


@user_app.command("add")
def add(
    context: typer.Context,
    name: Name,
    *,
    reason: ReasonOption,
    display: Annotated[str | None, typer.Option(help="What people call him. / Họ tên.")] = None,
    role: RoleOption = None,
    provider: Annotated[
        str | None,
        typer.Option(help="ISSUER#SUBJECT: he signs in at the identity provider, by no password."),
    ] = None,
) -> None:
    """Add a person; prints the first password once. / Thêm người dùng, in mật khẩu đầu một lần.

    Powerful roles count once another person has approved them: `hub user requests`.

    Example: hub user add binh --role operator --reason "Trực ca từ tháng 12"
    """
    body: dict[str, Any] = {
        "name": name,
        "display": display or name,
        "grants": _grants(role or []),
        "reason": reason,
    }
    if provider is not None:
        issuer, _, subject = provider.rpartition("#")
        body["provider"] = {"issuer": issuer, "subject": subject}
    _print(api(context).people("POST", "users", body))


@user_app.command("list")
def list_users(context: typer.Context) -> None:
    """Print all people, one JSON object a line; disabled ones too. / Liệt kê."""
    after: str | None = ""
    while after is not None:
        page = api(context).people("GET", "users", after=after, limit=PAGE)
        for item in page["items"]:
            _print(item)
        after = page["next"]


@user_app.command("roles")
def give(
    context: typer.Context, name: Name, *, reason: ReasonOption, role: RoleOption = None
) -> None:
    """Let a person have exactly these roles; without any: none. / Đặt vai trò."""
    body = {"grants": _grants(role or []), "reason": reason}
    _print(api(context).people("POST", f"users/{name}:roles", body))


@user_app.command("disable")
def disable(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Let a person in no more, from now on. / Khóa người dùng."""
    _order(context, name, "disable", reason)


@user_app.command("enable")
def enable(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Let a person in again. / Mở khóa người dùng."""
    _order(context, name, "enable", reason)


@user_app.command("reset")
def reset(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Print a new first password, once; all sessions end. / Đặt lại mật khẩu đầu."""
    _order(context, name, "reset", reason)


@user_app.command("groups")
def groups(context: typer.Context) -> None:
    """Print which roles the provider's groups give, one JSON object a line. / Nhóm và vai trò."""
    for item in api(context).people("GET", "groups")["items"]:
        _print(item)


@user_app.command("group")
def group(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Group, as the provider writes it. / Tên nhóm.")],
    *,
    reason: ReasonOption,
    role: RoleOption = None,
) -> None:
    """Let a provider's group give exactly these roles; more than before needs a second person.

    Đặt vai trò của một nhóm ở nhà cung cấp định danh; thêm quyền thì cần người thứ hai duyệt.
    """
    body = {"group": name, "grants": _grants(role or []), "reason": reason}
    found = api(context).people("POST", "groups", body)
    given = [one for one in found["items"] if one["group"] == name]
    _print({"group": given[0] if given else None, "waiting": found["waiting"]})


@user_app.command("requests")
def requests(context: typer.Context) -> None:
    """Print what waits for a second person, one JSON object a line. / Việc chờ người thứ hai."""
    for item in api(context).people("GET", "requests", limit=500)["items"]:
        _print(item)


@user_app.command("approve")
def approve(context: typer.Context, request: str, reason: ReasonOption) -> None:
    """Approve what another person asked for, with your own token. / Duyệt đề nghị."""
    _print(api(context).people("POST", f"requests/{request}:approve", {"reason": reason}))


@user_app.command("refuse")
def refuse(context: typer.Context, request: str, reason: ReasonOption) -> None:
    """Refuse what another person asked for. / Từ chối đề nghị."""
    _print(api(context).people("POST", f"requests/{request}:refuse", {"reason": reason}))


def _order(context: typer.Context, name: str, order: str, reason: str) -> None:
    _print(api(context).people("POST", f"users/{name}:{order}", {"reason": reason}))


def _grants(roles: list[str]) -> list[dict[str, str]]:
    return [_grant(text) for text in roles]


def _grant(text: str) -> dict[str, str]:
    role, at, organisation = text.partition("@")
    if not role or (at and not organisation):
        raise CommandFailed("--role: ROLE or ROLE@ORGANISATION.")
    return {"role": role} | ({"organisation": organisation} if organisation else {})


def _print(told: dict[str, Any]) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False))
