"""What the hub's indicators show after a day, beside what the day was drawn from.

A share of n dossiers can be told no nearer than one dossier: that is the room a figure has, for
each group of agencies that is drawn by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.table import Table

from simulator.province import Province
from simulator.seeds import ONLINE, SATISFIED, Late, late_of

Row = Mapping[str, Any]
_LEVELS: Final = {
    "central": "bộ, ngành / central",
    "province": "tỉnh / province",
    "district": "huyện / district",
    "commune": "xã / commune",
}
_WHAT: Final = {
    "online": "Nộp trực tuyến / handed in online",
    "on_time": "Đúng hạn / on time",
    "satisfied": "Hài lòng / satisfied",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One share: of the seeds, and as the hub shows it."""

    what: str
    where: str
    seed: float
    shown: float
    of: int
    """Of how many dossiers, or ratings."""
    groups: int = 1
    """How many groups are drawn by themselves in it."""

    @property
    def fits(self) -> bool:
        """Whether it is as near as whole dossiers can be."""
        # The hub tells four digits of a share.
        return abs(self.shown - self.seed) * self.of <= self.groups + self.of * 5e-5


def figures(province: Province, overview: Row, timeliness: Sequence[Row]) -> list[Figure]:
    """Return all figures. `overview`: `/ops/indicators`; `timeliness`: the rows of that page."""
    return [
        *(_online(row) for row in overview["online"] if row["n"]),
        *_on_time(province, overview, timeliness),
        *_satisfied(overview["satisfied"]),
    ]


def as_json(found: Sequence[Figure]) -> list[dict[str, Any]]:
    """Return figures for a program."""
    return [{**asdict(one), "fits": one.fits} for one in found]


def table_of(found: Sequence[Figure]) -> Table:
    """Return figures for people."""
    title = "Chỉ số tính từ thông điệp, so với số đã công bố / Indicators from messages alone"
    table = Table(title=title, title_justify="left")
    for name in ("", "", "Công bố / published", "Trục cho thấy / the hub shows", "trên / of"):
        table.add_column(name, justify="right" if name else "left")
    for one in found:
        colour = "green" if one.fits else "red"
        shown = f"[{colour}]{one.shown:.2%}[/]"
        where = _LEVELS.get(one.where, one.where)
        table.add_row(_WHAT[one.what], where, f"{one.seed:.2%}", shown, f"{one.of:,}")
    return table


def _online(row: Row) -> Figure:
    level = str(row["level"])
    return Figure(
        what="online", where=level, seed=ONLINE[level], shown=row["share"], of=int(row["n"])
    )


def _on_time(province: Province, overview: Row, timeliness: Sequence[Row]) -> Iterator[Figure]:
    """Yield the figure of each level, and of each group of agencies that is published by itself."""
    groups: dict[tuple[str, Late], list[int]] = {}
    agencies = {one.id: one for one in province.agencies}
    for row in timeliness:
        if row["closed"] and row["organisation"] in agencies:
            group = row["level"], late_of(agencies[row["organisation"]])
            counts = groups.setdefault(group, [0, 0])
            counts[0] += row["late"]
            counts[1] += row["closed"]
    for row in overview["late"]:
        if row["closed"]:
            here = {late: n for (at, late), (_, n) in groups.items() if at == row["level"]}
            yield _level_on_time(row, here)
    for late in sorted({late for _, late in groups}, key=lambda one: one.of):
        mine = [counts for (_, one), counts in groups.items() if one == late]
        n = sum(closed for _, closed in mine)
        shown = 1 - sum(count for count, _ in mine) / n
        yield Figure(
            what="on_time",
            where=late.of,
            seed=1 - late.share,
            shown=shown,
            of=n,
            groups=len(mine),
        )


def _level_on_time(row: Row, groups: Mapping[Late, int]) -> Figure:
    n = int(row["closed"])
    seed = 1 - sum(late.share * count for late, count in groups.items()) / n
    return Figure(
        what="on_time",
        where=str(row["level"]),
        seed=seed,
        shown=1 - row["share"],
        of=n,
        groups=len(groups),
    )


def _satisfied(rows: Sequence[Row]) -> Iterator[Figure]:
    n = sum(row["n"] for row in rows)
    if n:
        shown = sum(row["satisfied"] for row in rows) / n
        yield Figure(what="satisfied", where="tỉnh Mẫu", seed=SATISFIED, shown=shown, of=n)
