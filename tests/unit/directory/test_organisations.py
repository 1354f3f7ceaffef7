"""Codes, days and organisations: who is meant, on which day."""

from datetime import UTC, date, datetime

import pytest

from hub.directory.organisations import Code, Directory, Organisation, legal_day

DAY = date(2025, 7, 1)


def directory(code, *, active=True):
    organisation = Organisation(id="o-1", name="Xã Mẫu", level="commune", active=active)
    return Directory(
        organisations={"o-1": organisation}, codes={"H99.01": code}, groups={}, groups_of={}
    )


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "good"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2025, 7, 2), None, False),
        (None, date(2025, 6, 30), False),
    ],
)
def test_a_code_is_valid_on_its_first_and_its_last_day(valid_from, valid_to, good):
    code = Code(organisation="o-1", valid_from=valid_from, valid_to=valid_to)
    assert (directory(code).resolve("H99.01", DAY) is not None) == good


def test_nobody_is_meant_by_an_unknown_code_a_closed_or_a_missing_organisation():
    code = Code(organisation="o-1")
    assert directory(code).resolve("H99.02", DAY) is None
    assert directory(code, active=False).resolve("H99.01", DAY) is None
    assert directory(Code(organisation="o-2")).resolve("H99.01", DAY) is None
    assert not directory(code).is_active("o-2", DAY)


def test_the_day_begins_at_midnight_in_viet_nam():
    assert legal_day(datetime(2025, 6, 30, 16, 59, 59, tzinfo=UTC)) == date(2025, 6, 30)
    assert legal_day(datetime(2025, 6, 30, 17, 0, tzinfo=UTC)) == DAY
