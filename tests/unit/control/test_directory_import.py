"""An import does what its preview told, leaves out what contradicts, asks before it closes."""

import io
import json

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from hub.control.directory_files import Format
from hub.control.directory_import import DirectoryImport
from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from hub.io.sql import control_tables as tables
from tests.control_support import imported

AXIS = [
    {"id": 1, "code": "H99", "code102": "000.00.00.H99", "name": "UBND tỉnh Mẫu"},
    {"id": 2, "pid": 1, "code": "H99.02", "code102": "00.02.H99", "name": "Sở Mẫu"},
    {"id": 3, "pid": 1, "code": "h99 61", "name": "UBND xã Mẫu", "mail": "xa@mau.example"},
]


def as_json(rows):
    return json.dumps({"status": "OK", "data": rows}).encode()


def said(plan):
    return [(one.said.value, one.place) for one in plan.findings]


async def test_the_lists_of_the_axis_become_organisations_with_both_codes(control):
    plan = await imported(control, as_json(AXIS))
    assert (plan.added, plan.closed) == (3, 0)
    assert said(plan) == [("repaired", "row 2"), ("repaired", "row 3")]
    commune = await Queries(control.engine).one("organisation", "H99.61")
    assert commune is not None
    assert (commune["parent"], commune["level"]) == ("H99", "commune")
    assert commune["contacts"][0]["email"] == "xa@mau.example"
    code = await Queries(control.engine).one("code", "000.00.02.H99")
    assert code is not None
    assert (code["organisation"], code["scheme"]) == ("H99.02", "qcvn102")
    async with control.engine.connect() as connection:
        kept = (await connection.execute(select(tables.trail_entities.c.after))).scalars().all()
    assert {"spelt": "00.02.H99", "repairs": ["short"]} in kept


async def test_the_same_file_again_changes_nothing(control):
    await imported(control, as_json(AXIS))
    again = await DirectoryImport(control).preview(as_json(AXIS), Format.JSON, close_missing=True)
    assert (again.changes, again.existing) == ((), 3)


async def test_a_table_brings_a_merger_with_its_days_and_successors(control):
    await imported(control, as_json(AXIS))
    book = Workbook()
    book.active.append(["code", "name", "level", "parent", "valid_to", "successors", "deleted"])
    book.active.append(["H99.62", "UBND xã Mẫu Mới", "commune", "H99", None, None, None])
    book.active.append(["H99.61", "UBND xã Mẫu", None, None, "2025-06-30", "H99.62", 1])
    content = io.BytesIO()
    book.save(content)
    plan = await imported(control, content.getvalue(), Format.XLSX)
    assert (plan.added, plan.closed, said(plan)) == (1, 1, [])
    gone = await Queries(control.engine).one("organisation", "H99.61")
    assert gone is not None
    assert (gone["state"], list(gone["successors"])) == ("merged", ["H99.62"])


async def test_what_contradicts_is_left_out_and_told_and_the_rest_is_taken(control):
    table = f"""\
code,name,parent,successors
H99,UBND tỉnh Mẫu,,
H99.01,Sở Một,H99,
H99.01,Sở Hai,H99,
H99.02,Sở Ba,H99.77,
H99.03,Sở Bốn,H99.04,
H99.04,Sở Năm,H99.03,
Sở Sáu,Sở Sáu,H99,
H98.05,Sở Bảy,H99,
H98.05,Sở Bảy,H99,
H99\t06,Sở Tám,H99,
H99{"." * 80}07,Sở Chín,H99,
"""
    plan = await imported(control, table.encode(), Format.CSV)
    assert sorted(said(plan)) == [
        ("code_taken", "row 2"),
        ("code_taken", "row 3"),
        ("cycle", "row 5"),
        ("cycle", "row 6"),
        ("duplicate", "row 9"),
        ("no_code", "row 11"),
        ("no_code", "row 7"),
        ("repaired", "row 10"),
        ("suffix", "row 8"),
        ("unknown_parent", "row 4"),
    ]
    page = await Queries(control.engine).page("organisation", "", 10)
    assert [one["id"] for one in page.items] == ["H98.05", "H99", "H99.06"]


async def test_an_import_that_would_close_half_the_directory_stops_and_asks(control):
    rows = [{"code": f"H99.{n}", "name": f"Xã Mẫu {n}"} for n in range(100, 160)]
    await imported(control, as_json(rows))
    half = as_json(rows[:30])
    with pytest.raises(ChangeRefused) as refusal:
        await imported(control, half, close_missing=True)
    assert (refusal.value.code, refusal.value.place) == (Refusal.COUNT_DIFFERS, "closing")
    assert "30 of 60" in refusal.value.detail
    assert (await imported(control, half, close_missing=True, closing=30)).closed == 30


async def test_what_changed_since_the_preview_is_looked_at_again(control):
    door = DirectoryImport(control)
    told = await door.preview(as_json(AXIS), Format.JSON, close_missing=False)
    await imported(control, as_json(AXIS[:1]))
    with pytest.raises(ChangeRefused) as refusal:
        await door.apply(
            as_json(AXIS),
            Format.JSON,
            close_missing=False,
            digest=told.digest,
            closing=0,
            actor="an",
            reason="nhập danh mục (mẫu)",
        )
    assert refusal.value.place == "digest"


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (b"{", Format.JSON),
        (b'{"data": 1}', Format.JSON),
        (b"\xff", Format.CSV),
        (b"ten,ma\n", Format.CSV),
        (b"PK", Format.XLSX),
    ],
)
async def test_another_file_is_refused_as_a_whole(control, content, format_):
    with pytest.raises(ChangeRefused) as refusal:
        await DirectoryImport(control).preview(content, format_, close_missing=False)
    assert refusal.value.code is Refusal.UNREADABLE
