"""`hub evidence`: the proof of what happened to one message, or in a period, for somebody else."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from hub.cli.client_options import DEFAULT_URL, AlgorithmOption, UrlOption
from hub.cli.errors import CommandFailed
from hub.cli.moments import moment

HELP: Final = """Get the evidence about a message: a file for `hub verify` or `lgsp-verify`.

As an operator or auditor: with the token of --token-file, and a --reason, which stands in the
trail. As a system that sent or received the message: with --system, --hub and --key.

Lấy gói bằng chứng của một bản tin, để kiểm tra bằng `hub verify` hoặc `lgsp-verify`.

Example / Ví dụ:

  hub evidence mot-cua-mau 0193566f-2f80-7000-8000-000000000001 -o b.asice --reason "Ra soat"

  … --stage delivered --recipient ubnd-xa-mau --not-by 2026-11-29T17:00:00+07:00

Everything of a period / Cả một thời kỳ: hub evidence export --help
"""
_EXPORT: Final = """Export every leaf of a period: a folder for `hub verify` or `lgsp-verify`.

It holds what happened to every message, without bodies, and proves that nothing is left out. It
may be broken off: the same command goes on where it stopped.

Xuất mọi mục sổ ghi của một thời kỳ vào một thư mục. Có thể chạy lại để làm tiếp.

Example / Ví dụ:

  hub evidence export --from 2026-10-01 --to 2027-01-01 -o q4 --reason "Nộp lưu trữ"
"""
_ONE: Final = "message"
"""The command that is meant where the first word is none: `hub evidence SOURCE ID`."""


class _Group(TyperGroup):
    """`hub evidence SOURCE ID …`, and `hub evidence export …` beside it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_ONE, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Mount `hub evidence`."""
    group = typer.Typer(cls=_Group, help=HELP, no_args_is_help=True)
    group.command(_ONE, help=HELP, hidden=True)(evidence)
    group.command("export", help=_EXPORT)(export)
    app.add_typer(group, name="evidence")


def evidence(
    source: Annotated[str, typer.Argument(help="The sending system. / Hệ thống gửi.")],
    id: Annotated[str, typer.Argument(help="The message's id. / Mã bản tin.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to make. / Tệp sẽ tạo.")],
    reason: Annotated[
        str, typer.Option(help="Why; it stands in the audit trail. / Lý do.")
    ] = "hub evidence",
    stage: Annotated[
        str | None,
        typer.Option(help="Prove this: admitted, delivered, acknowledged, processed, rejected."),
    ] = None,
    recipient: Annotated[str | None, typer.Option(help="Of the stage. / Bên nhận.")] = None,
    not_by: Annotated[
        str | None,
        typer.Option(help="Prove that it was not reached by then, RFC 3339. / Chưa đến lúc này."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="A checkpoint you have kept: prove that the log continues it."),
    ] = None,
    url: UrlOption = DEFAULT_URL,
    token_file: Annotated[
        Path | None, typer.Option(help="Default: secrets/admin.token of the hub's home.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(envvar="LGSP_SYSTEM", help="As this system. / Với tư cách.")
    ] = None,
    hub: Annotated[str | None, typer.Option(envvar="LGSP_HUB", help="The hub's id.")] = None,
    key: Annotated[Path | None, typer.Option(envvar="LGSP_KEY", help="Private key, PEM.")] = None,
    algorithm: AlgorithmOption = None,
) -> None:
    """Get the evidence about a message."""
    from hub.cli import evidence_asking as asking  # noqa: PLC0415  (`hub --help` loads no HTTP)
    from hub.cli.client_side import identity  # noqa: PLC0415

    options = asking.options(stage, recipient, _moment(not_by), since)
    if system is None:
        bundle = asking.as_person(url, token_file, source, id, reason, options)
    elif hub is None or key is None:
        raise CommandFailed("--system needs --hub and --key.", status=2)
    else:
        bundle = asking.as_system(url, identity(system, hub, key, algorithm), source, id, options)
    asking.keep(out, bundle)
    typer.echo(f"{out}: {len(bundle)} bytes")


def export(
    *,
    since: Annotated[str, typer.Option("--from", help="A day or a time, RFC 3339. / Từ lúc.")],
    until: Annotated[str, typer.Option("--to", help="Before this. / Đến trước lúc này.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder. / Thư mục.")],
    reason: Annotated[
        str, typer.Option(help="Why; it stands in the audit trail. / Lý do.")
    ] = "hub evidence export",
    url: UrlOption = DEFAULT_URL,
    token_file: Annotated[
        Path | None, typer.Option(help="Default: secrets/admin.token of the hub's home.")
    ] = None,
) -> None:
    """Export every leaf of a period."""
    from hub.cli import evidence_export  # noqa: PLC0415  (`hub --help` loads no HTTP)
    from hub.cli.admin_api import open_api  # noqa: PLC0415

    first, end = moment(since, "--from"), moment(until, "--to")
    if first is None or end is None or first >= end:
        raise CommandFailed("--from is before --to.", status=2)
    with closing(open_api(url, token_file)) as api:
        told = evidence_export.export(api, out, first, end, reason)
    typer.echo(f"{out}: {told.leaves} leaves in {told.files} files, {told.fetched} of them new")


def _moment(text: str | None) -> datetime | None:
    try:
        found = None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandFailed(f"--not-by: {text} is no RFC 3339 time.", status=2) from error
    if found is not None and found.tzinfo is None:
        raise CommandFailed("--not-by needs its offset, such as +07:00.", status=2)
    return found
