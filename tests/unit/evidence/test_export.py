"""An export of a period: whole, it verifies offline; whatever is changed in it is named."""

import hashlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_verify.cli import main
from lgsp_verify.export.manifest import MANIFEST, ExportBroken, read_export
from lgsp_verify.export.verify import verify_export
from lgsp_verify.findings import Check, Finding, Status
from lgsp_verify.log import parse_checkpoint, parse_note
from lgsp_verify.trust import Authority, Period, Trust, Usage
from prometheus_client import CollectorRegistry

from hub.cli.errors import CommandFailed
from hub.cli.evidence_export import export
from hub.evidence.period import NotSettled, plan
from hub.io.anchor_files import AnchorFiles
from hub.io.anchor_reading import AnchorReading
from hub.io.kafka.log_feed import LogRecord
from hub.io.log_desk import LogDesk
from hub.io.log_reading import LogReading
from hub.io.sql.log_anchors import AnchorTable
from hub.recorder.log.anchors import AnchorParts, Anchors
from hub.recorder.log.metrics import AnchorMetrics
from tests import bundle_rig
from tests.log_rig import LOG_KEY, SIGNER, LogRig

DAY = datetime(2026, 11, 22, tzinfo=UTC)
SINCE, UNTIL = DAY + timedelta(hours=8), DAY + timedelta(hours=17)
TRUST = Trust(logs=((LOG_KEY, Period()),))


def written(count, at, first=0, partition=0):
    """Return records of one minute."""
    ms = int(at.timestamp() * 1000)
    return [
        LogRecord(partition, 2 * number, ms + number, b'{"event":"mau","n":%d}' % number)
        for number in range(first, first + count)
    ]


class Hub:
    """A log over two shards, with an anchor before, in and after the period."""

    def __init__(self, rig):
        self.rig, self.pieces, self.asked = rig, {}, []
        anchors: Any = AnchorReading(AnchorTable(rig.engine), AnchorFiles(rig.store))
        proofs: Any = None
        reading = LogReading(rig.files, LOG_KEY, 2, mono=self._later)
        self.desk, self._now = LogDesk(reading=reading, anchors=anchors, proofs=proofs), 0.0

    def _later(self):
        self._now += 10
        return self._now

    async def log(self, records, anchored_at):
        self.rig.feed.told = [*self.rig.feed.told, *records]
        await self.rig.write_all()
        await self.anchor(anchored_at)

    async def anchor(self, at):
        parts = AnchorParts(
            shards=2,
            logs=self.rig.files,
            files=AnchorFiles(self.rig.store),
            table=AnchorTable(self.rig.engine),
            signer=SIGNER,
            witnesses=[],
            stamping=None,
            clock=lambda: at,
            metrics=AnchorMetrics(CollectorRegistry()),
        )
        await Anchors(parts).round()

    async def plan(self):
        made = await plan(self.desk, SINCE, UNTIL, UNTIL + timedelta(hours=1))
        for part in made.parts:
            for tile in (*part.hash_tiles, *part.tiles):
                data = await self.desk.reading.tile(part.shard, tile)
                self.pieces[f"log/{part.shard}/{tile.path}"] = data
        return made

    def api(self, made) -> Any:
        return SimpleNamespace(file=lambda *_: made.encode(), piece=self._piece)

    def _piece(self, path):
        self.asked.append(path)
        return self.pieces[path]


@pytest.fixture
async def hub(tmp_path):
    made = Hub(await LogRig(tmp_path / "hub").start())
    await made.log(written(300, DAY), DAY + timedelta(hours=7))
    noon = DAY + timedelta(hours=12)
    there = written(5, noon, partition=1)
    await made.log([*written(400, noon, 300), *there], UNTIL - timedelta(minutes=1))
    await made.log(written(200, UNTIL + timedelta(seconds=5), 700), UNTIL + timedelta(minutes=1))
    yield made
    await made.rig.engine.dispose()


@pytest.fixture
async def folder(hub, tmp_path):
    out = tmp_path / "out"
    export(hub.api(await hub.plan()), out, SINCE, UNTIL, "mau")
    return out


def found(folder, trust=TRUST):
    return {result.finding for result in verify_export(folder, trust).results}


async def test_every_leaf_of_the_period_is_there_and_it_verifies(folder):
    made = read_export((folder / MANIFEST).read_bytes())
    assert [(one.shard, one.first, one.end) for one in made.parts] == [(0, 300, 900), (1, 0, 5)]
    report = verify_export(folder, TRUST)
    assert report.verdict is Status.INDETERMINATE  # neither stamped nor witnessed
    assert [one.finding for one in report.results if one.check is Check.LEAVES] == [
        Finding.LEAVES_COMPLETE
    ] * 2
    assert Finding.PERIOD_ENCLOSED in found(folder)


async def test_an_anchor_that_misses_late_leaves_is_not_taken(hub):
    # Written in the period, logged only after the first anchor behind it.
    await hub.log(written(1, UNTIL - timedelta(seconds=1), partition=1, first=5), UNTIL)
    made = await hub.plan()
    assert [part.end for part in made.parts] == [900, 6]


async def test_an_anchor_of_the_same_second_is_not_later_than_a_part_of_it(hub):
    half, until = timedelta(milliseconds=500), UNTIL + timedelta(minutes=5)
    await hub.log(written(1, until, partition=1, first=9), until + half)
    with pytest.raises(NotSettled):
        await plan(hub.desk, SINCE, until + half, until)
    assert (await plan(hub.desk, SINCE, until, until)).until == until


