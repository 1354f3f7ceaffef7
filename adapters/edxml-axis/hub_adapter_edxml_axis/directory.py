"""The axis' directory of agencies, typed: for keeping the hub's own directory up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub_adapter_edxml_axis.calls import Calls

_TRUE: Final = ("1", "true", "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One row of getAgenciesListQD20. Codes are kept as spelled, wild ones too."""

    code: str
    id: str
    name: str
    code102: str | None
    """The code of QCVN 102:2016 of the same unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One row of getSynchronizeUnit: a unit and what became of it."""

    code: str
    id: str
    name: str
    parent_id: str | None
    version: str | None
    center_code: str | None
    is_deleted: bool
    is_agency: bool
    modified: str | None
    """As the axis writes it; its form is not documented."""


async def agencies(calls: Calls, level: int = 1) -> list[Agency]:
    """Return the agencies of a level with both of their codes. Raises as `Calls.call`."""
    rows = await calls.rows("getAgenciesListQD20", {"level": str(level)})
    return [
        Agency(
            code=_need(row, "code"),
            id=_need(row, "id"),
            name=_need(row, "name"),
            code102=_text(row, "code102"),
        )
        for row in rows
    ]


async def units(calls: Calls) -> list[Unit]:
    """Return all units, deleted ones too. Raises as `Calls.call`."""
    return [_unit(row) for row in await calls.rows("getSynchronizeUnit", {})]


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(
        code=_need(row, "code"),
        id=_need(row, "id"),
        name=_need(row, "name"),
        parent_id=_text(row, "pid"),
        version=_text(row, "version"),
        center_code=_text(row, "centerCode"),
        is_deleted=_flag(row, "deleted"),
        is_agency=_flag(row, "isAgency"),
        modified=_text(row, "modifyDate"),
    )


def _need(row: Mapping[str, Any], name: str) -> str:
    return _text(row, name) or ""


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)


def _flag(row: Mapping[str, Any], name: str) -> bool:
    return str(row.get(name)).lower() in _TRUE
