import errno
import hashlib
import json
import os
from dataclasses import replace

import pytest
from hub_adapter_file_drop import FileDropIn, FileDropOut
from hub_adapter_file_drop.folder import temporary
from hub_adapter_file_drop.sink import file_name
from lgsp_adapter import Backpressure, Context, Done, Draft, Fatal, Reject, Retryable, Signed
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.testing import delivery

PLAIN = {"checksum": False, "attributes": False}
SCAN = b"ban quet mau " * 60_000
HASH = f"sha256:{hashlib.sha256(SCAN).hexdigest()}"


@pytest.fixture
def ctx(request):
    async def key(_name):
        return request.getfixturevalue("agency").private_key

    async def fetch(hash_):
        if hash_ != HASH:
            raise Reject("unknown_object", hash_)
        for start in range(0, len(SCAN), 100_000):
            yield SCAN[start : start + 100_000]

    return Context("test", resolvers={"test": key}, fetch=fetch, networks=(UNSAFE_LOOPBACK,))


async def opened(place, ctx, **more):
    made = FileDropOut(FileDropOut.config_of({**place, **more}))
    await made.open(ctx)
    return made


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def with_object(id_, hash_=HASH):
    sent = delivery(id_)
    return replace(sent, attributes={**sent.attributes, "objects": hash_})


async def test_the_bytes_are_those_that_were_signed_with_their_companions(place, ctx, tmp_path):
    sent = with_object("d-1")
    made = await opened(place, ctx)
    assert await made.write([sent]) == [Done()]
    name = "so-mau_d-1_phuong-mau.json"
    part = f"{name}.{HASH[7:23]}.object"
    assert names(tmp_path) == sorted([name, f"{name}.meta", f"{name}.sha256", part])
    assert (tmp_path / name).read_bytes() == sent.body
    assert (tmp_path / part).read_bytes() == SCAN
    assert (tmp_path / f"{name}.sha256").read_text().split() == [
        hashlib.sha256(sent.body).hexdigest(),
        name,
    ]
    meta = json.loads((tmp_path / f"{name}.meta").read_bytes())
    assert meta["attributes"] == dict(sent.attributes)
    assert meta["hub-signature"] == sent.signature
    await made.close()


async def test_a_repetition_leaves_the_file_as_it_is(place, ctx, tmp_path):
    sent = delivery("d-1")
    made = await opened(place, ctx)
    await made.write([sent])
    before = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}
    again = replace(sent, token="mau-2")  # The hub's key changed between the two attempts.
    assert await made.write([again]) == [Done()]
    assert {path.name: path.stat().st_ino for path in tmp_path.iterdir()} == before
    await made.close()


async def test_another_file_of_that_name_is_never_replaced(place, ctx, tmp_path):
    sent = delivery("d-1")
    (tmp_path / file_name(sent)).write_bytes(b"cua nguoi khac")
    made = await opened(place, ctx, **PLAIN)
    first, second = await made.write([sent, delivery("d-2")])
    assert first.code == "name_taken"
    assert second == Done()
    assert (tmp_path / file_name(sent)).read_bytes() == b"cua nguoi khac"
    await made.close()


async def test_what_an_earlier_attempt_left_half_is_written_anew(place, ctx, tmp_path):
    sent = delivery("d-1")
    (tmp_path / temporary(file_name(sent))).write_bytes(b"nua")
    made = await opened(place, ctx, **PLAIN)
    assert await made.write([sent]) == [Done()]
    assert names(tmp_path) == [file_name(sent)]
    assert (tmp_path / file_name(sent)).read_bytes() == sent.body
    await made.close()


async def test_a_left_over_that_is_the_receivers_file_too_is_not_written_to(ctx, tmp_path):
    sent = delivery("d-1")
    # A crash between link and unlink; then the receiver moved the file away.
    taken = tmp_path / "da-nhan"
    taken.write_bytes(sent.body)
    os.link(taken, tmp_path / temporary(file_name(sent)))
    made = await opened({"folder": str(tmp_path)}, ctx, **PLAIN)
    assert await made.write([sent]) == [Done()]
    assert taken.read_bytes() == sent.body
    assert taken.stat().st_nlink == 1
    await made.close()


