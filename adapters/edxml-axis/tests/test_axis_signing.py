"""The signed headers, against a second reading of the rule and fixed vectors."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hub_adapter_edxml_axis.signing import PREFIX, sign, timestamp
from hypothesis import given
from hypothesis import strategies as st
from lgsp_adapter import Reject

NOW = datetime(2026, 3, 10, 1, 15, 30, 45_000, tzinfo=UTC)
NAME = st.from_regex(r"[A-Za-z][A-Za-z-]{0,20}", fullmatch=True).filter(
    lambda name: name not in ("systemid", "timestamp")
)
INNER = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60)


def signed(parameters, secret="bi-mat-mau"):
    return sign(parameters, system_id="sys-mau", secret=secret, now=NOW)


def test_a_vector_stays_as_it_is():
    headers = signed({"servicetype": "eDoc", "to": '["H99.98"]'})
    text = (
        '{"XroadVnpt-servicetype":"eDoc","XroadVnpt-to":"[\\"H99.98\\"]",'
        '"XroadVnpt-systemid":"sys-mau","XroadVnpt-timestamp":"10032026T081530+0045"}'
    )
    assert headers == {
        "User-Agent": "JAVASDKAgent/1.0.0 XRoad/VPCP",
        "XroadVnpt-version": "3.0.201608",
        "XroadVnpt-servicetype": "eDoc",
        "XroadVnpt-to": '["H99.98"]',
        "XroadVnpt-systemid": "sys-mau",
        "XroadVnpt-timestamp": "10032026T081530+0045",
        "XroadVnpt-sign-header-key": (
            "XroadVnpt-servicetype;XroadVnpt-to;XroadVnpt-systemid;XroadVnpt-timestamp"
        ),
        "XroadVnpt-sign-header": text,
        "XroadVnpt-hash-header": hmac.new(b"bi-mat-mau", text.encode(), "sha256").hexdigest(),
    }


@given(st.dictionaries(NAME, INNER, max_size=8), INNER)
def test_the_axis_can_check_every_call(parameters, secret):
    headers = signed(parameters, secret)
    text = headers[f"{PREFIX}sign-header"]
    # What a server does: over the text as it came, then each named header against it.
    code = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert headers[f"{PREFIX}hash-header"] == code
    told = json.loads(text)
    assert headers[f"{PREFIX}sign-header-key"].split(";") == list(told)
    assert all(headers[name] == value for name, value in told.items())
    assert {name.removeprefix(PREFIX) for name in told} == {*parameters, "systemid", "timestamp"}
    assert all(value.isascii() and value.isprintable() for value in headers.values())


@given(st.dictionaries(NAME, INNER, min_size=1, max_size=4))
def test_another_value_gives_another_signature(parameters):
    first = next(iter(parameters))
    changed = {**parameters, first: parameters[first] + "x"}
    assert signed(parameters)[f"{PREFIX}hash-header"] != signed(changed)[f"{PREFIX}hash-header"]


@pytest.mark.parametrize("value", ["Sở Mẫu", "", " a", "a ", "a\r\nX: y", "a\x00"])
def test_what_cannot_be_a_header_is_refused_by_name_only(value):
    with pytest.raises(Reject) as refused:
        signed({"from": value})
    assert (refused.value.code, refused.value.detail) == ("header_value", "XroadVnpt-from")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_time_is_vietnam_s_with_milliseconds_in_four_digits(moment):
    day, _, rest = timestamp(moment).partition("T")
    clock, _, millis = rest.partition("+")
    local = moment + timedelta(hours=7)
    assert (day, clock) == (local.strftime("%d%m%Y"), local.strftime("%H%M%S"))
    assert len(millis) == 4
    assert int(millis) == local.microsecond // 1000
