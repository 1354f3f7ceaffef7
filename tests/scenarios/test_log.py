"""A whole hub proves what happened to a message, to somebody who has only its public key."""

import base64
import json
import time
from contextlib import closing
from datetime import datetime, timedelta

import httpx2
import pytest
from lgsp_verify.cli import main as verify
from lgsp_verify.log import (
    LogKey,
    leaf_hash,
    parse_checkpoint,
    parse_entry,
    parse_note,
    verify_inclusion,
    verify_statement,
)
from lgsp_verify.trust import TRUST_FILE

from hub.cli.admin_api import open_api
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


def entries(hub):
    """Return how many leaves each shard has, as the newest anchor says, and when that was."""
    told = httpx2.get(f"{hub.url}/v1/log/anchors").json()["anchors"]
    return (told[0]["sizes"], datetime.fromisoformat(told[0]["at"])) if told else ({}, None)


def exported(hub, out):
    """Return once `hub evidence export` has written the period that ends with an anchor."""
    pair, (before, _) = Pair(hub), entries(hub)
    pair.send(subject="Hồ sơ mẫu 10")
    pair.read("acknowledged")
    hub.await_that(lambda: entries(hub)[0] != before, WAIT_SECONDS)
    until = entries(hub)[1].replace(microsecond=0)
    period = ("--from", f"{until - timedelta(hours=1):%FT%TZ}", "--to", f"{until:%FT%TZ}")
    command = ("evidence", "export", "--url", hub.url, *period, "-o", str(out))
    told = []

    def done():
        told.append(hub.command(*command))
        return told[-1].returncode == 0 or "ask again" not in told[-1].stderr

    hub.await_that(done, WAIT_SECONDS)
    assert told[-1].returncode == 0, told[-1].stderr


def roots_of(hub, folder):
    """Write what somebody needs who verifies: the log's public key."""
    public = hub.home.own_key(OwnKey.LOG).public_key.public_bytes_raw()
    key = LogKey(hub=hub.hub, public=public).anchor_key()
    folder.mkdir()
    text = f'version = "mau"\n[[log]]\nkey = "{key}"\n'
    (folder / TRUST_FILE).write_text(text, encoding="utf-8")
    return folder


def without_one(data):
    """Return a file of leaves with the first left out: each is 2 bytes of length and so many."""
    return data[2 + int.from_bytes(data[:2], "big") :]


def flipped(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def test_an_exported_period_verifies_offline_and_what_is_missing_or_changed_is_named(
    running_hub, tmp_path, capsys
):
    out = tmp_path / "out"
    exported(running_hub, out)
    command = [str(out), "--trust", str(roots_of(running_hub, tmp_path / "roots")), "--json"]

    def leaves():
        """Return the exit status, and the places where leaves are not as they were."""
        status = verify(command)
        told = json.loads(capsys.readouterr().out)["checks"]
        assert "period_enclosed" in {one["finding"] for one in told}
        return status, [one["place"] for one in told if one["finding"] == "leaves_differ"]

    assert leaves() == (0, [])
    for path in out.glob("*/tile/entries/**/*"):
        if path.is_file():
            data = path.read_bytes()
            for changed in (without_one(data), flipped(data)):
                path.write_bytes(changed)
                status, (place,) = leaves()
                assert status == 1
                assert str(path.relative_to(out)) in place
            path.write_bytes(data)
    with closing(open_api(running_hub.url, running_hub.home.root / "secrets/admin.token")) as api:
        assert api.people("GET", "audit", action="export_log")["items"]
