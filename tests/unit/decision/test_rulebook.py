"""From records to a snapshot: whole, in any order, and never half understood."""

from datetime import date

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.keys import KeyUnusable
from lgsp_message.reason import Reason

from hub.decision.events import RulesRef
from hub.decision.pipeline import decide
from hub.decision.rulebook import Rulebook, version_hash
from tests import support
from tests.support import NOW, Remembered, stamped

REF = RulesRef(version=1, hash="00" * 32)


@pytest.fixture
def book():
    return Rulebook(support.HUB, support.MACS)


def test_kinds_of_a_newer_hub_are_passed_over(book):
    book.apply("invention/1", b'{"new": true}')
    book.apply("version", b"anything")
    assert book.snapshot(REF).systems == {}


def test_members_of_a_newer_hub_are_passed_over(book):
    book.apply("organisation/o", b'{"name": "a", "level": "province", "colour": "blue"}')
    assert book.snapshot(REF).directory.is_active("o", date(2026, 1, 1))


def test_a_connector_of_a_newer_hub_is_read_as_far_as_it_is_known(book):
    known = {"adapter": "mau", "system": "s", "config": {"a": 1}, "colour": "blue"}
    book.apply("connector/c", orjson.dumps(known | {"limits": {"per_second": 2.5, "new": 1}}))
    found = book.snapshot(REF).connectors["c"]
    assert (found.name, found.config, found.limits.per_second) == ("c", {"a": 1}, 2.5)
    assert found.networks == (), "what nobody approved is not called"


def test_an_entity_without_a_value_is_gone(book):
    book.apply("organisation/o", b'{"name": "a", "level": "province"}')
    before = book.snapshot(REF)
    book.apply("organisation/o", None)
    book.apply("organisation/never-there", b"")
    assert not book.snapshot(REF).directory.is_active("o", date(2026, 1, 1))
    assert before.directory.is_active("o", date(2026, 1, 1)), "a snapshot does not change"


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("organisation/o", b"{}", msgspec.ValidationError),
        ("organisation/o", b"{", msgspec.DecodeError),
        ("connector/c", b'{"adapter": "a", "system": "s"}', msgspec.ValidationError),
        ("system/s", b'{"organisation": 1}', msgspec.ValidationError),
        ("key/s/t", orjson.dumps({"jwk": {"kty": "oct"}, "alg": "ES256"}), KeyUnusable),
    ],
)
def test_a_record_that_is_not_of_its_kind_is_an_error(book, key, value, error):
    with pytest.raises(error):
        book.apply(key, value)


def test_a_key_counts_under_its_real_thumbprint_only(book):
    """A record whose name claims another thumbprint gives that thumbprint no key."""
    record = support.key_record(support.key_of("sender"))
    book.apply("system/sender", b'{"organisation": "o"}')
    book.apply("key/sender/AAAA", orjson.dumps(record))
    (thumbprint,) = book.snapshot(REF).systems["sender"].keys
    assert f"key/sender/{thumbprint}" == support.key_name("sender", support.key_of("sender"))


def test_without_rules_everything_is_refused(book):
    decision = decide(stamped(), book.snapshot(REF), Remembered(), NOW)
    assert decision.entries[0].event.reason == Reason.UNKNOWN_SYSTEM


CHANGES = st.dictionaries(st.text(max_size=5), st.none() | st.binary(max_size=5), max_size=4)


@given(CHANGES, CHANGES, st.randoms())
def test_the_hash_of_a_version_tells_change_sets_apart_and_knows_no_order(one, other, shuffler):
    items = list(one.items())
    shuffler.shuffle(items)
    assert version_hash("00" * 32, items) == version_hash("00" * 32, one.items())
    said = [{key: value or b"" for key, value in changes.items()} for changes in (one, other)]
    same = version_hash("00" * 32, one.items()) == version_hash("00" * 32, other.items())
    assert same == (said[0] == said[1])
    assert version_hash("11" * 32, items) != version_hash("00" * 32, items)


def filled(book, extra=()):
    """Give a book the test world."""
    for key, value in support.records(dict(extra)).items():
        book.apply(key, value)
    return book


def test_a_change_of_something_else_does_not_make_the_directory_anew(book):
    first = filled(book).snapshot(REF)
    book.apply("right/1", None)
    second = book.snapshot(REF)
    assert second.directory is first.directory
    book.apply("organisation/org-other", None)
    third = book.snapshot(REF)
    assert "org-other" in second.directory.organisations
    assert "org-other" not in third.directory.organisations


@pytest.mark.parametrize("record", ["subscription/s1", "organisation/org-sender"])
def test_subscriptions_follow_a_change_of_themselves_and_of_the_directory(book, record):
    wish = {"system": "other", "type": support.DOSSIER, "sources": ["urn:hub:org:H99"]}
    first = filled(book, {"subscription/s1": wish}).snapshot(REF)
    assert book.snapshot(REF).subscriptions is first.subscriptions
    book.apply(record, None)
    assert book.snapshot(REF).subscriptions is not first.subscriptions
