"""The hub's own MACs: genuine or not, for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.reason import Reason, Refused

from hub.signing.macs import (
    MacKeys,
    command_is_genuine,
    command_mac,
    delivery_token,
    read_delivery_token,
    stamp_is_genuine,
    stamp_mac,
)
from tests.support import MACS, refusal_of

BODY_HASH = bytes(range(32))
TOKEN = delivery_token(
    MACS, source="sender", id="m-1", recipient="receiver", body_hash=BODY_HASH, partition=5
)
STAMP = {"peer": "sender", "received_at": "t", "objects": "", "signature": "a..b"}


def test_a_token_tells_partition_and_body_hash_to_its_recipient():
    delivered = read_delivery_token(MACS, TOKEN, source="sender", id="m-1", recipient="receiver")
    assert (delivered.partition, delivered.body_hash) == (5, BODY_HASH)


@given(st.text() | st.builds("k2.{}.{}.{}".format, st.text(), st.text(), st.text()))
def test_any_text_as_a_token_is_our_refusal(token):
    refusal = refusal_of(
        lambda: read_delivery_token(MACS, token, source="s", id="m", recipient="r")
    )
    assert refusal is not None
    assert refusal.reason is Reason.BAD_DELIVERY_TOKEN


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_token_with_one_other_character_is_refused(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    refusal = refusal_of(
        lambda: read_delivery_token(MACS, changed, source="sender", id="m-1", recipient="receiver")
    )
    assert (refusal is None) == (changed == TOKEN)


@pytest.mark.parametrize(
    ("source", "id_", "recipient"),
    [("other", "m-1", "receiver"), ("sender", "m-2", "receiver"), ("sender", "m-1", "other")],
)
def test_a_token_is_for_one_message_and_one_recipient(source, id_, recipient):
    with pytest.raises(Refused) as refusal:
        read_delivery_token(MACS, TOKEN, source=source, id=id_, recipient=recipient)
    assert refusal.value.reason is Reason.BAD_DELIVERY_TOKEN


def test_tokens_stay_readable_when_the_key_changes_and_not_when_it_is_gone():
    newer = MacKeys(current="k3", keys={**MACS.keys, "k3": bytes(32)})
    read = read_delivery_token(newer, TOKEN, source="sender", id="m-1", recipient="receiver")
    assert read.partition == 5
    gone = MacKeys(current="k3", keys={"k3": bytes(32)})
    with pytest.raises(Refused):
        read_delivery_token(gone, TOKEN, source="sender", id="m-1", recipient="receiver")


@given(st.dictionaries(st.sampled_from(sorted(STAMP)), st.text(max_size=5)), st.binary())
def test_a_stamp_holds_for_exactly_what_it_was_made_for(changes, body_hash):
    made = stamp_mac(MACS, **STAMP, body_hash=BODY_HASH)
    claimed = {**STAMP, **changes}
    same = (claimed, body_hash) == (STAMP, BODY_HASH)
    assert stamp_is_genuine(MACS, made, **claimed, body_hash=body_hash) == same
    assert stamp_is_genuine(MACS, made, **STAMP, body_hash=BODY_HASH)


@given(st.text())
def test_any_text_as_a_mac_is_only_not_genuine(mac):
    assert not stamp_is_genuine(MACS, mac, **STAMP, body_hash=BODY_HASH)
    assert not command_is_genuine(MACS, mac, b"command")


def test_parts_do_not_run_into_each_other():
    moved = {**STAMP, "peer": "sendert", "received_at": ""}
    assert stamp_mac(MACS, **STAMP, body_hash=b"") != stamp_mac(MACS, **moved, body_hash=b"")


def test_a_command_holds_for_its_own_bytes():
    made = command_mac(MACS, b"resume")
    assert command_is_genuine(MACS, made, b"resume")
    assert not command_is_genuine(MACS, made, b"resume ")


def test_secrets_do_not_print():
    assert "test key" not in repr(MACS)
    assert str(list(range(3))) not in repr(MACS)
