"""The signed copy: what the hub did not sign is refused, to the bit; its answers are the hub's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.directory_copy import CopyRefused, joined
from lgsp_message.directory_lookup import open_copy
from lgsp_message.keys import b64url, public_jwk, sign, thumbprint, verifying_key
from lgsp_message.organisations import Via
from lgsp_message.reason import Reason, Refused

from hub.api.directory_copies import Copies
from hub.decision.events import RulesRef
from hub.decision.routing import target_of
from tests.copy_support import HUB_KEY, HUB_KEYS, copy_of, seal
from tests.support import (
    DOSSIER,
    HUB,
    NOW,
    TO_OTHER,
    TO_RECEIVER,
    TO_RECEIVER_OLD_CODE,
    build_rules,
    changed,
    key_of,
    key_record,
)

MERGED = {
    **changed("organisation/org-other", state="merged", successors=["org-receiver"]),
    "organisation/gone": {"name": "Huyện Mẫu", "level": "district", "state": "closed"},
    "code/H99.77": {"organisation": "gone", "scheme": "qd20"},
    "organisation/split": {
        "name": "Huyện Mẫu Hai",
        "level": "district",
        "state": "closed",
        "successors": ["org-receiver", "org-agent"],
    },
    "code/H99.78": {"organisation": "split", "scheme": "qd20"},
}


@pytest.fixture(scope="module")
def rules():
    return build_rules(MERGED)


@pytest.fixture(scope="module")
def file(rules):
    return joined(*copy_of(rules))


def opened(file, keys=HUB_KEYS, hub=HUB):
    return open_copy(file, hub, keys)


def refused(file, keys=HUB_KEYS, hub=HUB):
    with pytest.raises(CopyRefused) as refusal:
        opened(file, keys, hub)
    return refusal.value.reason


def answer(ask):
    try:
        found = ask()
    except Refused as refusal:
        return refusal.reason
    return found.systems, found.via, found.choose


def test_it_says_what_it_is_of_and_until_when(file, rules):
    copy = opened(file)
    assert (copy.statement.hub, copy.statement.version) == (HUB, rules.ref.version)
    assert not copy.stale(NOW + timedelta(days=6))
    assert copy.stale(NOW + timedelta(days=7))


@given(st.data())
def test_a_flipped_bit_anywhere_is_refused(file, data):
    at = data.draw(st.integers(0, len(file) - 1))
    changed_ = bytearray(file)
    changed_[at] ^= 1 << data.draw(st.integers(0, 7))
    assert refused(bytes(changed_)) in {
        "malformed",
        "unknown_key",
        "bad_signature",
        "damaged",
    }


@given(cut=st.integers(0, 400))
def test_a_part_of_it_is_refused(file, cut):
    assert refused(file[:cut]) == "malformed"
    assert refused(file[: len(file) - 1 - cut]) in {"damaged", "malformed"}
    assert refused(file + b" ") == "damaged"


def test_another_key_another_hub_another_purpose_are_refused(file):
    stranger = verifying_key(key_of("stranger").public_key(), "ES256")
    assert refused(file, {stranger.thumbprint: stranger}) == "unknown_key"
    assert refused(file, {next(iter(HUB_KEYS)): stranger}) == "bad_signature"
    assert refused(file, hub="another-hub") == "another_hub"
    kid = thumbprint(public_jwk(HUB_KEY.public_key()))
    head = b64url(f'{{"alg":"ES256","kid":"{kid}","typ":"hub-msg+jws"}}'.encode())
    payload = file.split(b"\n")[0].split(b".")[1].decode()
    text = f"{head}.{payload}"
    jws = f"{text}.{b64url(sign(HUB_KEY, 'ES256', text.encode()))}"
    assert refused(joined(jws, file.partition(b"\n")[2])) == "malformed"


@pytest.mark.parametrize(
    "address",
    [
        TO_RECEIVER,
        TO_RECEIVER_OLD_CODE,
        TO_OTHER,
        "urn:hub:org:h99 01",
        "urn:hub:org:H99.77",
        "urn:hub:org:H99.78",
        "urn:hub:org:H98",
        "urn:hub:system:receiver",
        "urn:hub:system:sender",
        "urn:hub:system:nobody",
    ],
)
def test_an_address_reaches_whom_the_hub_would_give_it_to(address, file, rules):
    def by_the_hub():
        return target_of(address, DOSSIER, rules, NOW, "recipients")

    def by_the_copy():
        return opened(file).reach(address, DOSSIER, NOW)

    assert answer(by_the_copy) == answer(by_the_hub)


def test_a_merged_agency_is_reached_through_its_successor(file):
    found = opened(file).reach(TO_OTHER, DOSSIER, NOW)
    assert (found.systems, found.via) == (("receiver",), (Via.SUCCEEDED,))


def test_groups_are_the_hubs_to_know(file):
    with pytest.raises(Refused) as refusal:
        opened(file).reach("urn:hub:group:communes", DOSSIER, NOW)
    assert refusal.value.reason is Reason.UNKNOWN_RECIPIENT


def keys_in(at=NOW, **fields):
    key = key_of("sender")
    place = f"key/sender/{thumbprint(public_jwk(key.public_key()))}"
    rules = build_rules({place: key_record(key, **fields)})
    return opened(joined(*copy_of(rules))).keys_of("sender", at)


def test_a_barred_key_proves_nothing_and_an_expired_one_while_its_messages_may_be_under_way():
    assert len(keys_in()) == 1
    assert not keys_in(revoked=True)
    assert not keys_in(suspended="report")
    assert not keys_in(valid_from="2027-01-01T00:00:00Z")
    ended = {"valid_to": "2026-11-20T00:00:00Z"}
    assert keys_in(**ended)
    assert not keys_in(NOW + timedelta(days=29), **ended)


def test_nobody_is_called_in_it_and_no_right_stands_in_it(file):
    content = file.partition(b"\n")[2]
    assert b"right" not in content
    assert b"contacts" not in content


async def test_the_same_rules_are_signed_anew_and_not_made_anew():
    now, rules = [NOW], [build_rules()]
    copies = Copies(lambda: rules[0], seal(), lambda: now[0])
    first = await copies.current()
    assert await copies.current() is first
    now[0] += timedelta(hours=1)
    later = await copies.current()
    assert later.content is first.content
    assert later.jws != first.jws
    again = opened(joined(first.jws, first.content.plain()))
    statement = opened(joined(later.jws, later.content.plain())).statement
    assert again.renewed(statement).statement.good_until == NOW + timedelta(days=7, hours=1)
    rules[0] = replace(build_rules(MERGED), ref=RulesRef(version=99, hash="ab" * 32))
    other = await copies.current()
    assert other.content.sha256 != later.content.sha256
