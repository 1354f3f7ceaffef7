"""The load generator's HTTP: whatever the cuts between packets, the same answers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.http_client import TargetFailed, ids_in, next_in
from bench.http_wire import Replies, Reply, batch, get, post
from hub.api import multipart

PLAIN = b"HTTP/1.1 202 Accepted\r\nServer: x\r\nContent-Length: 4\r\nX: y\r\n\r\nbody"
EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
LINES = b"\r\n" * 5
STREAM = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\none\r\nA\r\n" + LINES + b"\r\n0\r\n\r\n"
)
EXPECTED = [
    Reply(202, b"body"),
    Reply(200, b""),
    Reply(200, b"one"),
    Reply(200, LINES),
    Reply(200, b""),
    Reply(202, b"body"),
]


@given(st.lists(st.integers(0, 300), max_size=30))
def test_answers_do_not_depend_on_how_the_bytes_were_cut(cuts):
    data = PLAIN + EMPTY + STREAM + PLAIN
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    replies = Replies()
    found = []
    for start, end in pairwise(edges):
        found += replies.feed(data[start:end])
    assert found == EXPECTED


def test_an_answer_without_a_length_is_an_error_and_not_a_wait():
    with pytest.raises(ValueError, match="length"):
        Replies().feed(b"HTTP/1.1 200 OK\r\n\r\n")


def test_a_request_names_the_length_of_its_body():
    request = post(b"/v1/messages", b"token", b"ce-id: 1\r\n", b"12345")
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == b"12345"
    assert {b"content-length: 5", b"authorization: Bearer token", b"ce-id: 1"} <= {
        *head.split(b"\r\n")
    }
    assert get("/v1/inbox?after=x", b"token").startswith(b"GET /v1/inbox?after=x HTTP/1.1\r\n")


def test_the_hub_reads_a_batch_as_it_was_meant():
    line, body = batch([b"ce-id: 1\r\n", b"ce-id: 2\r\n"], b"\r\ncontent\r\n")
    content_type = line.decode().partition(": ")[2].strip()
    parts = multipart.parse(body, multipart.boundary_of(content_type))
    assert [part.headers for part in parts] == [(("ce-id", "1"),), (("ce-id", "2"),)]
    assert {part.body for part in parts} == {b"\r\ncontent\r\n"}


def test_ids_and_cursor_are_read_from_a_page_of_an_inbox():
    id_ = b"01990000-0000-7000-8000-000000000001"
    page = (
        b'{"messages":[{"attributes":{"specversion":"1.0","id":"%b","type":"t"},'
        b'"data_base64":"","cursor":"c1"}],"next":"c2"}' % id_
    )
    assert ids_in(page) == [id_]
    assert next_in(page) == "c2"
    with pytest.raises(TargetFailed):
        next_in(b"{}")