async def test_without_one_of_its_objects_a_delivery_is_not_shown(place, ctx, tmp_path):
    made = await opened(place, ctx)
    (result,) = await made.write([with_object("d-1", "sha256:" + "0" * 64)])
    assert result.code == "unknown_object"
    assert not (tmp_path / "so-mau_d-1_phuong-mau.json").exists()
    await made.close()


async def test_a_full_disk_is_back_pressure_and_leaves_nothing_under_the_name(
    tmp_path, ctx, agency, over_sftp
):
    agency.faults.disk_full = True
    made = await opened(over_sftp(), ctx, busy_seconds=7, **PLAIN)
    (result,) = await made.write([delivery("d-1")])
    assert isinstance(result, (Backpressure, Retryable))
    assert file_name(delivery("d-1")) not in names(tmp_path)
    agency.faults.disk_full = False
    assert await made.write([delivery("d-1")]) == [Done()]
    await made.close()


async def test_a_full_local_disk_is_back_pressure(ctx):
    # /dev/full says "no space left" to whoever writes.
    made = await opened({"folder": "/dev"}, ctx, busy_seconds=7, **PLAIN)
    folder = made._folder
    folder._begun = lambda _part: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb")
    (result,) = await made.write([delivery("d-1")])
    assert isinstance(result, Backpressure)
    assert (result.after, result.peer_code) == (7, "ENOSPC")
    await made.close()


async def test_a_line_cut_while_writing_leaves_no_half_file_under_the_name(
    tmp_path, ctx, agency, over_sftp
):
    sent = with_object("d-1")
    agency.faults.cut_after_writes = 3
    made = await opened(over_sftp(), ctx, **PLAIN)
    (result,) = await made.write([sent])
    assert isinstance(result, Retryable)
    assert [name for name in names(tmp_path) if not name.startswith(".")] == []
    assert await made.write([sent]) == [Done()]
    assert (tmp_path / file_name(sent)).read_bytes() == sent.body
    await made.close()


async def test_no_right_to_write_stops_the_connector(ctx, agency, over_sftp):
    agency.faults.deny = True
    made = await opened(over_sftp(), ctx, **PLAIN)
    with pytest.raises(Fatal):
        await made.write([delivery("d-1")])
    await made.close()


async def test_a_folder_without_links_gets_its_files_by_rename(ctx, tmp_path, monkeypatch):
    def no_links(*_args, **_more):
        raise OSError(errno.EPERM, "no links on FAT")

    monkeypatch.setattr(os, "link", no_links)
    made = await opened({"folder": str(tmp_path)}, ctx, **PLAIN)
    assert await made.write([delivery("d-1")]) == [Done()]
    assert names(tmp_path) == [file_name(delivery("d-1"))]
    await made.close()


def test_no_two_keys_share_a_name():
    one = replace(delivery("a.b"), recipient="c-d")
    two = replace(delivery("a"), recipient="b-c-d")
    assert file_name(one) != file_name(two)
    assert "/" not in file_name(one)


async def test_what_one_hub_writes_another_one_reads(place, ctx):
    sent = delivery("d-1", "Nguyễn Văn Mẫu")
    made = await opened(place, ctx)
    await made.write([sent])
    await made.close()
    how = {"ready": "sha256", "pattern": "*.json", "content": "body", "type": sent.type}
    reader = FileDropIn(FileDropIn.config_of({**place, **how}))
    await reader.open(ctx, None)
    (record,) = await reader.read(10)
    assert isinstance(record.message, Signed | Draft)
    assert record.message.body == sent.body
    await reader.ack(record.position)
    assert await reader.read(10) == []
    await reader.close()
