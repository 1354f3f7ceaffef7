"""Anchors: once a minute, cosigned and stamped; whoever is away holds nothing up."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from lgsp_verify.log import verify_anchor, verify_inclusion, verify_note
from lgsp_verify.log.witness import keys_by_origin
from lgsp_verify.timestamps import digest_of, read_stamp
from prometheus_client import CollectorRegistry

from hub.io import log_posts
from hub.io.anchor_files import AnchorFiles, renewal_leaf
from hub.io.log_posts import TimeStamping, Witness
from hub.io.sql.log_anchors import AnchorTable
from hub.io.sql.log_tables import log_anchors
from hub.ports import Refusing, Unavailable
from hub.recorder.log import anchor_index
from hub.recorder.log.anchors import AnchorParts, Anchors
from hub.recorder.log.metrics import AnchorMetrics
from hub.witness.memory import Memory
from hub.witness.server import Witness as WitnessServer
from simulator.pki import SamplePki, Use, agency_subject
from tests.log_rig import LOG_KEY, SIGNER, LogRig, records
from tests.unit.witness.test_witness import WITNESS

TOLD = records(5, 600)
START = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
PKI = SamplePki(START)


class Ground:
    """A log, an authority, a witness, and a clock; each may be away."""

    def __init__(self, rig, memory):
        self.rig, self.now = rig, START
        self.stamper, self.away = PKI.stamper, set[str]()
        keys = keys_by_origin([str(LOG_KEY.anchor_key())])
        self._witness = WitnessServer(WITNESS, keys, memory, self._seconds).app()
        self.files, self.table = AnchorFiles(rig.store), AnchorTable(rig.engine)
        self.registry = CollectorRegistry()
        self.parts = AnchorParts(
            shards=2,
            logs=rig.files,
            files=self.files,
            table=self.table,
            signer=SIGNER,
            witnesses=[Witness("http://witness", WITNESS.key)],
            stamping=TimeStamping("http://tsa", PKI.roots),
            clock=lambda: self.now,
            metrics=AnchorMetrics(self.registry),
        )
        self.anchors = Anchors(self.parts)

    def _seconds(self):
        return self.now.timestamp()

    async def post(self, url, body, _headers):
        place = url.removeprefix("http://").partition("/")[0]
        if place in self.away:
            raise Unavailable("away (test)")
        if place == "tsa":
            stamped = self.stamper.respond(body, self.now)
            return httpx2.Response(200, content=stamped), stamped
        transport = httpx2.ASGITransport(app=self._witness)
        async with httpx2.AsyncClient(transport=transport) as client:
            answer = await client.post(url, content=body)
            return answer, answer.content

    async def minute(self, upto):
        """Let a minute pass in which the log grew so far."""
        self.now += timedelta(minutes=1)
        self.rig.feed.told = TOLD[:upto]
        await self.rig.write_all()
        await self.anchors.round()

    def gauge(self, name):
        return self.registry.get_sample_value(name)


@pytest.fixture
async def ground(tmp_path, monkeypatch):
    rig = await LogRig(tmp_path / "hub").start()
    with closing(Memory(tmp_path / "witness.db")) as memory:
        made = Ground(rig, memory)
        monkeypatch.setattr(log_posts, "_post", made.post)
        yield made
    await rig.engine.dispose()


async def test_an_anchor_names_every_shard_and_is_cosigned_and_stamped(ground):
    await ground.minute(300)
    await ground.minute(600)
    found = await ground.files.anchor(1)
    anchor = verify_anchor(found.note, LOG_KEY.anchor_key())
    for shard in (0, 1):
        key = LOG_KEY.checkpoint_key(shard)
        checkpoint = found.checkpoints[shard]
        assert anchor.head(key.name) == checkpoint.head
        assert checkpoint.head.size == (await ground.rig.files.head(shard)).size
        assert len(verify_note(checkpoint.note, [key, WITNESS.key])) == 2
    stamp = read_stamp(await ground.files.stamp(1))
    assert stamp.verify(digest_of(found.note.text), PKI.roots) == ground.now
    row = await ground.table.get(1)
    assert (row.cosigned, row.content, row.stamped_at) == (2, None, ground.now)


async def test_nothing_new_makes_no_anchor_until_an_hour_has_passed(ground):
    await ground.minute(300)
    await ground.minute(300)
    assert (await ground.table.newest()).number == 0
    ground.now += timedelta(hours=1)
    await ground.minute(300)
    assert (await ground.table.newest()).number == 1


async def test_an_authority_that_was_away_is_caught_up_with_the_newest_first(ground):
    ground.away = {"tsa"}
    for upto in (100, 200, 300):
        await ground.minute(upto)
    assert ground.gauge("hub_log_unstamped_anchors") == 3
    assert [row.number for row in await ground.table.unstamped(2)] == [2, 1]
    ground.away = set()
    await ground.minute(300)
    assert ground.gauge("hub_log_unstamped_anchors") == 0
    for number in range(3):
        note = (await ground.files.anchor(number)).note
        stamp = read_stamp(await ground.files.stamp(number))
        assert stamp.verify(digest_of(note.text), PKI.roots) == ground.now


async def test_a_stamp_that_no_root_of_ours_stands_behind_is_not_kept(ground):
    ground.stamper = SamplePki(START, seed=b"others").stamper
    await ground.minute(100)
    assert await ground.files.stamp(0) is None
    assert ground.gauge("hub_log_unstamped_anchors") == 1


async def test_a_witness_that_was_away_cosigns_the_next_checkpoints(ground):
    await ground.minute(100)
    ground.away = {"witness"}
    await ground.minute(200)
    ground.away = set()
    await ground.minute(300)
    assert [(await ground.table.get(number)).cosigned for number in range(3)] == [2, 0, 2]
    name = {"witness": WITNESS.key.name}
    assert ground.registry.get_sample_value("hub_log_witness_failures_total", name) == 2


async def test_a_hub_that_forgot_how_large_the_witness_knows_it_asks(ground):
    await ground.minute(100)
    fresh = replace(ground.parts, witnesses=[Witness("http://witness", WITNESS.key)])
    ground.anchors = Anchors(fresh)
    await ground.minute(200)
    assert (await ground.table.get(1)).cosigned == 2


async def test_a_rewritten_log_is_anchored_but_no_witness_cosigns_it(ground):
    await ground.minute(300)
    shutil.rmtree(ground.rig.home / "objects" / "log" / "0")
    shutil.rmtree(ground.rig.home / "objects" / "log" / "1")
    async with ground.rig.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM log_heads")
    ground.rig.feed.told = records(6, 600)
    ground.now += timedelta(minutes=1)
    await ground.rig.write_all()
    await ground.anchors.round()
    assert (await ground.table.get(1)).cosigned == 0


async def test_what_was_claimed_and_not_written_is_written_by_the_next_round(ground, monkeypatch):
    write = ground.files.write_anchor

    async def dying(_number, _content):
        raise Unavailable("dies here (test)")

    monkeypatch.setattr(ground.files, "write_anchor", dying)
    await ground.minute(100)
    claimed = (await ground.table.get(0)).content
    monkeypatch.setattr(ground.files, "write_anchor", write)
    await ground.minute(100)
    assert (await ground.files.anchor(0)).encode() == claimed
    assert await ground.files.stamp(0) is not None


async def a_longer_authority(ground):
    """Let the stamps be about to end, and the authority have a certificate that lasts."""
    ground.now = (await ground.table.get(0)).stamp_until - timedelta(days=80)
    await ground.anchors.round()
    assert (await ground.table.get(0)).renewal is None  # The authority's own ends as soon.
    since = ground.now - timedelta(days=1)
    holder = PKI.government.issue(
        agency_subject("TSA mới (Mẫu)"), since=since, use=Use.TIME_STAMPING
    )
    ground.stamper = replace(PKI.stamper, holder=holder)
    ground.now += timedelta(days=2)
    await ground.anchors.round()


async def test_stamps_are_covered_by_a_newer_one_before_their_certificate_ends(ground):
    await ground.minute(100)
    await ground.minute(200)
    first_until = (await ground.table.get(0)).stamp_until
    await a_longer_authority(ground)
    row = await ground.table.get(1)
    assert row.renewal == 0
    assert row.stamp_until > first_until
    (renewal,) = await ground.files.renewals(1, 0)
    stamp = read_stamp(renewal.token)
    assert stamp.verify(digest_of(renewal.text()), PKI.roots) == ground.now
    text, token = (await ground.files.anchor(1)).note.text, await ground.files.stamp(1)
    index, path = renewal.proof(1)
    size, root = len(renewal.leaves), renewal.root
    verify_inclusion(renewal_leaf(text, [token]), index, size, path, root)
    assert await ground.table.ending(first_until, 10) == []


async def test_the_table_of_anchors_is_made_anew_from_their_files(ground):
    await ground.minute(100)
    await ground.minute(200)
    await a_longer_authority(ground)
    ground.away.add("tsa")
    await ground.minute(400)
    rows = await ground.table.before(9, 9)
    assert {row.renewal for row in rows} == {0, None}
    assert {row.stamped_at is None for row in rows} == {True, False}
    async with ground.rig.engine.begin() as connection:
        await connection.execute(log_anchors.delete())
    told = await anchor_index.rebuild(ground.files, ground.table)
    assert (told.anchors, told.renewals, told.missing) == (len(rows), 1, 0)
    # A note says its moment in whole seconds.
    cut = [replace(row, at=row.at.replace(microsecond=0)) for row in rows]
    assert await ground.table.before(9, 9) == cut
    await anchor_index.rebuild(ground.files, ground.table)
    assert await ground.table.before(9, 9) == cut


async def test_a_rebuild_leaves_what_has_no_file_and_stops_at_another_anchors_file(ground):
    await ground.minute(100)
    await ground.minute(200)
    claimed = replace(await ground.table.get(1), number=2, content="{}", stamped_at=None)
    assert await ground.table.claim(claimed)
    (ground.rig.home / "objects/log/anchors/000").unlink()
    told = await anchor_index.rebuild(ground.files, ground.table)
    assert (told.anchors, told.missing) == (1, 1)
    assert (await ground.table.get(2)).content == "{}"
    assert (await ground.table.get(0)).stamped_at is not None
    await ground.files.write_anchor(3, (await ground.files.anchor(1)).encode())
    with pytest.raises(Refusing, match="anchor 3"):
        await anchor_index.rebuild(ground.files, ground.table)
