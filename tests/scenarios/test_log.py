"""A whole hub proves what happened to a message, to somebody who has only its public key."""

import base64
import time

import pytest
from lgsp_verify.log import (
    LogKey,
    leaf_hash,
    parse_checkpoint,
    parse_entry,
    parse_note,
    verify_inclusion,
    verify_statement,
)

from hub.cli.home import OwnKey
from hub.io.kafka.codec import decode_event
from tests.scenarios.test_client_exchange import Pair

pytestmark = pytest.mark.kafka

WAIT_SECONDS = 60


def proven(told, log):
    """Return the names of the events that are proven, each checked with nothing of the hub."""
    head = parse_checkpoint(told["checkpoint"].encode()).verify(log.checkpoint_key(told["shard"]))
    events, hashes = [], []
    for leaf in told["leaves"]:
        entry = base64.b64decode(leaf["entry"])
        path = [base64.b64decode(step) for step in leaf["proof"]]
        verify_inclusion(leaf_hash(entry), leaf["index"], head.size, path, head.root)
        value = base64.b64decode(leaf["value"])
        parse_entry(entry).with_value(value)
        events.append(decode_event(value).event.value)
        hashes.append(leaf_hash(entry))
    statement = verify_statement(parse_note(told["statement"].encode()), log.anchor_key())
    assert statement.head == head
    statement.covers(hashes)
    return events


def test_each_event_of_a_message_is_proven_and_that_there_was_no_other(running_hub):
    public = running_hub.home.own_key(OwnKey.LOG).public_key.public_bytes_raw()
    log = LogKey(hub=running_hub.hub, public=public)
    pair = Pair(running_hub)
    sent = pair.send(subject="Hồ sơ mẫu 9")
    pair.read("acknowledged")
    deadline = time.monotonic() + WAIT_SECONDS
    for system in (pair.sender, pair.receiver):
        with pair.client(system) as client:
            while len(events := proven(client.proof(pair.sender, sent.id), log)) < 2:
                assert time.monotonic() < deadline, events
                time.sleep(0.2)
        assert events == ["admitted", "acknowledged"]
