"""Attributes as headers: the same attributes come back, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.attributes import SIGNED
from lgsp_message.cloudevents import from_http, from_kafka, http_headers, kafka_headers
from lgsp_message.reason import Reason, Refused

from tests.support import good_attributes, refusal_of

ATTRIBUTES = st.dictionaries(st.sampled_from(sorted(SIGNED - {"datacontenttype"})), st.text())


@given(ATTRIBUTES)
def test_attributes_come_back_from_http(attributes):
    headers = http_headers(attributes)
    assert all("!" <= character <= "~" for value in headers.values() for character in value)
    assert from_http(headers.items()) == attributes


@given(ATTRIBUTES)
def test_attributes_come_back_from_kafka(attributes):
    assert from_kafka(kafka_headers(attributes)) == attributes


def test_the_content_type_is_an_attribute():
    headers = http_headers(good_attributes())
    assert headers["content-type"] == "application/json"
    assert from_http(headers.items()) == good_attributes()
    assert from_kafka(kafka_headers(good_attributes())) == good_attributes()


def test_only_what_the_binding_names_is_percent_encoded():
    assert http_headers({"subject": 'a "b" 100% ậ !~/:'}) == {
        "ce-subject": "a%20%22b%22%20100%25%20%E1%BA%AD%20!~/:"
    }


@pytest.mark.parametrize("value", ["", "a", "ab"])
def test_a_repeated_header_is_refused(value):
    for read, headers in (
        (from_http, [("ce-id", value), ("ce-id", value)]),
        (from_kafka, [("ce_id", value.encode()), ("ce_id", value.encode())]),
    ):
        with pytest.raises(Refused) as refusal:
            read(headers)
        assert refusal.value.reason is Reason.ATTRIBUTE_INVALID


def test_other_headers_are_left_out():
    assert from_http([("host", "a"), ("ce-traceparent", "b"), ("hub-signature", "c")]) == {}
    assert from_kafka([("hub_peer", b"a"), ("ce_traceparent", b"b"), ("traceparent", b"c")]) == {}


@given(st.lists(st.tuples(st.sampled_from(["ce-id", "ce-subject", "content-type"]), st.text())))
def test_any_http_headers_are_attributes_or_our_refusal(headers):
    refusal = refusal_of(lambda: from_http(headers))
    assert refusal is None or refusal.reason is Reason.ATTRIBUTE_INVALID


@given(st.lists(st.tuples(st.sampled_from(["ce_id", "ce_", "x"]), st.binary() | st.none())))
def test_any_kafka_headers_are_attributes_or_our_refusal(headers):
    refusal = refusal_of(lambda: from_kafka(headers))
    assert refusal is None or refusal.reason is Reason.ATTRIBUTE_INVALID


def test_a_value_that_is_not_utf_8_is_refused():
    for refusal in (
        refusal_of(lambda: from_http([("ce-id", "%FF")])),
        refusal_of(lambda: from_kafka([("ce_id", b"\xff")])),
    ):
        assert refusal is not None
        assert (refusal.reason, refusal.place) == (Reason.ATTRIBUTE_INVALID, "id")