async def test_a_period_whose_end_is_not_anchored_is_for_later(hub):
    with pytest.raises(NotSettled, match="ask again"):
        await plan(hub.desk, SINCE, UNTIL + timedelta(days=1), UNTIL)


async def test_what_was_broken_off_goes_on_and_nothing_is_fetched_twice(hub, tmp_path):
    made, out = await hub.plan(), tmp_path / "out"
    last = max(hub.pieces)
    data = hub.pieces.pop(last)
    with pytest.raises(KeyError):
        export(hub.api(made), out, SINCE, UNTIL, "mau")
    assert found(out) & {Finding.LEAVES_DIFFER}
    hub.pieces[last], hub.asked = data, []
    told = export(hub.api(made), out, SINCE, UNTIL, "mau")
    assert (hub.asked, told.fetched, told.leaves) == ([last], 1, 605)
    assert found(out) & {Finding.LEAVES_COMPLETE, Finding.LEAVES_DIFFER} == {
        Finding.LEAVES_COMPLETE
    }


async def test_a_folder_of_another_period_is_left_alone(hub, folder):
    with pytest.raises(CommandFailed, match="another period"):
        export(hub.api(await hub.plan()), folder, SINCE, UNTIL + timedelta(hours=1), "mau")


def _files(folder):
    return sorted(one for one in folder.rglob("*") if one.is_file() and one.name != MANIFEST)


async def test_a_changed_leaf_is_found_and_its_file_named(folder):
    for path in _files(folder):
        data = path.read_bytes()
        path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
        results = verify_export(folder, TRUST).results
        (bad,) = (one for one in results if one.status is Status.NOT_OK)
        assert bad.finding is Finding.LEAVES_DIFFER
        assert str(path.relative_to(folder)) in bad.place
        path.write_bytes(data)


async def test_a_file_that_is_missing_or_of_another_size_is_named(folder):
    for path in _files(folder):
        data = path.read_bytes()
        path.write_bytes(data + b"\0\1x")
        assert Finding.LEAVES_DIFFER in found(folder)
        path.unlink()
        assert Finding.LEAVES_DIFFER in found(folder)
        path.write_bytes(data)


def _rewritten(folder, **changes):
    made = read_export((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_bytes(msgspec.structs.replace(made, **changes).encode())
    return made


async def test_a_manifest_that_leaves_something_out_is_refuted(folder):
    made = _rewritten(folder)
    first, second = made.parts
    shorter = msgspec.structs.replace(first, first=first.first + 1)
    peaks = msgspec.structs.replace(first, peaks=(bytes(32),))
    for parts in ((first,), (shorter, second), (peaks, second)):
        _rewritten(folder, parts=parts)
        assert Finding.LEAVES_DIFFER in found(folder), parts


async def test_a_longer_period_than_its_anchors_is_not_believed(folder):
    _rewritten(folder, since=DAY)
    assert Finding.PERIOD_OPEN in found(folder)


async def test_an_anchor_of_nobody_is_not_believed(folder):
    assert Finding.LOG_UNTRUSTED in found(folder, Trust())
    made = _rewritten(folder)
    forged = msgspec.structs.replace(
        made.after, anchor=made.after.anchor.replace("at 2026", "at 2027")
    )
    _rewritten(folder, after=forged)
    assert Finding.CHECKPOINT_BROKEN in found(folder)


async def test_stamps_and_cosignatures_of_the_anchors_count(folder):
    made = _rewritten(folder)
    vouched = {name: _vouched(getattr(made, name)) for name in ("before", "after")}
    _rewritten(folder, **vouched)
    root = bundle_rig.pki().roots[0]
    stamps = Authority(
        name="Mẫu",
        certificate=root.public_bytes(Encoding.DER),
        usages=frozenset({Usage.TIMESTAMPS}),
        period=Period(),
    )
    trust = Trust(
        logs=TRUST.logs, witnesses=((bundle_rig.WITNESS.key, Period()),), authorities=(stamps,)
    )
    assert verify_export(folder, trust).verdict is Status.OK
    other = msgspec.structs.replace(vouched["after"], stamp=vouched["before"].stamp)
    _rewritten(folder, after=other)
    assert Finding.TIMESTAMP_BROKEN in found(folder, trust)


def _vouched(told):
    token = bundle_rig.pki().stamper.token(
        parse_note(told.anchor.encode()).text.encode(), at=bundle_rig.MADE_AT
    )
    notes = {}
    for shard, text in told.checkpoints.items():
        note = parse_checkpoint(text.encode()).note
        when = int(bundle_rig.MADE_AT.timestamp())
        notes[shard] = str(note.signed_also([bundle_rig.WITNESS.cosignature(note.text, when)]))
    return msgspec.structs.replace(told, stamp=token, checkpoints=notes)


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"format":"x"}'])
def test_anything_else_is_said_to_be_no_manifest(tmp_path, data):
    with pytest.raises(ExportBroken):
        read_export(data)
    (tmp_path / MANIFEST).write_bytes(data)
    report = verify_export(tmp_path, TRUST)
    assert report.verdict is Status.NOT_OK
    assert report.bundle_sha256 == hashlib.sha256(data).hexdigest()


async def test_the_command_verifies_a_folder(folder, tmp_path, capsys):
    roots = tmp_path / "roots"
    roots.mkdir()
    text = f'version = "mau"\n[[log]]\nkey = "{LOG_KEY.anchor_key()}"\n'
    (roots / "trust.toml").write_text(text, encoding="utf-8")
    assert main([str(folder), "--trust", str(roots), "--lang", "en"]) == 0
    assert "Every leaf is there" in capsys.readouterr().out
