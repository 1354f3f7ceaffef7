"""`hub directory preview`, `import`, `seed`: organisations from a file, after a look at it.

Thin commands on the admin API, as `hub admin`.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import ReasonOption, api, connect
from hub.cli.directory_copy import copy_app
from hub.cli.errors import CommandFailed

directory_app: Final = typer.Typer(
    help="The directory of organisations. / Danh mục cơ quan.", no_args_is_help=True
)
directory_app.callback()(connect)
directory_app.add_typer(copy_app, name="copy")

File = Annotated[
    Path,
    typer.Argument(
        help="JSON of the national axis, CSV or XLSX. / Tệp.", exists=True, dir_okay=False
    ),
]
CloseMissing = Annotated[
    bool,
    typer.Option("--close-missing", help="Close who is not in the file. / Đóng cơ quan không có."),
]


def register(app: typer.Typer) -> None:
    """Mount `hub directory …`."""
    app.add_typer(directory_app, name="directory")


@directory_app.command("preview")
def preview(context: typer.Context, file: File, *, close_missing: CloseMissing = False) -> None:
    """Print what the file would change, as JSON. Nothing is changed. / Xem trước."""
    told = _send_file(context, "preview", file, close_missing=close_missing)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


@directory_app.command("import")
def import_(
    context: typer.Context,
    file: File,
    digest: Annotated[str, typer.Option(help="The preview's digest. / Mã bản xem trước.")],
    reason: ReasonOption,
    *,
    close_missing: CloseMissing = False,
    closing: Annotated[
        int, typer.Option(help="How many are closed, where the preview asks. / Số bị đóng.")
    ] = 0,
) -> None:
    """Change what the preview has told, and nothing else. / Nhập đúng như bản xem trước."""
    told = _send_file(
        context,
        "import",
        file,
        close_missing=close_missing,
        digest=digest,
        reason=reason,
        closing=closing,
    )
    _show_counts(told)


@directory_app.command("seed")
def seed(
    context: typer.Context,
    digest: Annotated[
        str | None, typer.Option(help="The preview's digest. / Mã bản xem trước.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why; it stands in the audit trail. / Lý do.")
    ] = "Seed that comes with the hub",
) -> None:
    """Preview the shipped ministries and provinces; with --digest, load them.

    Codes from memory are told as `unsure` and stay marked until the axis' list is imported.

    Xem trước danh mục bộ, tỉnh kèm theo trục; thêm --digest để nạp. Mã ghi theo trí nhớ được đánh
    dấu `unsure` cho đến khi nhập danh mục của trục quốc gia.
    """
    from hub.directory.seed import shipped  # noqa: PLC0415  (only this command reads it)

    query = {"format": "json"}
    if digest is None:
        told = api(context).send_file("directory:preview", shipped(), **query)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    query |= {"digest": digest, "reason": reason}
    _show_counts(api(context).send_file("directory:import", shipped(), **query))


def _show_counts(told: dict[str, Any]) -> None:
    counts = {name: value for name, value in told.items() if isinstance(value, int | str)}
    typer.echo(json.dumps(counts))


def _send_file(
    context: typer.Context, word: str, file: Path, *, close_missing: bool, **query: str | int
) -> dict[str, Any]:
    format_ = file.suffix.removeprefix(".").lower()
    if format_ not in {"json", "csv", "xlsx"}:
        raise CommandFailed(f"{file.name}: name it .json, .csv or .xlsx for what it is")
    query |= {"format": format_, "close_missing": str(close_missing).lower()}
    return api(context).send_file(f"directory:{word}", file.read_bytes(), **query)
