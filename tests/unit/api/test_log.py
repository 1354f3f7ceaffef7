"""`/v1/log`: what is served verifies, entries are for who may see them, proofs for one's own."""

import base64
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from lgsp_verify.log import (
    TileId,
    leaf_hash,
    parse_checkpoint,
    parse_entry,
    parse_note,
    parse_proof,
    parse_verifier_key,
    root_of,
    verify_anchor,
    verify_consistency,
    verify_inclusion,
    verify_statement,
)
from prometheus_client import CollectorRegistry

from hub.api.app import create_app
from hub.api.metrics import ApiMetrics
from hub.api.tokens import Caller
from hub.decision.events import AuditEvent, Event
from hub.io.anchor_files import AnchorFiles
from hub.io.anchor_reading import AnchorReading
from hub.io.kafka.codec import encode_event
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_desk import LogDesk
from hub.io.log_reading import LogReading
from hub.io.message_proofs import MessageProofs
from hub.io.sql.log_anchors import AnchorTable
from hub.io.sql.log_queries import Place
from hub.ports import MessageHistory
from hub.recorder.log.anchors import AnchorParts, Anchors
from hub.recorder.log.metrics import AnchorMetrics
from tests.log_rig import LOG_KEY, SIGNER, LogRig
from tests.support import NOW

MINE = {"source": "mot-cua", "id": "m-1"}


def event(what, **fields):
    return encode_event(AuditEvent(event=what, at=NOW, **{**MINE, **fields}))


def other(number):
    return event(Event.REFUSED, source="khac", id=f"o-{number}", reason="too_old")


ADMITTED = event(Event.ADMITTED, detail={"recipients": ["nhan-a", "nhan-b"], "size": 2})
DELIVERED = event(Event.DELIVERED, recipient="nhan-a")
LARGE = event(
    Event.ADMITTED, id="lon", detail={"recipients": ["x" * 60 + str(n) for n in range(1_500)]}
)
VALUES = [*map(other, range(300)), ADMITTED, DELIVERED, LARGE, other(300)]
TOLD = [LogRecord(0, 2 * at, 1_700_000_000_000 + at, value) for at, value in enumerate(VALUES)]


class Queries:
    """What the projection knows."""

    recorded = 2 * len(VALUES)

    async def places(self, source, id_):
        return {
            ("mot-cua", "m-1"): [Place(0, 600), Place(0, 602)],
            ("mot-cua", "lon"): [Place(0, 604)],
        }.get((source, id_), [])

    async def recorded_to(self, _partition):
        return self.recorded


class Statuses:
    async def message(self, source, id):
        recipients = {"nhan-a": "delivered", "nhan-b": "pending"}
        return MessageHistory(
            source=source, id=id, state="admitted", recipients=recipients, steps=()
        )


@pytest.fixture
async def hub(tmp_path):
    rig = await LogRig(tmp_path / "hub", TOLD).start()
    rig.feed.told = TOLD[:302]
    await rig.write_all()
    await _anchored(rig)
    rig.feed.told = TOLD
    await rig.write_all()
    reading = LogReading(rig.files, LOG_KEY, 2)
    queries: Any = Queries()
    anchors: Any = AnchorReading(AnchorTable(rig.engine), AnchorFiles(rig.store))
    proofs = MessageProofs(reading, queries, anchors, SIGNER.of_hub(), lambda: NOW)
    desk = LogDesk(reading=reading, anchors=anchors, proofs=proofs)
    made = SimpleNamespace(caller="mot-cua", desk=desk, queries=queries)
    deps: Any = SimpleNamespace(
        admin=None,
        copies=None,
        log=desk,
        metrics=ApiMetrics(),
        statuses=Statuses(),
        rules=lambda: SimpleNamespace(systems={}),
        tail=SimpleNamespace(events=lambda *_: []),
        tokens=SimpleNamespace(
            caller=lambda _: Caller(system=made.caller, key_id="k", expires=2.0**40)
        ),
    )
    transport = httpx2.ASGITransport(create_app(deps))
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as made.http:
        yield made
    await rig.engine.dispose()


async def _anchored(rig):
    parts = AnchorParts(
        shards=2,
        logs=rig.files,
        files=AnchorFiles(rig.store),
        table=AnchorTable(rig.engine),
        signer=SIGNER,
        witnesses=[],
        stamping=None,
        clock=lambda: NOW,
        metrics=AnchorMetrics(CollectorRegistry()),
    )
    await Anchors(parts).round()


async def proof_for(hub, system, id="m-1", **query):
    hub.caller = system
    headers = {"authorization": "Bearer synthetic"}
    url = f"/v1/messages/mot-cua/{id}/proof"
    return await hub.http.get(url, headers=headers, params=query)


async def test_a_stranger_can_verify_the_log_from_what_is_public(hub):
    shard = (await hub.http.get("/v1/log")).json()["shards"][0]
    key = parse_verifier_key(shard["key"])
    head = parse_checkpoint((await hub.http.get("/v1/log/0/checkpoint")).content).verify(key)
    assert (key, head.size) == (LOG_KEY.checkpoint_key(0), len(VALUES))
    leaves = b""
    for tile in (TileId(0, 0), TileId(0, 1, head.size - 256)):
        leaves += (await hub.http.get(f"/v1/log/0/{tile.path}")).content
    hashes = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert root_of(hashes) == head.root
    proof = parse_proof((await hub.http.get("/v1/log/0/proof", params={"index": 7})).content)
    assert proof.verify(hashes[7], key) == head
    told = (await hub.http.get("/v1/log/0/consistency", params={"old": 300, "new": 304})).json()
    path = [base64.b64decode(step) for step in told["proof"]]
    verify_consistency(300, 304, path, root_of(hashes[:300]), head.root)


