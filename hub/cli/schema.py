"""`hub schema …`: drafts, their life, comparison, and what a change would have broken."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import JsonOption, ReasonOption, api, connect
from hub.cli.yaml_file import read_object

schema_app: Final = typer.Typer(
    help="Schemas: drafts, review, compatibility, impact. / Lược đồ: dự thảo, duyệt, tương thích, "
    "tác động.",
    no_args_is_help=True,
)
schema_app.callback()(connect)

File = Annotated[Path, typer.Argument(help="JSON Schema with its $id; - for input.")]
Name = Annotated[str, typer.Argument(help="As dossier.step:1.1. / Tên phiên bản.")]


def register(app: typer.Typer) -> None:
    """Mount `hub schema …`."""
    app.add_typer(schema_app, name="schema")


@schema_app.command("list")
def list_versions(context: typer.Context) -> None:
    """Print every version with its state, one JSON object a line. / Liệt kê các phiên bản."""
    for item in api(context).read("schema-versions")["items"]:
        typer.echo(json.dumps(item, ensure_ascii=False))


@schema_app.command("show")
def show(context: typer.Context, name: Name) -> None:
    """Print one version. / Xem một phiên bản."""
    found = api(context).read(f"schema-versions/{name}")
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@schema_app.command("compare")
def compare(context: typer.Context, file: File) -> None:
    """Say whether a document may be the next version; exit status 1 if not.

    / Kiểm tra tương thích với các phiên bản đã công bố.
    """
    told = api(context).do("schema-versions:compare", {"document": read_object(file)})
    typer.echo(json.dumps(told, ensure_ascii=False))
    if not told["compatible"]:
        raise typer.Exit(1)


@schema_app.command("draft")
def draft(context: typer.Context, file: File, reason: ReasonOption) -> None:
    """Keep a document as the next version's draft. / Lưu dự thảo phiên bản mới."""
    _told(api(context).do("schema-versions", {"document": read_object(file), "reason": reason}))


@schema_app.command("submit")
def submit(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Ask for another person's approval. / Trình duyệt."""
    _say(context, "submit", name, reason)


@schema_app.command("approve")
def approve(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Publish a draft. / Duyệt và công bố."""
    _say(context, "approve", name, reason)


@schema_app.command("drop")
def drop(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Give a draft up. / Bỏ dự thảo."""
    _say(context, "drop", name, reason)


@schema_app.command("deprecate")
def deprecate(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Advise against a published version. / Khuyến nghị không dùng nữa."""
    _say(context, "deprecate", name, reason)


@schema_app.command("retire")
def retire(context: typer.Context, name: Name, reason: ReasonOption) -> None:
    """Refuse what names a deprecated version, for ever. / Ngừng hiệu lực vĩnh viễn."""
    _say(context, "retire", name, reason)


@schema_app.command("use")
def use(context: typer.Context, name: Name) -> None:
    """Print who may send, takes and sends a version, its level, its history. / Ai dùng."""
    found = api(context).people("GET", f"schemas/{name}/use")
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@schema_app.command("level")
def level(
    context: typer.Context,
    family: Annotated[str, typer.Argument(help="As dossier.step:1. / Tên và số chính.")],
    wanted: Annotated[
        str, typer.Argument(help="As FULL_TRANSITIVE; - for that of all others. / Mức; - là chung.")
    ],
    reason: ReasonOption,
) -> None:
    """Set what new versions owe to the old ones. / Đặt mức tương thích."""
    asked = {"level": None if wanted == "-" else wanted, "reason": reason}
    _told(api(context).people("PUT", f"schemas/{family}/level", asked))


@schema_app.command("impact")
def impact(
    context: typer.Context,
    file: File,
    *,
    days: Annotated[int, typer.Option(min=1, max=30, help="How far back. / Số ngày.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Say which senders' real messages a schema would have refused; exit status 1 if any.

    / Phát lại bản tin thật của những ngày qua với lược đồ mới: bên nào sẽ bị từ chối.
    """
    from hub.schemas.impact import Impact  # noqa: PLC0415  (`hub --help` loads no validator)

    whole, part = Impact(), None
    asked: dict[str, Any] = {"document": read_object(file), "days": days}
    while part is None or part["next"] is not None:
        part = api(context).people("POST", "schemas:impact", asked)
        whole.absorb(part)
        asked["after"] = part["next"]
    about = {name: part[name] for name in ("type", "takers", "incompatible")}
    told = about | whole.document()
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _plainly(told))
    if told["broken"]:
        raise typer.Exit(1)


def _plainly(told: dict[str, Any]) -> str:
    first = (
        f"{told['type']}: {told['broken']} / {told['looked_at']} messages would be refused "
        f"(sẽ bị từ chối); {told['gone']} no longer kept (không còn lưu)"
    )
    lines = [first]
    for one in told["senders"]:
        lines.append(f"  {one['system']}: {one['broken']} / {one['messages']}")
        lines += [f"    {rule['rule']}: {rule['messages']}" for rule in one["rules"]]
    lines += [f"  → {one['system']}: -{one['broken']}" for one in told["recipients"]]
    lines += [f"  {one}" for one in told["incompatible"]]
    return "\n".join(lines)


def _say(context: typer.Context, word: str, name: str, reason: str) -> None:
    _told(api(context).do(f"schema-versions/{name}:{word}", {"reason": reason}))


def _told(answer: dict[str, Any]) -> None:
    shown = {name: value for name, value in answer.items() if name != "document"}
    typer.echo(json.dumps(shown, ensure_ascii=False))
