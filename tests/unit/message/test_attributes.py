"""The grammar of the attributes: what each may be, and that all else is refused by name."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.attributes import (
    REQUIRED,
    SIGNED,
    is_object_hash,
    is_system_name,
    parse_attributes,
    parse_time,
)
from lgsp_message.limits import MAX_RECIPIENTS, MAX_TEXT_CHARS
from lgsp_message.reason import Reason, Refused

from tests.support import good_attributes, refusal_of

HASH = "sha256:" + "0a" * 32


def refused(attributes):
    with pytest.raises(Refused) as refusal:
        parse_attributes(attributes)
    return refusal.value


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_attribute_is_named(name):
    refusal = refused(good_attributes(**{name: None}))
    assert (refusal.reason, refusal.place) == (Reason.ATTRIBUTE_MISSING, name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", ["", "a b", "a" * 65, "ậ", "a\n", "a/b"]),
        ("source", ["sender", "urn:hub:system:", "urn:hub:system:AB", "urn:hub:system:a.b"]),
        ("source", ["urn:hub:system:sender\n", "urn:hub:org:H99", "urn:hub:system:" + "a" * 64]),
        ("type", ["dossier", "vn.gov.dossier", "vn.gov.dossier.v0", "VN.gov.dossier.v1"]),
        ("type", ["vn." + "a" * 200 + ".v1", "vn.gov..v1", "vn.gov.dossier.v1\n"]),
        ("specversion", ["0.3", "1", "1.0 "]),
        ("dataschema", ["", "urn:hub:schema:a:1", "urn:hub:schema:A:1.0", "http://x/1.0"]),
        ("time", ["", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22 10:00:00Z"]),
        ("time", ["2026-13-22T10:00:00Z", "2026-11-22T10:00:60Z", "0001-01-01T00:00:00+14:00"]),
        ("time", ["2026-11-22T10:00:00.1234567Z", "２026-11-22T10:00:00Z"]),
        ("subject", ["", "a\nb", "a\x00", "a" * (MAX_TEXT_CHARS + 1), "a\u0323\u0302"]),
        ("correlationid", ["", "\u202e", "\t"]),
        ("recipients", [" ", "urn:hub:org:H99  urn:hub:org:H98", "urn:hub:org:H99 " * 2, "H99"]),
        ("recipients", ["urn:hub:org:H99 urn:hub:org:H99", "urn:hub:org:" + "a" * 65]),
        ("recipients", [" ".join(f"urn:hub:org:A{n}" for n in range(MAX_RECIPIENTS + 1))]),
        ("onbehalf", ["", "H99", "urn:hub:org:", "urn:hub:system:sender"]),
        ("objects", [HASH.upper(), HASH[:-1], f"{HASH} {HASH}", "sha512:" + "0" * 64]),
        ("expirytime", ["", "tomorrow"]),
        ("priority", ["", "high", "URGENT"]),
    ],
)
def test_what_breaks_the_grammar_is_refused_by_name(name, values):
    for value in values:
        refusal = refused(good_attributes(**{name: value}))
        assert (refusal.reason, refusal.place) == (Reason.ATTRIBUTE_INVALID, name), value
        assert not value.strip() or value not in refusal.detail


def test_an_unknown_attribute_is_refused_without_repeating_it():
    refusal = refused({**good_attributes(), "hoten": "x"})
    assert refusal.reason is Reason.ATTRIBUTE_INVALID
    assert "hoten" not in f"{refusal.detail}{refusal.place}"


def test_all_attributes_together():
    attributes = parse_attributes(
        good_attributes(
            recipients="urn:hub:org:H99.01 urn:hub:system:receiver urn:hub:group:communes",
            onbehalf="urn:hub:org:000.00.01.H99",
            objects=HASH,
            expirytime="2026-11-23T10:00:00.5+07:00",
            priority="urgent",
            correlationid="Hồ sơ 01",
        )
    )
    assert attributes.source == "sender"
    assert attributes.onbehalf == "000.00.01.H99"
    assert len(attributes.recipients) == 3
    assert attributes.expirytime == datetime(2026, 11, 23, 3, 0, 0, 500_000, tzinfo=UTC)
    assert attributes.priority == "urgent"
    assert set(attributes.text) == SIGNED


def test_an_empty_list_is_no_list():
    assert parse_attributes(good_attributes(recipients="")).recipients == ()
    assert parse_attributes(good_attributes(objects=None)).objects == ()


@given(st.text())
def test_any_text_as_a_time_is_a_time_or_our_refusal(text):
    refusal = refusal_of(lambda: parse_time(text, "time"))
    assert refusal is None or refusal.place == "time"


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001  (made aware below)
def test_every_moment_can_be_said(moment):
    aware = moment.replace(tzinfo=UTC)
    assert parse_time(aware.isoformat(), "time") == aware
    assert parse_time(moment.isoformat() + "Z", "time") == aware


@given(st.dictionaries(st.sampled_from([*sorted(SIGNED), "other"]), st.text()))
def test_any_texts_are_attributes_or_our_refusal(text):
    refusal = refusal_of(lambda: parse_attributes(text))
    assert refusal is None or refusal.reason in {
        Reason.ATTRIBUTE_MISSING,
        Reason.ATTRIBUTE_INVALID,
        Reason.UNSUPPORTED_CONTENT_TYPE,
    }


@pytest.mark.parametrize("name", ["abc", "a-1", "a" * 63])
def test_names_of_systems(name):
    assert is_system_name(name)


@pytest.mark.parametrize("name", ["", "ab", "a_b", "A-B", "abc\n", "ậbc", "a" * 64])
def test_what_names_no_system(name):
    assert not is_system_name(name)
    assert not is_object_hash(name)
