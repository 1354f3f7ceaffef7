"""A whole hub proves what happened to a message, to somebody who has only its public key."""

import base64
import time
from contextlib import closing
from datetime import datetime, timedelta

import httpx2
import pytest
from lgsp_verify.export.verify import verify_export
from lgsp_verify.findings import Finding, Status
from lgsp_verify.log import (
    LogKey,
    leaf_hash,
    parse_checkpoint,
    parse_entry,
    parse_note,
    verify_inclusion,
    verify_statement,
)
from lgsp_verify.trust import Period, Trust

from hub.cli.admin_api import open_api
from hub.cli.errors import CommandFailed
from hub.cli.evidence_export import export
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


def _exported(api, out, since, until):
    """Return what was exported; None: the log has not settled yet."""
    try:
        return export(api, out, since, until, "kiểm thử / test")
    except CommandFailed as error:
        if "ask again" in str(error):
            return None
        raise


@pytest.mark.long
def test_a_period_is_exported_over_http_and_verifies_offline(running_hub, tmp_path):
    pair = Pair(running_hub)
    pair.send(subject="Hồ sơ mẫu 10")
    pair.read("acknowledged")
    with httpx2.Client(base_url=running_hub.url) as http:
        deadline = time.monotonic() + WAIT_SECONDS + 30
        while not (anchors := http.get("/v1/log/anchors").json()["anchors"]):
            assert time.monotonic() < deadline
            time.sleep(0.5)
    until = datetime.fromisoformat(anchors[0]["at"]).replace(microsecond=0)
    since = until - timedelta(hours=1)
    token = running_hub.home.root / "secrets" / "admin.token"
    with closing(open_api(running_hub.url, token)) as api:
        out = tmp_path / "out"
        while (told := _exported(api, out, since, until)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert told.leaves > 0
        assert api.people("GET", "audit", action="export_log")["items"]
    public = running_hub.home.own_key(OwnKey.LOG).public_key.public_bytes_raw()
    trust = Trust(logs=((LogKey(hub=running_hub.hub, public=public), Period()),))
    report = verify_export(out, trust)
    assert not [one for one in report.results if one.status is Status.NOT_OK]
    assert {one.finding for one in report.results} >= {
        Finding.LEAVES_COMPLETE,
        Finding.PERIOD_ENCLOSED,
    }
