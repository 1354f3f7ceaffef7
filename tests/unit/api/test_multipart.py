"""`multipart/mixed`, strict."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import multipart
from hub.api.problems import Problem


def test_parts_keep_their_exact_bytes_and_headers_in_order():
    first, second = multipart.parse(
        b"--b\r\nA: 1\r\nb:2\r\n\r\n\r\n x \r\n\r\n--b\r\nc: \r\n\r\n\r\n--b--", "b"
    )
    assert first == multipart.Part(headers=(("a", "1"), ("b", "2")), body=b"\r\n x \r\n")
    assert second == multipart.Part(headers=(("c", ""),), body=b"")


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_what_is_rendered_is_parsed_back(bodies):
    sent = [({"ce-id": str(number)}, body) for number, body in enumerate(bodies)]
    body, content_type = multipart.render(sent)
    parts = multipart.parse(body, multipart.boundary_of(content_type))
    assert [(dict(part.headers), part.body) for part in parts] == sent


@given(st.binary(max_size=300), st.sampled_from(["b", "x-1"]))
def test_any_bytes_are_parts_or_a_problem(body, boundary):
    with contextlib.suppress(Problem):
        assert multipart.parse(body, boundary)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"preamble\r\n--b\r\na: 1\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\na: 1\r\n\r\nx\r\n--b--\r\nepilogue",
        b"--b\r\na: 1\r\n\r\nx\r\n--b",
        b"--b\r\nno colon\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\na: 1\r\n folded\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\na: 1\nb: 2\r\n\r\nx\r\n--b--\r\n",
        b"--b  \r\na: 1\r\n\r\nx\r\n--b--\r\n",
    ],
)
def test_what_two_parsers_may_read_differently_is_refused(body):
    with pytest.raises(Problem):
        multipart.parse(body, "b")


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/mixed; boundary=abc", "abc"),
        ('multipart/mixed; charset=utf-8; Boundary="a:b"', "a:b"),
    ],
)
def test_the_boundary_is_found(content_type, boundary):
    assert multipart.boundary_of(content_type) == boundary


@pytest.mark.parametrize(
    "parameters", ["", "; boundary=", '; boundary="a b"', "; boundary=" + "x" * 71]
)
def test_a_boundary_that_is_none_is_refused(parameters):
    with pytest.raises(Problem):
        multipart.boundary_of("multipart/mixed" + parameters)
