"""`hub witness …`: cosign the transparency logs of others, as an agency beside the hub."""

from pathlib import Path
from typing import Annotated

import typer

witness_app = typer.Typer(
    help="Witness the logs of a hub. / Làm chứng cho nhật ký minh bạch của trục.",
    no_args_is_help=True,
)

HomeOption = Annotated[Path, typer.Option(help="Directory of the witness. / Thư mục của bên này.")]


def register(app: typer.Typer) -> None:
    """Mount `hub witness …`."""
    app.add_typer(witness_app, name="witness")


@witness_app.command("init")
def init(
    home: HomeOption,
    name: Annotated[
        str, typer.Option(help="Name in signatures: an address of one's own, as x.gov.vn/w1.")
    ],
) -> None:
    """Make a witness here; print its public key. / Tạo bên làm chứng, in khóa công khai.

    Example / Ví dụ: hub witness init --home witness --name witness.so-mau.example/w1
    """
    from hub.cli.hosts.witness import create  # noqa: PLC0415  (`hub --help` loads none of this)

    typer.echo(create(home, name))


@witness_app.command("run")
def run(
    home: HomeOption,
    logs: Annotated[
        Path, typer.Option(help="File of the logs' verifier keys, one a line; GET /v1/log has it.")
    ],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0: any free one.")] = 8646,
) -> None:
    """Answer logs until SIGTERM; TLS ends at a proxy. / Trả lời cho tới khi nhận SIGTERM."""
    from hub.cli.hosts.witness import serve  # noqa: PLC0415  (`hub --help` loads none of this)

    serve(home, logs, host, port)
