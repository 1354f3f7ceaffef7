"""Time stamps of the sample authority: checked whole, and nothing else passes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lgsp_verify.log import Anchor, LogError, Malformed, NotProven, TreeHead, parse_anchor
from lgsp_verify.log.merkle import EMPTY_ROOT
from lgsp_verify.timestamps import read_stamp, stamp_answer, stamp_request

from simulator.pki import SamplePki, Use, agency_subject

AT = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)
PKI = SamplePki(AT)
DIGEST = sha256(b"an anchor").digest()
ANSWER = PKI.stamper.respond(stamp_request(DIGEST, 7), AT)
STAMP = stamp_answer(ANSWER, DIGEST, 7)


def test_a_stamp_says_when_and_until_when_it_is_good():
    assert STAMP.verify(DIGEST, PKI.roots) == AT
    assert STAMP.until > AT + timedelta(days=300)


def test_a_stamp_over_something_else_or_of_somebody_else_proves_nothing():
    with pytest.raises(NotProven, match="other bytes"):
        STAMP.verify(sha256(b"another").digest(), PKI.roots)
    with pytest.raises(NotProven, match="root"):
        STAMP.verify(DIGEST, SamplePki(AT, seed=b"others").roots)
    with pytest.raises(NotProven, match="root"):
        STAMP.verify(DIGEST, [])


def test_the_answer_to_another_request_is_not_taken():
    for digest, nonce in [(DIGEST, 8), (sha256(b"x").digest(), 7)]:
        with pytest.raises(NotProven, match="another request"):
            stamp_answer(ANSWER, digest, nonce)


def test_a_refusal_is_not_a_stamp():
    with pytest.raises(NotProven, match="refused"):
        stamp_answer(PKI.stamper.respond(b"nonsense", AT), DIGEST, 7)


@pytest.mark.parametrize("use", [Use.SIGNING, Use.OCSP])
def test_a_certificate_for_something_else_does_not_stamp(use):
    holder = PKI.government.issue(agency_subject("Không phải TSA (Mẫu)"), since=AT, use=use)
    token = replace(PKI.stamper, holder=holder).token(b"an anchor", AT)
    with pytest.raises(NotProven, match="time stamps"):
        read_stamp(token).verify(DIGEST, PKI.roots)


@pytest.mark.parametrize("days", [-1, 800])
def test_a_certificate_that_was_not_valid_then_does_not_stamp(days):
    holder = PKI.government.issue(
        agency_subject("TSA hết hạn (Mẫu)"), since=AT, use=Use.TIME_STAMPING
    )
    token = replace(PKI.stamper, holder=holder).token(b"an anchor", AT + timedelta(days=days))
    with pytest.raises(NotProven, match="not valid then"):
        read_stamp(token).verify(DIGEST, PKI.roots)


def test_every_byte_of_the_time_is_signed():
    token = bytearray(STAMP.token)
    place = bytes(token).index(b"20261128030405Z")
    token[place + 3] ^= 1
    with pytest.raises(NotProven):
        read_stamp(bytes(token))


@settings(max_examples=150)
@given(st.data())
def test_whatever_the_bytes_reading_ends_in_one_error(data):
    good = data.draw(st.sampled_from([STAMP.token, ANSWER]))
    at = data.draw(st.integers(0, len(good) - 1))
    cut = data.draw(st.integers(at, min(len(good), at + 12)))
    mutated = good[:at] + data.draw(st.binary(max_size=12)) + good[cut:]
    for read in (read_stamp, lambda raw: stamp_answer(raw, DIGEST, 7)):
        try:
            read(mutated).verify(DIGEST, PKI.roots)
        except LogError:
            continue
        assert mutated == good or _same_statement(mutated)


def _same_statement(mutated):
    # Bytes that nobody signs (an order, an unused certificate) may differ; the statement may not.
    return b"20261128030405Z" in mutated and DIGEST in mutated


ANCHOR = Anchor(
    name="lgsp-mau/log",
    number=3,
    at="2026-11-28T03:04:05Z",
    heads=(TreeHead("lgsp-mau/log/0", 1, EMPTY_ROOT), TreeHead("lgsp-mau/log/2", 9, EMPTY_ROOT)),
)


def test_an_anchor_is_read_back():
    assert parse_anchor(ANCHOR.text()) == ANCHOR
    assert ANCHOR.head("lgsp-mau/log/2").size == 9
    with pytest.raises(NotProven):
        ANCHOR.head("lgsp-mau/log/1")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("number 3", "number 03"),
        lambda text: text.replace("log/2", "log/0"),
        lambda text: text.replace("at 2026", "at 26"),
        lambda text: text.replace("/v1", "/v2"),
        lambda text: text + "\n",
        lambda text: text[:40],
        lambda text: text.replace(" 9 ", "  9 "),
    ],
)
def test_an_anchor_has_one_spelling(change):
    with pytest.raises(Malformed):
        parse_anchor(change(ANCHOR.text()))
