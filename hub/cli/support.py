"""`hub support bundle`: one file for whoever helps, without bodies, personal data, or secrets."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hub.cli.bundle.parts import Part

LINES = 2_000
"""Of each log: the last hours of a quiet hub, the last minutes of a busy one."""

support_app = typer.Typer(
    help="What to send to whoever helps. / Gói thông tin gửi cho người hỗ trợ.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Mount `hub support …`."""
    app.add_typer(support_app, name="support")


@support_app.callback()
def support() -> None:
    """What to send to whoever helps. / Gói thông tin gửi cho người hỗ trợ."""


@support_app.command("bundle")
def bundle(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The file to make. / Tệp sẽ tạo.")
    ] = Path("hub-support.zip"),
    lines: Annotated[
        int, typer.Option(min=0, max=50_000, help="Of each log. / Số dòng mỗi nhật ký.")
    ] = LINES,
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The list of what is in it.")] = False,
) -> None:
    """Gather versions, settings, states, lags, metrics and logs; secrets are masked.

    Gom phiên bản, cấu hình, trạng thái, độ trễ, chỉ số, nhật ký; bí mật được che. Trục có thể đang
    chạy hoặc đã dừng.
    """
    from hub.cli import logs, wiring  # noqa: PLC0415  (`hub --help` loads none of this)
    from hub.cli.bundle.parts import gather, manifest  # noqa: PLC0415

    # What the libraries warn of stands in the parts; an operator reads one line.
    logs.configure("support", level="ERROR")
    parts = asyncio.run(gather(wiring.home(home), lines))
    told = manifest(parts)
    _write(out, parts, told)
    _print(out, told, as_json=as_json)


def _write(out: Path, parts: "list[Part]", told: dict[str, Any]) -> None:
    """Write the file, for its owner alone; it appears whole or not at all.

    Raises:
        CommandFailed: it exists already, or cannot be written.
    """
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    from hub.cli.errors import CommandFailed  # noqa: PLC0415
    from hub.cli.files import write_new  # noqa: PLC0415

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(told, ensure_ascii=False, indent=1))
        for part in parts:
            archive.writestr(part.name, part.content)
    try:
        write_new(out, packed.getvalue())
    except FileExistsError as error:
        raise CommandFailed(f"{out} exists already; choose another name with -o.") from error
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}.") from error


def _print(out: Path, told: dict[str, Any], *, as_json: bool) -> None:
    size = out.stat().st_size
    if as_json:
        typer.echo(json.dumps({"file": str(out), "bytes": size, **told}, ensure_ascii=False))
        return
    for part in told["parts"]:
        problem = f"  ({part['problem']})" if part["problem"] else ""
        typer.echo(f"{part['bytes']:>9} {part['name']}{problem}")
    typer.echo(
        f"{out}: {size} bytes. Read it before you send it: names of systems are in it. / "
        "Hãy đọc trước khi gửi: có tên các hệ thống."
    )
