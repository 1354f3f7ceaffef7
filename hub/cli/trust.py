"""`hub trust export`: what somebody else needs to verify this hub's evidence."""

from pathlib import Path
from typing import Annotated, Final

import typer

trust_app: Final = typer.Typer(
    help="Whom verifiers trust. / Gốc tin cậy cho người kiểm tra.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Mount `hub trust …`."""
    app.add_typer(trust_app, name="trust")


@trust_app.callback()
def trust() -> None:
    """Whom verifiers trust. / Gốc tin cậy cho người kiểm tra."""


@trust_app.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder. / Thư mục mới.")],
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Write the hub's public keys and certificates as trust roots.

    Hand the folder over on a way that the receiver trusts: whoever changes it on the way decides
    what is proven. Add your witness and time stamping authority, and keep it under version control.

    Xuất khóa công khai và chứng thư của trục làm thư mục gốc tin cậy; hãy trao tận tay.
    """
    from hub.cli import environment, trust_export  # noqa: PLC0415  (`hub --help` loads no cryptography)

    place = environment.home(home)
    for file in trust_export.write(out, place):
        typer.echo(file)
