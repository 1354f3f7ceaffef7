"""What all commands on the admin API share: where it is, whose token, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.client_options import DEFAULT_URL, UrlOption

if TYPE_CHECKING:
    from hub.cli.admin_api import AdminApi

PAGE: Final = 1_000
"""Entities asked for at once: the most that the API gives."""

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why; it stands in the audit trail. / Lý do.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object per line. / Mỗi dòng một đối tượng JSON.")
]


def connect(
    context: typer.Context,
    url: UrlOption = DEFAULT_URL,
    token_file: Annotated[
        Path | None, typer.Option(help="Default: secrets/admin.token of the hub's home.")
    ] = None,
) -> None:
    """Say which hub, and who asks. / Chọn trục và mã quản trị."""
    context.obj = url, token_file


def api(context: typer.Context) -> "AdminApi":
    """Return the API that `connect` was told of.

    Raises:
        CommandFailed: there is no token, or the address is not usable.
    """
    from hub.cli.admin_api import open_api  # noqa: PLC0415  (`hub --help` loads no HTTP client)

    url, token_file = context.obj
    return open_api(url, token_file)
