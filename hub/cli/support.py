"""`hub support bundle`: one file for whoever helps, without bodies, personal data, or secrets."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.errors import CommandFailed
from hub.cli.files import write_new

LINES: Final = 2_000
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
    from hub.cli import environment, logs  # noqa: PLC0415  (`hub --help` loads none of this)
    from hub.cli.bundle.parts import gather, manifest, packed  # noqa: PLC0415

    # What the libraries warn of stands in the parts; an operator reads one line.
    logs.configure("support", level="ERROR")
    parts = asyncio.run(gather(environment.home(home), lines))
    content, told = packed(parts), manifest(parts)
    _keep(out, content)
    if as_json:
        told = {"file": str(out), "bytes": len(content), **told}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(out, len(content), told["parts"])


def _keep(out: Path, content: bytes) -> None:
    """Write the file.

    Raises:
        CommandFailed: it exists already, or cannot be written.
    """
    try:
        write_new(out, content)
    except FileExistsError as error:
        raise CommandFailed(f"{out} exists already; choose another name with -o.") from error
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}.") from error


def _print(out: Path, size: int, parts: Sequence[Mapping[str, Any]]) -> None:
    for part in parts:
        problem = f"  ({part['problem']})" if part["problem"] else ""
        typer.echo(f"{part['bytes']:>9} {part['name']}{problem}")
    typer.echo(
        f"{out}: {size} bytes. Read it before you send it: names of systems are in it. / "
        "Hãy đọc trước khi gửi: có tên các hệ thống."
    )
