"""Whole versions only, each checked against the one before: without a broker."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from hub.decision.rulebook import VersionRecord, version_hash
from hub.io.kafka.rules_chain import START, BrokenRules, RulesChain
from hub.io.kafka.topics import RULES_COMPACTION_LAG

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
CHANGES = {"organisation/xa-a": b"{}", "code/H99.01": None}


def version(number, previous, changes, at=NOW, **more):
    fields = {
        "version": number,
        "previous": previous,
        "hash": version_hash(previous, changes.items()),
        "at": at,
        "changes": len(changes),
    }
    return VersionRecord(**(fields | more))


def feed(chain, changes, closing):
    for key, value in changes.items():
        assert chain.take(key, value, NOW) is None
    return chain.take("version", msgspec.json.encode(closing), NOW)


def test_nothing_is_given_before_the_closing_record():
    chain = RulesChain()
    assert chain.take("organisation/xa-a", b"{}", NOW) is None
    assert chain.ref == START


def test_a_whole_version_is_given_at_once():
    chain = RulesChain()
    first = version(1, START.hash, CHANGES)
    assert feed(chain, CHANGES, first) == list(CHANGES.items())
    assert (chain.ref.version, chain.ref.hash) == (1, first.hash)


def test_a_heartbeat_changes_nothing():
    chain = RulesChain()
    assert chain.take("heartbeat", b"{}", NOW) is None
    assert feed(chain, CHANGES, version(1, START.hash, CHANGES)) is not None


@pytest.mark.parametrize(
    "closing",
    [
        version(1, START.hash, {"organisation/xa-a": b"{}", "code/H99.01": b"{}"}),
        version(1, "11" * 32, CHANGES),
        version(1, START.hash, CHANGES, hash="22" * 32),
        msgspec.structs.replace(version(1, START.hash, CHANGES), changes=3),
        version(2, START.hash, CHANGES),
        version(0, START.hash, CHANGES),
    ],
)
def test_a_version_that_is_not_what_was_hashed_breaks_the_chain(closing):
    chain = RulesChain()
    with pytest.raises(BrokenRules):
        feed(chain, CHANGES, closing)
    assert chain.ref == START


def test_a_version_that_comes_twice_breaks_the_chain():
    chain = RulesChain()
    first = version(1, START.hash, CHANGES)
    feed(chain, CHANGES, first)
    with pytest.raises(BrokenRules):
        feed(chain, CHANGES, first)


def test_a_version_record_that_cannot_be_read_breaks_the_chain():
    with pytest.raises(BrokenRules):
        RulesChain().take("version", b"{", NOW)


def test_what_compaction_left_of_an_old_version_is_taken():
    # Only version 7 is left of the first seven; some of its entities were replaced by version 8.
    long_ago = NOW - RULES_COMPACTION_LAG - timedelta(minutes=1)
    chain = RulesChain()
    seventh = version(7, "77" * 32, CHANGES, at=long_ago)
    assert feed(chain, {"organisation/xa-a": b"{}"}, seventh) is not None
    assert feed(chain, CHANGES, version(8, seventh.hash, CHANGES)) is not None


def test_a_young_version_with_a_record_missing_breaks_the_chain():
    chain = RulesChain()
    with pytest.raises(BrokenRules):
        feed(chain, {"organisation/xa-a": b"{}"}, version(1, START.hash, CHANGES))
