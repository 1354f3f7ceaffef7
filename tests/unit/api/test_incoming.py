"""From HTTP headers to a message."""

import pytest
from lgsp_message.reason import Refused
from starlette.requests import Request

from hub.api.incoming import incoming, preferred_wait

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def request(**headers):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=10", 10),
        ("respond-async, wait=5", 5),
        ('wait="7"', 7),
        ("wait=3600", 60),
        ("wait=0", 0),
        ("wait=-1", None),
        ("await=10", None),
        ("wait=1.5", None),
        ("", None),
    ],
)
def test_prefer_wait_is_read_and_bounded(header, seconds):
    assert preferred_wait(request(prefer=header)) == seconds


def test_a_trace_that_is_none_does_not_travel():
    assert incoming([("traceparent", TRACE)], b"").traceparent == TRACE
    assert incoming([("ce-traceparent", TRACE)], b"").traceparent == TRACE
    assert incoming([("traceparent", "00-x")], b"").traceparent is None


def test_two_signatures_are_refused():
    with pytest.raises(Refused) as refused:
        incoming([("hub-signature", "a..b"), ("hub-signature", "a..b")], b"")
    assert refused.value.reason == "signature_malformed"
