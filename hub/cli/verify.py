"""`hub verify`: check evidence offline. The same program as `lgsp-verify`, which needs no hub."""

from typing import Final

import typer

_AS_IT_IS: Final = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "help_option_names": [],
}
"""Every option, also --help, is the other program's."""


def register(app: typer.Typer) -> None:
    """Mount `hub verify`."""
    app.command("verify", context_settings=_AS_IT_IS)(verify)


def verify(context: typer.Context) -> None:
    """Check evidence offline. / Kiểm tra gói bằng chứng, không cần mạng.

    hub verify bundle.asice --trust roots/; more: hub verify --help
    """
    from lgsp_verify.cli import main  # noqa: PLC0415  (`hub --help` loads no cryptography)

    raise typer.Exit(main(context.args))