async def test_a_partial_tile_of_an_older_checkpoint_is_still_served(hub):
    whole = (await hub.http.get("/v1/log/0/tile/0/000")).content
    assert (await hub.http.get("/v1/log/0/tile/0/000.p/9")).content == whole[: 9 * 32]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/log/0/tile/entries/000", 404),
        ("/v1/log/0/tile/0/001.p/200", 404),
        ("/v1/log/0/tile/0/001", 404),
        ("/v1/log/0/tile/0/../../head", 404),
        ("/v1/log/0/tile/0/%2e%2e/%2e%2e/head", 404),
        ("/v1/log/1/checkpoint", 404),
        ("/v1/log/200/checkpoint", 404),
        ("/v1/log/x/checkpoint", 422),
        ("/v1/log/0/proof?index=304", 404),
        ("/v1/log/0/consistency?old=3&new=2", 422),
        ("/v1/log/0/consistency?old=1&new=305", 404),
        ("/v1/log/1/consistency?old=1&new=1", 404),
        ("/v1/log/anchors/1", 404),
        ("/v1/log/anchors/x", 422),
        ("/v1/log/anchors?limit=0", 422),
    ],
)
async def test_what_is_not_there_or_not_for_all_is_a_problem(hub, path, status):
    assert (await hub.http.get(path)).status_code == status


async def test_a_sender_proves_each_event_and_that_there_was_no_other(hub):
    told = (await proof_for(hub, "mot-cua")).json()
    head = parse_checkpoint(told["checkpoint"].encode()).verify(LOG_KEY.checkpoint_key(0))
    hashes = []
    for leaf, value in zip(told["leaves"], (ADMITTED, DELIVERED), strict=True):
        entry = base64.b64decode(leaf["entry"])
        path = [base64.b64decode(step) for step in leaf["proof"]]
        verify_inclusion(leaf_hash(entry), leaf["index"], head.size, path, head.root)
        assert parse_entry(entry).value == base64.b64decode(leaf["value"]) == value
        hashes.append(leaf_hash(entry))
    statement = verify_statement(parse_note(told["statement"].encode()), LOG_KEY.anchor_key())
    assert (statement.source, statement.id, statement.head) == ("mot-cua", "m-1", head)
    statement.covers(hashes)


async def test_until_an_anchor_only_what_it_covers_is_proven(hub):
    told = (await proof_for(hub, "mot-cua", anchored=True)).json()
    assert (told["anchor"], len(told["leaves"])) == (0, 2)
    anchor = (await hub.http.get("/v1/log/anchors/0")).json()
    assert told["checkpoint"] == anchor["checkpoints"]["0"]
    named = verify_anchor(parse_note(anchor["anchor"].encode()), LOG_KEY.anchor_key())
    head = parse_checkpoint(told["checkpoint"].encode()).verify(LOG_KEY.checkpoint_key(0))
    assert named.head("trục-mẫu/log/0") == head
    assert head.size == 302
    for leaf in told["leaves"]:
        path = [base64.b64decode(step) for step in leaf["proof"]]
        entry = base64.b64decode(leaf["entry"])
        verify_inclusion(leaf_hash(entry), leaf["index"], head.size, path, head.root)
    later = (await proof_for(hub, "mot-cua", "lon", anchored=True)).json()
    assert later["leaves"] == []
    listed = (await hub.http.get("/v1/log/anchors")).json()["anchors"]
    assert [(one["number"], one["stamped_at"]) for one in listed] == [(0, None)]


async def test_a_recipient_sees_no_event_that_names_another(hub):
    told = (await proof_for(hub, "nhan-a")).json()
    assert [leaf["entry"] is None for leaf in told["leaves"]] == [True, False]
    statement = verify_statement(parse_note(told["statement"].encode()), LOG_KEY.anchor_key())
    statement.covers([base64.b64decode(leaf["hash"]) for leaf in told["leaves"]])


async def test_nobody_else_learns_whether_there_is_such_a_message(hub):
    strange, unknown = await proof_for(hub, "khac"), await proof_for(hub, "khac", "m-2")
    assert strange.status_code == unknown.status_code == 404
    assert strange.json() == unknown.json()


async def test_an_event_too_long_for_an_entry_is_proven_by_its_hash(hub):
    (leaf,) = (await proof_for(hub, "mot-cua", "lon")).json()["leaves"]
    entry, value = base64.b64decode(leaf["entry"]), base64.b64decode(leaf["value"])
    assert len(value) > 65_535
    assert parse_entry(entry).value is None
    assert parse_entry(entry).with_value(value).value == LARGE


async def test_nothing_is_stated_while_the_projection_is_behind_the_log(hub, monkeypatch):
    monkeypatch.setattr("hub.io.message_proofs.CATCH_UP_SECONDS", (0.0,))
    hub.queries.recorded = 604
    answer = await proof_for(hub, "mot-cua")
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
