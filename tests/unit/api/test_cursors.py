"""The inbox cursor."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.keys import b64url

from hub.api import cursors
from hub.api.problems import Problem
from hub.io.kafka.inbox_records import Cursor, Spot

OFFSETS = st.integers(0, 2**62)


@given(OFFSETS, OFFSETS)
def test_a_cursor_comes_back_as_it_was_for_its_own_system_only(offset, seek_end):
    cursor = Cursor(plain=Spot(offset=offset), urgent=Spot(offset=seek_end, seek_end=offset))
    text = cursors.to_text("receiver", cursor)
    assert cursors.from_text("receiver", text) == cursor
    with pytest.raises(Problem):
        cursors.from_text("other", text)


def test_a_cursor_from_before_urgent_messages_stood_apart_goes_on_where_it_was():
    old = b64url(b"1 receiver 41 50")
    wanted = Cursor(plain=Spot(offset=41, seek_end=50), urgent=Spot())
    assert cursors.from_text("receiver", old) == wanted


@given(st.text(min_size=1, max_size=300))
def test_any_text_is_a_cursor_or_a_problem(text):
    with contextlib.suppress(Problem):
        cursors.from_text("receiver", text)


def test_without_a_cursor_it_is_the_beginning():
    assert cursors.from_text("receiver", None) == Cursor()
