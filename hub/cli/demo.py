"""`hub demo`: a whole hub, a synthetic province, a working day, and an independent verdict."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option(help="Where the hub stands. Default: .hub-demo; with --once a temporary one."),
]


class Tiers(StrEnum):
    """How many tiers local government has: two since 1/7/2025, three before."""

    THREE = "three"
    TWO = "two"


def register(app: typer.Typer) -> None:
    """Mount `hub demo`."""
    app.command("demo")(demo)


def demo(
    *,
    home: HomeOption = None,
    once: Annotated[bool, typer.Option("--once", help="End after the day.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The verdict as one JSON object on the last line.")
    ] = False,
    tiers: Annotated[Tiers, typer.Option(help="Tiers of local government.")] = Tiers.THREE,
    rate: Annotated[float, typer.Option(min=1, help="Messages in a second, on average.")] = 60.0,
    speed: Annotated[float, typer.Option(min=1, help="Times faster than a real day.")] = 760.0,
    seed: Annotated[int, typer.Option(help="Another seed, another day.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="With --once: keep the home.")] = False,
    misbehave: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of calls that foreign systems spoil; 0: none."),
    ] = 0.05,
    evidence: Annotated[
        Path | None,
        typer.Option(
            help="Leave evidence of ten messages there, verified. / Để lại gói bằng chứng."
        ),
    ] = None,
    reorganise: Annotated[
        bool,
        typer.Option(
            "--reorganise",
            help="At noon two provinces merge and the districts go; without foreign systems, in "
            "three tiers. / Giữa ngày: nhập tỉnh, bỏ cấp huyện.",
        ),
    ] = False,
    systems: Annotated[
        bool, typer.Option("--systems", help="Only list the province's systems.")
    ] = False,
) -> None:
    """Play a province's working day on a real hub. / Trình diễn một ngày làm việc của một tỉnh.

    Exit status 1 if anything was lost, doubled or refused for the wrong reason. / Mã thoát 1 nếu
    có thông điệp bị mất, bị giao hai lần hoặc bị từ chối sai lý do.
    """
    from hub.cli import demo_play  # noqa: PLC0415  (`hub --help` loads none of this)

    if systems:
        demo_play.list_systems(tiers.value)
        return
    day = demo_play.Day(
        tiers=tiers.value,
        rate=rate,
        speed=speed,
        seed=seed,
        as_json=as_json,
        misbehave=misbehave,
        evidence=evidence,
        reorganise=reorganise,
    )
    if not demo_play.run(home, day, once=once, keep=keep):
        raise typer.Exit(1)
