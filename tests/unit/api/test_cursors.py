"""The inbox cursor."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import cursors
from hub.api.problems import Problem
from hub.io.kafka.inbox_records import Cursor

OFFSETS = st.integers(0, 2**62)


@given(OFFSETS, OFFSETS)
def test_a_cursor_comes_back_as_it_was_for_its_own_system_only(offset, seek_end):
    cursor = Cursor(offset=offset, seek_end=seek_end)
    text = cursors.to_text("receiver", cursor)
    assert cursors.from_text("receiver", text) == cursor
    with pytest.raises(Problem):
        cursors.from_text("other", text)


@given(st.text(min_size=1, max_size=300))
def test_any_text_is_a_cursor_or_a_problem(text):
    with contextlib.suppress(Problem):
        cursors.from_text("receiver", text)


def test_without_a_cursor_it_is_the_beginning():
    assert cursors.from_text("receiver", None) == Cursor(offset=0)
