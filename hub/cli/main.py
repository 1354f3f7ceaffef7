"""The command `hub`. Each module mounts its own commands; what they need is imported when used."""

from typing import Any

import typer
from typer.core import TyperGroup

from hub.cli import (
    about,
    adapter,
    admin,
    audit,
    bench,
    connector,
    dead_letter,
    demo,
    directory,
    documents,
    edge,
    evidence,
    init,
    keys,
    keys_of_systems,
    quarantine,
    rebuild,
    receive,
    review,
    run,
    schema,
    send,
    status,
    support,
    trust,
    up,
    user,
    verify,
    witness,
)
from hub.cli.errors import CommandFailed


class Commands(TyperGroup):
    """All commands: a failed one prints its reason, not a stack trace."""

    def invoke(self, ctx: Any) -> Any:
        """Run one command.

        Raises:
            typer.Exit: it failed; the reason was printed on standard error.
        """
        try:
            return super().invoke(ctx)
        except CommandFailed as failure:
            typer.echo(f"hub: {failure}", err=True)
            raise typer.Exit(failure.status) from failure


app = typer.Typer(
    name="hub",
    cls=Commands,
    help="The integration hub of a province: signed messages in, decisions, inboxes, proof.\n\n"
    "Trục tích hợp của tỉnh: nhận thông điệp đã ký, quyết định, chuyển tới hộp thư, lưu bằng "
    "chứng.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    *(init, up, run, status, demo, bench, admin, user, connector, dead_letter, quarantine),
    *(directory, review),
    *(documents, rebuild, send, receive, keys, keys_of_systems, evidence, verify, trust, audit),
    *(adapter, edge, witness, support, schema, about),
):
    module.register(app)


if __name__ == "__main__":
    app()
