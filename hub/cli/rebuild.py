"""`hub rebuild …`: make the search projection, the views, the log or its index anew."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

rebuild_app = typer.Typer(
    help="Make derived data anew from Kafka. / Dựng lại dữ liệu dẫn xuất từ Kafka.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Mount `hub rebuild …`."""
    app.add_typer(rebuild_app, name="rebuild")


@rebuild_app.callback()
def rebuild() -> None:
    """Make derived data anew from Kafka. / Dựng lại dữ liệu dẫn xuất từ Kafka."""


@rebuild_app.command("projection")
def projection(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Empty the search projection and record hub.audit from its beginning. The hub may run.

    Xóa bảng tra cứu và dựng lại từ hub.audit; trục vẫn hoạt động trong lúc đó.
    """
    from hub.cli.hosts.recorder import rebuild_projection  # noqa: PLC0415  (loads SQL and Kafka)

    rebuilt = asyncio.run(rebuild_projection(home))
    typer.echo(json.dumps({"events": rebuilt.events, "seconds": round(rebuilt.seconds, 3)}))


@rebuild_app.command("views")
def views(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Empty the indicators and add up hub.audit from its beginning. The hub may run.

    Xóa các chỉ số và tính lại từ hub.audit; trục vẫn hoạt động trong lúc đó.
    """
    from hub.cli.hosts.views import rebuild_views  # noqa: PLC0415  (loads SQL and Kafka)

    rebuilt = asyncio.run(rebuild_views(home))
    typer.echo(json.dumps({"events": rebuilt.events, "seconds": round(rebuilt.seconds, 3)}))


@rebuild_app.command("log")
def log(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Write the transparency log's files anew from hub.audit, to the byte. The hub may run.

    Ghi lại các tệp của nhật ký minh bạch từ hub.audit, giống từng byte; không ký lại điều gì khác.
    """
    from hub.cli.hosts.recorder import rebuild_log  # noqa: PLC0415  (loads SQL and Kafka)

    rebuilt = asyncio.run(rebuild_log(home))
    typer.echo(json.dumps({"leaves": rebuilt.leaves, "seconds": round(rebuilt.seconds, 3)}))


@rebuild_app.command("anchors")
def anchors(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Note in SQL which anchors of the log there are, from their files. The hub may run.

    Ghi lại vào SQL danh mục mốc neo của nhật ký từ các tệp đã lưu; không ký lại điều gì.
    """
    from hub.cli.hosts.recorder import rebuild_anchors  # noqa: PLC0415  (loads SQL)

    rebuilt = asyncio.run(rebuild_anchors(home))
    typer.echo(json.dumps({**asdict(rebuilt), "seconds": round(rebuilt.seconds, 3)}))
