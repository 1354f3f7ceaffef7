"""Wild spellings are read as they were meant, and what was changed is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.codes import Repair, Scheme, Spelling, level_1, respell, scheme_of


@pytest.mark.parametrize(
    ("text", "code", "repairs"),
    [
        ("H99.02", "H99.02", ()),
        ("000.00.02.H99", "000.00.02.H99", ()),
        ("01.14.H99", "000.01.14.H99", (Repair.SHORT,)),
        ("00.14.H99", "000.00.14.H99", (Repair.SHORT,)),
        ("000 27.24.H99", "000.27.24.H99", (Repair.BLANK_FOR_DOT,)),
        ("000.00.23 .H99", "000.00.23.H99", (Repair.BLANKS,)),
        (" h99.02. ", "H99.02", (Repair.BLANKS, Repair.DOTS, Repair.UPPER_CASE)),
        ("vxp.saas.01", "vxp.saas.01", ()),
        ("020100000000", "020100000000", ()),
    ],
)
def test_a_code_is_read_as_it_was_meant(text, code, repairs):
    assert respell(text) == Spelling(code, scheme_of(code), repairs)


@pytest.mark.parametrize("text", ["", " ", "Sở Mẫu", "a" * 65, "H99/02", "\0"])
def test_no_code_is_made_up(text):
    assert respell(text) is None


def test_both_national_forms_are_known_apart():
    assert scheme_of("H99.02") is Scheme.QD20
    assert scheme_of("000.00.02.H99") is Scheme.QCVN102
    assert level_1("H99.02.02") == level_1("000.02.02.H99") == "H99"


@given(st.text(alphabet="0Hh9. G", max_size=14))
def test_what_was_repaired_needs_no_repair(text):
    found = respell(text)
    if found is not None:
        assert respell(found.code) == Spelling(found.code, found.scheme)
