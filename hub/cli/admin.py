"""`hub admin …`: thin commands on the admin API. Every change needs a reason (invariant 11)."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli import admin_token, shares, sharing
from hub.cli.admin_files import change, changes_of, document_of, text_of
from hub.cli.admin_options import PAGE, ReasonOption, api, connect
from hub.decision.quotas import DEFAULT

admin_app: Final = typer.Typer(
    help="Change and read the rules, with the admin token. / Quản trị quy tắc của trục.",
    no_args_is_help=True,
)
admin_app.callback()(connect)


class Collection(StrEnum):
    """What can be listed."""

    ORGANISATIONS = "organisations"
    CODES = "codes"
    GROUPS = "groups"
    SYSTEMS = "systems"
    KEYS = "keys"
    ENDPOINTS = "endpoints"
    RIGHTS = "rights"
    SCHEMAS = "schemas"
    CONVERSIONS = "conversions"
    DOCUMENT_POLICIES = "document-policies"
    SUBSCRIPTIONS = "subscriptions"
    TYPE_OWNERS = "type-owners"
    EXCHANGES = "exchanges"
    QUOTAS = "quotas"


class Policy(StrEnum):
    """What is demanded of documents."""

    OFF = "off"
    RECORD = "record"
    REQUIRE = "require"


class Level(StrEnum):
    """Where an agency stands."""

    CENTRAL = "central"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


TypesOption = Annotated[
    list[str], typer.Option("--type", help="Event type; repeatable. / Loại sự kiện.")
]


def register(app: typer.Typer) -> None:
    """Mount `hub admin …`."""
    admin_token.mount(admin_app)
    sharing.mount(admin_app)
    shares.mount(admin_app)
    app.add_typer(admin_app, name="admin")


@admin_app.command("organisation")
def put_organisation(
    context: typer.Context,
    id: str,
    *,
    name: Annotated[str, typer.Option(help="For people. / Tên cơ quan.")],
    level: Annotated[Level, typer.Option()],
    reason: ReasonOption,
    parent: Annotated[str | None, typer.Option(help="Id of the agency above.")] = None,
    code: Annotated[str | None, typer.Option(help="Its code. / Mã định danh.")] = None,
    scheme: Annotated[str, typer.Option(help="Form of the code: qcvn102, qd20 or other.")] = (
        "qcvn102"
    ),
) -> None:
    """Let an agency be as given. / Khai báo cơ quan."""
    changes = [change("put_organisation", id=id, name=name, level=level.value, parent=parent)]
    if code:
        changes.append(change("put_code", code=code, organisation=id, scheme=scheme))
    _write(context, reason, *changes)


@admin_app.command("system")
def put_system(
    context: typer.Context,
    system: str,
    *,
    organisation: Annotated[str, typer.Option(help="Id of its agency. / Mã cơ quan.")],
    name: Annotated[str, typer.Option(help="For people. / Tên hệ thống.")],
    reason: ReasonOption,
    represents: Annotated[
        list[str] | None, typer.Option(help="Agency it may speak for; repeatable.")
    ] = None,
    representative: Annotated[
        list[str] | None, typer.Option(help="System that may hand in for it; repeatable.")
    ] = None,
    kafka_in: Annotated[
        bool,
        typer.Option("--kafka-in", help="It hands in on its topic hub.in.<system> of Kafka."),
    ] = False,
) -> None:
    """Let an information system be as given; a new one gets its inbox. / Khai báo hệ thống."""
    wanted = change(
        "put_system",
        system=system,
        organisation=organisation,
        name=name,
        represents=represents or [],
        representatives=representative or [],
        kafka_in=kafka_in,
    )
    _write(context, reason, wanted)


@admin_app.command("quota")
def put_quota(
    context: typer.Context,
    system: str,
    *,
    reason: ReasonOption,
    messages: Annotated[
        int, typer.Option(min=1, help="A minute. / Số thông điệp mỗi phút.")
    ] = DEFAULT.messages_per_minute,
    bytes_: Annotated[
        int, typer.Option("--bytes", min=1_000_000, help="Of bodies, a minute. / Số byte mỗi phút.")
    ] = DEFAULT.bytes_per_minute,
    urgent: Annotated[
        int, typer.Option(min=1, help="Urgent ones, a minute. / Số thông điệp khẩn mỗi phút.")
    ] = DEFAULT.urgent_per_minute,
) -> None:
    """Say how much a system may hand in within a minute. / Hạn mức gửi của hệ thống."""
    wanted = change(
        "put_quota",
        system=system,
        messages_per_minute=messages,
        bytes_per_minute=bytes_,
        urgent_per_minute=urgent,
    )
    _write(context, reason, wanted)


@admin_app.command("delete-quota")
def delete_quota(context: typer.Context, system: str, reason: ReasonOption) -> None:
    """Let a system have the quota of all again. / Bỏ hạn mức riêng."""
    _write(context, reason, change("delete_quota", system=system))


@admin_app.command("key")
def register_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `hub key new --json` printed; - for input.")],
    reason: ReasonOption,
    certificate: Annotated[
        Path | None,
        typer.Option(help="PEM: the key's certificate, then those above it. / Chứng thư của khóa."),
    ] = None,
    valid_from: Annotated[str | None, typer.Option(help="From when it counts.")] = None,
    valid_to: Annotated[str | None, typer.Option(help="Until when it counts.")] = None,
) -> None:
    """Register a system's key with its proof of possession. / Đăng ký khóa của hệ thống.

    With a certificate of an authority that the hub trusts the key counts as long as that does.
    """
    told = document_of(file)
    wanted = change(
        "register_key",
        **{name: told.get(name) for name in ("system", "jwk", "alg", "proof")},
        certificate=None if certificate is None else text_of(certificate),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _write(context, reason, wanted)


@admin_app.command("revoke-key")
def revoke_key(context: typer.Context, system: str, thumbprint: str, reason: ReasonOption) -> None:
    """Refuse a key for ever. / Thu hồi khóa vĩnh viễn."""
    _write(context, reason, change("revoke_key", system=system, thumbprint=thumbprint))


@admin_app.command("endpoint")
def put_endpoint(
    context: typer.Context,
    organisation: str,
    system: str,
    types: TypesOption,
    reason: ReasonOption,
) -> None:
    """Let a system take exactly these types for an agency. / Hệ thống nhận loại nào."""
    wanted = change("put_endpoint", organisation=organisation, system=system, types=types)
    _write(context, reason, wanted)


@admin_app.command("right")
def put_right(
    context: typer.Context,
    id: str,
    system: Annotated[str, typer.Option(help="Who sends. / Hệ thống gửi.")],
    types: TypesOption,
    to: Annotated[list[str], typer.Option(help="urn:hub:org:…, urn:hub:all …; repeatable.")],
    reason: ReasonOption,
) -> None:
    """Let a system send these types to these recipients. / Cấp quyền gửi."""
    _write(context, reason, change("put_right", id=id, system=system, types=types, recipients=to))


@admin_app.command("schema")
def publish_schema(context: typer.Context, file: Path, reason: ReasonOption) -> None:
    """Publish a JSON Schema; it never changes afterwards. / Công bố lược đồ."""
    document = document_of(file)
    name = str(document.get("$id", "")).removeprefix("urn:hub:schema:")
    _write(context, reason, change("publish_schema", schema_name=name, document=document))


@admin_app.command("document-policy")
def put_document_policy(
    context: typer.Context,
    type: Annotated[str, typer.Argument(help="Event type. / Loại sự kiện.")],
    policy: Policy,
    reason: ReasonOption,
) -> None:
    """Demand this of the documents of a type. / Chính sách kiểm tra chữ ký văn bản của một loại."""
    wanted = change("put_document_policy", type=type, policy=policy.value)
    _write(context, reason, wanted)


@admin_app.command("suspend")
def suspend(context: typer.Context, system: str, reason: ReasonOption) -> None:
    """Refuse everything from and to a system. / Tạm ngừng một hệ thống."""
    _write(context, reason, change("suspend_system", system=system))


@admin_app.command("resume")
def resume(context: typer.Context, system: str, reason: ReasonOption) -> None:
    """End a suspension. / Cho hệ thống hoạt động lại."""
    _write(context, reason, change("resume_system", system=system))


@admin_app.command("apply")
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help='{"reason": …, "changes": […]}; - for input.')],
) -> None:
    """Make all changes of a file one version of the rules, or none. / Áp dụng nhiều thay đổi."""
    reason, changes = changes_of(file)
    _write(context, reason, *changes)


@admin_app.command("list")
def list_entities(context: typer.Context, collection: Collection) -> None:
    """Print all entities of a kind, one JSON object a line. / Liệt kê."""
    after: str | None = ""
    while after is not None:
        page = api(context).read(collection.value, after=after, limit=PAGE)
        for item in page["items"]:
            typer.echo(json.dumps(item, ensure_ascii=False))
        after = page["next"]


@admin_app.command("show")
def show(context: typer.Context, collection: Collection, id: str) -> None:
    """Print one entity as JSON. / Xem một đối tượng."""
    found = api(context).read(f"{collection.value}/{id}")
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@admin_app.command("rules")
def rules(context: typer.Context) -> None:
    """Print the newest version and whether it is published. / Phiên bản quy tắc."""
    typer.echo(json.dumps(api(context).read("rules"), ensure_ascii=False))


@admin_app.command("trail")
def trail(
    context: typer.Context,
    entity: Annotated[str, typer.Option(help="Only what touched it, as system/<name>.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=PAGE)] = 20,
) -> None:
    """Print who changed what, when and why, the newest first. / Nhật ký thay đổi."""
    for item in api(context).read("trail", entity=entity, limit=limit)["items"]:
        typer.echo(json.dumps(item, ensure_ascii=False))


def _write(context: typer.Context, reason: str, *changes: dict[str, Any]) -> None:
    typer.echo(json.dumps(api(context).write(reason, changes)))
