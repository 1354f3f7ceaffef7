"""`hub audit verify`: the hub checks its own word for a period."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cli.errors import CommandFailed

audit_app: Final = typer.Typer(
    help="Check what the hub has recorded. / Tự kiểm tra sổ ghi của trục.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Mount `hub audit …`."""
    app.add_typer(audit_app, name="audit")


@audit_app.callback()
def audit() -> None:
    """Check what the hub has recorded. / Tự kiểm tra sổ ghi của trục."""


@audit_app.command("verify")
def verify(
    since: Annotated[
        str | None, typer.Option("--from", help="A day or a time, RFC 3339. Default: a day ago.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Before this. Default: now. / Đến trước lúc này.")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recompute a period: every decision, every leaf, every checkpoint; list what differs.

    The hub may run. Exit status 1 if anything differs. A period is held in memory: take a day.

    Tính lại một khoảng thời gian: mọi quyết định, mọi lá, mọi điểm chốt; liệt kê chỗ khác.
    """
    from hub.cli.audit_verify import check  # noqa: PLC0415  (loads SQL and Kafka)
    from hub.evidence.self_check import Period  # noqa: PLC0415

    end = _moment(until, "--to") or datetime.now(UTC)
    begin = _moment(since, "--from") or end - timedelta(days=1)
    if begin >= end:
        raise CommandFailed("--from is before --to.", status=2)
    checked = asyncio.run(check(home, Period(since=begin, until=end)))
    told = {
        "from": begin.isoformat(),
        "to": end.isoformat(),
        "leaves": checked.leaves,
        "records": checked.records,
        "checkpoints": checked.checkpoints,
        "rules_versions": checked.versions,
        "decisions": checked.decisions,
        "orders": checked.orders,
        "bodies_gone": checked.gone,
        "differences": [
            {"what": one.what, "place": one.place, "text": one.text} for one in checked.differences
        ],
    }
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _as_text(told))
    if checked.differences:
        raise typer.Exit(1)


def _as_text(told: Mapping[str, Any]) -> str:
    lines = [f"{name:16} {value}" for name, value in told.items() if name != "differences"]
    found = told["differences"]
    lines += [f"KHÁC / DIFFERS  {one['what']}, {one['place']}: {one['text']}" for one in found]
    return "\n".join([*lines, *([] if found else ["Không có gì khác / nothing differs"])])


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandFailed(f"{option}: {text} is neither a day nor a time.", status=2) from error
    if len(text) == len(date.min.isoformat()):
        found = datetime.combine(found.date(), time(), UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
