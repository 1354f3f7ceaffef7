"""Two forms of code, level 1 last and level 1 first."""

import pytest
from hub_adapter_edxml_axis.codes import is_own, modern


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.00.H37", "H37"),
        ("000.00.02.H37", "H37.02"),
        ("000.02.02.H37", "H37.02.02"),
        ("001.02.02.H37", "H37.02.02.001"),
        ("H37.02", "H37.02"),
        ("01.14.H50", "01.14.H50"),
        ("020100000000", "020100000000"),
    ],
)
def test_the_published_pairs_are_one_agency(old, new):
    assert modern(old) == new


@pytest.mark.parametrize("code", ["H99", "H99.02", "000.00.02.H99", "01.14.H99"])
def test_both_forms_of_a_province_s_code_are_its_own(code):
    assert is_own(code, ["H99"])
    assert not is_own(code, ["H9", "99", "H98"])
