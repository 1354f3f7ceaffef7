"""The settled offsets of an inbox, compared with a set."""

from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.window import SPAN, Window

OFFSETS = st.lists(st.integers(0, 60), max_size=80)


@given(OFFSETS, st.integers(0, 10))
def test_it_says_what_a_set_says(settled, start):
    window, truth = Window(start), set(range(start))
    for offset in settled:
        window.settle(offset)
        truth.add(offset)
        first = next(n for n in range(100) if n not in truth)
        assert window.offset == first
        assert [window.is_settled(n) for n in range(80)] == [n in truth for n in range(80)]


@given(OFFSETS)
def test_it_is_the_same_after_being_written_and_read_back(settled):
    window = Window()
    for offset in settled:
        window.settle(offset)
    again = Window(window.offset, window.bits)
    assert [again.is_settled(n) for n in range(80)] == [window.is_settled(n) for n in range(80)]


@given(OFFSETS, st.integers(0, 60), st.integers(0, 30))
def test_a_gap_is_settled_as_a_whole(settled, first, length):
    window, one_by_one = Window(), Window()
    for offset in settled:
        window.settle(offset)
        one_by_one.settle(offset)
    window.skip(first, first + length)
    for offset in range(first, first + length):
        one_by_one.settle(offset)
    assert (window.offset, window.bits) == (one_by_one.offset, one_by_one.bits)


def test_it_is_bounded():
    window = Window()
    assert all(window.reads(offset) for offset in range(SPAN - 1))
    assert window.has_room()
    assert window.reads(SPAN - 1)
    assert not window.has_room()
    window.settle(0)
    assert window.has_room()
    window.settle(SPAN - 1)
    assert len(window.bits) <= SPAN // 8
