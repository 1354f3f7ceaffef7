"""The part of a form, against another library's writer."""

import httpx2
import pytest
from hub_adapter_edxml_endpoint.multipart import NotMultipart, part
from hypothesis import given
from hypothesis import strategies as st


def encoded(files, fields):
    request = httpx2.Request("POST", "http://mau.example/", files=files, data=fields)
    return request.headers["content-type"], request.read()


@given(st.binary(max_size=300) | st.sampled_from([b"\r\n", b"--", b"\r\n--", b"\r\n\r\n"]))
def test_every_file_comes_out_as_it_went_in(content):
    files = {"khac": ("k", b"x"), "edocFile": ("văn bản.edxml", content)}
    content_type, body = encoded(files, {"messageType": "edoc"})
    assert part(content_type, body, "edocFile") == content


@given(st.integers(1, 400))
def test_half_a_form_is_no_form(cut):
    content_type, body = encoded({"edocFile": ("a", b"x" * 200)}, {})
    with pytest.raises(NotMultipart):
        part(content_type, body[:-cut] if cut > 4 else body[: -cut - 4], "edocFile")


@given(st.binary(max_size=200), st.text(max_size=50))
def test_garbage_is_refused_never_a_crash(body, content_type):
    with pytest.raises(NotMultipart):
        part(content_type, body, "edocFile")


def test_many_parts_are_refused():
    body = b"--a\r\n\r\n" * 100 + b"--a--"
    with pytest.raises(NotMultipart):
        part("multipart/form-data; boundary=a", body, "edocFile")
