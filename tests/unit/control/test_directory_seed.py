"""The shipped seed: 34 provinces of today, and each of the 63 old codes still reaches one."""

import pytest

from hub.control.directory_files import Format
from hub.control.directory_files import read as read_file
from hub.control.directory_import import DirectoryImport
from hub.control.directory_plan import plan
from hub.control.queries import Queries
from hub.control.store import load_kind
from hub.decision.directory_records import code_of, directory_of, organisation_of
from hub.directory.organisations import Via, legal_day
from hub.directory.seed import shipped
from tests.control_support import imported
from tests.support import NOW

DAY = legal_day(NOW)
PROVINCES = [f"H{number:02}" for number in range(1, 64)]


@pytest.fixture(scope="module")
def told():
    return plan(read_file(shipped(), Format.JSON), {}, {}, DAY, close_missing=False)


async def directory(control):
    async with control.engine.connect() as connection:
        organisations = await load_kind(connection, "organisation")
        codes = await load_kind(connection, "code")
    return directory_of(
        {
            "organisation": {id: organisation_of(id, one) for id, one in organisations.items()},
            "code": {id: code_of(one) for id, one in codes.items()},
            "group": {},
            "competence": {},
        }
    )


def test_nothing_in_it_contradicts_itself_and_what_is_from_memory_is_told(told):
    assert (told.rows, told.added) == (65, 65)
    assert {one.said.value for one in told.findings} == {"unsure"}
    doubted = {one.detail for one in told.findings}
    assert "H22: recalled" in doubted
    assert not any(one.startswith(("H37:", "H57:", "G22:")) for one in doubted)


async def test_34_provinces_live_and_each_of_63_old_codes_reaches_one_of_them(control):
    await imported(control, shipped())
    found = await directory(control)
    there = {one.id for one in found.organisations.values() if one.active_on(DAY)}
    assert len(there & set(PROVINCES)) == 34
    for code in PROVINCES:
        for spelling in (code, f"000.00.00.{code}"):
            way = found.way(spelling, DAY)
            assert len(way.to) == 1
            assert way.to[0] in there
            assert way.via == (() if code in there else (Via.SUCCEEDED,))
    assert found.way("H22", DAY).to == ("H60",)
    assert found.way("H06", DAY).to == ("H29",)


async def test_a_code_from_memory_stays_marked_until_a_list_says_it(control):
    await imported(control, shipped())
    queries = Queries(control.engine)
    for code, certainty in (("H60", "recalled"), ("H37", "confirmed")):
        found = await queries.one("code", code)
        assert found is not None
        assert found["certainty"] == certainty
    axis = b'{"data": [{"code": "H60", "code102": "000.00.00.H60", "name": "UBND Tuyen Quang"}]}'
    told = await imported(control, axis)
    assert [one.change for one in told.changes] == ["put_organisation", "put_code", "put_code"]
    found = await queries.one("code", "H60")
    assert found is not None
    assert found["certainty"] is None
    again = await DirectoryImport(control).preview(shipped(), Format.JSON, close_missing=False)
    assert not any(one.change == "put_code" for one in again.changes)
