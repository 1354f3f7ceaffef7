import asyncio
import hashlib
import json
import os
import tempfile

import pytest
from file_drop_rig import BODY, SCAN, drop, names, opened, source
from hub_adapter_file_drop import FileDropIn
from hub_adapter_file_drop.template import fill
from lgsp_adapter import ConfigError, Record, Retryable
from lgsp_adapter.testing import Bus, SourceEngine


async def test_a_file_is_moved_only_after_the_ack(place, tmp_path, ctx):
    drop(tmp_path, "a.json")
    made = await opened(source(place, **BODY), ctx)
    (record,) = await made.read(10)
    assert names(tmp_path) == ["a.json"]
    assert await made.read(10) == []
    await made.ack(record.position)
    assert names(tmp_path) == ["done"]
    (kept,) = (tmp_path / "done").iterdir()
    assert kept.name.endswith(".a.json")
    assert kept.read_bytes() == record.message.body
    await made.close()


async def test_an_unreadable_file_goes_to_error_and_its_neighbours_arrive(place, tmp_path, ctx):
    for name, text in (("a.json", "{}"), ("b.json", "<x>"), ("c.json", "[1]")):
        drop(tmp_path, name, text)
    bus = Bus()
    await SourceEngine(lambda: source(place, **BODY), bus, ctx=ctx).drain()
    assert len(bus.admitted) == 2
    (dead,) = bus.dead_letters.values()
    assert dead.code == "not_json"
    assert "b.json" not in dead.detail
    assert isinstance(dead.item, Record)
    assert dead.item.raw == b"<x>"
    assert len(names(tmp_path / "done")) == 2
    assert [name[17:] for name in names(tmp_path / "error")] == ["b.json"]


async def test_half_a_file_is_never_read(place, tmp_path, ctx, clock):
    drop(tmp_path, "a.json", '{"text":')
    made = await opened(source(place, ready="stable", stable_seconds=30, **BODY), ctx)
    assert await made.read(10) == []
    clock.passes(29)
    drop(tmp_path, "a.json", '{"text":"xong"}')
    assert await made.read(10) == []
    clock.passes(29)
    assert await made.read(10) == []
    clock.passes(1)
    (record,) = await made.read(10)
    assert record.message.body == b'{"text":"xong"}'
    await made.close()


async def test_a_file_that_grows_while_it_is_read_waits(tmp_path, ctx):
    drop(tmp_path, "a.json", "[1]")
    made = await opened(source({"folder": str(tmp_path)}, **BODY), ctx)
    entries = made._folder.entries

    async def then_it_grows():
        found = await entries()
        drop(tmp_path, "a.json", "[1, 2]")
        return found

    made._folder.entries = then_it_grows
    assert await made.read(10) == []
    made._folder.entries = entries
    (record,) = await made.read(10)
    assert record.message.body == b"[1, 2]"
    await made.close()


async def test_a_file_that_disappears_between_look_and_open_is_no_error(place, tmp_path, ctx):
    drop(tmp_path, "a.json")
    drop(tmp_path, "b.json")
    made = await opened(source(place, **BODY), ctx)
    entries = made._folder.entries

    async def then_one_goes():
        found = await entries()
        (tmp_path / "a.json").unlink(missing_ok=True)
        return found

    made._folder.entries = then_one_goes
    assert len(await made.read(10)) == 1
    await made.close()


@pytest.mark.parametrize("ending", ["done", "sha256"])
async def test_without_its_companion_a_file_is_not_complete(place, tmp_path, ctx, ending):
    drop(tmp_path, "a.json", "{}")
    made = await opened(source(place, ready=ending, **BODY), ctx)
    assert await made.read(10) == []
    drop(tmp_path, f"a.json.{ending}", hashlib.sha256(b"{}").hexdigest() + "  a.json\n")
    (record,) = await made.read(10)
    await made.ack(record.position)
    assert names(tmp_path) == ["done"]
    assert len(names(tmp_path / "done")) == 2
    await made.close()


async def test_a_file_that_is_not_what_its_checksum_says_is_rejected(place, tmp_path, ctx):
    drop(tmp_path, "a.json", "{}")
    drop(tmp_path, "a.json.sha256", "0" * 64)
    made = await opened(source(place, ready="sha256", **BODY), ctx)
    (record,) = await made.read(10)
    assert record.message.code == "checksum_mismatch"
    await made.close()


async def test_a_file_replaced_before_the_ack_is_not_lost(place, tmp_path, ctx):
    drop(tmp_path, "a.json", "[1]")
    made = await opened(source(place, **BODY), ctx)
    (first,) = await made.read(10)
    drop(tmp_path, "a.json", "[2]")
    await made.ack(first.position)
    (second,) = await made.read(10)
    assert second.message.body == b"[2]"
    assert second.message.id != first.message.id
    await made.close()


async def test_a_third_file_of_the_same_name_is_not_lost_either(tmp_path, ctx):
    made = await opened(source({"folder": str(tmp_path)}, **BODY), ctx)
    drop(tmp_path, "a.json", "[1]")
    (first,) = await made.read(10)
    drop(tmp_path, "a.json", "[2]")
    moving = made._folder.move

    async def then_a_third_one_comes(path, target):
        moved = await moving(path, target)
        drop(tmp_path, "a.json", "[3]")
        return moved

    made._folder.move = then_a_third_one_comes
    await made.ack(first.position)
    made._folder.move = moving
    assert {each.message.body for each in await made.read(10)} == {b"[2]", b"[3]"}
    await made.close()


async def test_the_same_name_with_the_same_bytes_is_the_same_message(place, tmp_path, ctx):
    ids = []
    made = await opened(source(place, **BODY), ctx)
    for text in ("[1]", "[1]", "[2]"):
        drop(tmp_path, "a.json", text)
        (record,) = await made.read(10)
        ids.append(record.message.id)
        await made.ack(record.position)
    assert ids[0] == ids[1] != ids[2]
    assert len(names(tmp_path / "done")) == 2
    await made.close()


async def test_links_pipes_and_folders_are_never_opened(place, tmp_path, ctx):
    # The folder lies deep enough that a link leads out of it.
    with tempfile.NamedTemporaryFile(mode="w") as secret:
        secret.write('{"text":"bí mật"}')
        secret.flush()
        (tmp_path / "link.json").symlink_to(secret.name)
        os.mkfifo(tmp_path / "pipe.json")
        (tmp_path / "sub.json").mkdir()
        made = await opened(source(place, **BODY), ctx)
        assert await asyncio.wait_for(made.read(10), 10) == []
        assert "3 entries are never read" in (await made.check()).en
        await made.close()


async def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path, ctx):
    drop(tmp_path, "a.json", "{}")
    (tmp_path / ".bi-mat").write_text("[]", encoding="utf-8")
    made = await opened(source({"folder": str(tmp_path)}, **BODY), ctx)
    entries = made._folder.entries

    async def then_it_is_a_link():
        found = await entries()
        (tmp_path / "a.json").unlink()
        (tmp_path / "a.json").symlink_to(tmp_path / ".bi-mat")
        return found

    made._folder.entries = then_it_is_a_link
    (record,) = await made.read(10)
    assert (record.message.code, record.message.peer_code) == ("file_not_readable", "ELOOP")
    assert record.raw == b""
    await made.close()


async def test_hidden_unfinished_and_other_files_stay_untouched(place, tmp_path, ctx):
    for name in (".a.json", "a.json.part", "b.tmp", "c.txt", "d\n.json"):
        drop(tmp_path, name)
    made = await opened(source(place, pattern="*.json*", **BODY), ctx)
    assert await made.read(10) == []
    assert len(names(tmp_path)) == 5
    await made.close()


@pytest.mark.parametrize("content", ["body", "attachment"])
async def test_a_file_above_the_limit_is_rejected_unread(place, tmp_path, ctx, objects, content):
    drop(tmp_path, "a.json", '{"text":"dài"}')
    more = BODY if content == "body" else SCAN
    made = await opened(source(place, max_bytes=5, **more), ctx)
    (record,) = await made.read(10)
    assert record.message.code == "file_too_large"
    assert not objects.kept
    await made.ack(record.position)
    assert len(names(tmp_path / "error")) == 1
    await made.close()


async def test_an_attachment_is_kept_as_an_object_beside_its_body(place, tmp_path, ctx, objects):
    content = os.urandom(700_000)
    (tmp_path / "Hồ sơ 1.pdf").write_bytes(content)
    made = await opened(source(place, **SCAN), ctx)
    (record,) = await made.read(10)
    draft, hash_ = record.message, f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert draft.objects == (hash_,)
    assert objects.kept == {hash_: (content, "application/pdf")}
    body = json.loads(draft.body)
    assert draft.subject == body["record_id"] == "Hồ sơ 1"
    assert body["objects"] == [
        {"hash": hash_, "size": 700_000, "media_type": "application/pdf", "name": "Hồ sơ 1.pdf"}
    ]
    assert isinstance(body["version"], int)
    await made.close()


async def test_an_archive_is_kept_as_it_is(tmp_path, ctx, objects):
    content = b"PK\x03\x04 nen mau"
    (tmp_path / "a.zip").write_bytes(content)
    made = await opened(source({"folder": str(tmp_path)}, **SCAN), ctx)
    await made.read(1)
    assert [kept for kept, _ in objects.kept.values()] == [content]
    await made.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": "attachment"},
        {"content": "body", "template": {}},
        {"content": "body", "subject": "${stem}"},
        {**SCAN, "template": {"a": "${password}"}},
        {**SCAN, "template": {"a": "x ${object}"}},
        {"sftp": {"host": "h", "user": "u", "host_key": "any", "key": "env:K"}},
        {"sftp": {"host": "h", "user": "u", "key": "env:K"}},
    ],
)
def test_a_wrong_configuration_is_refused(wrong):
    base = {"folder": "/x", "ready": "rename", **BODY}
    with pytest.raises(ConfigError):
        FileDropIn.config_of({**base, **wrong})


def test_a_template_knows_names_and_nothing_else():
    assert fill(["${size}", "${size} B", 3], {"size": 5}) == [5, "5 B", 3]


def test_no_way_of_telling_complete_files_is_the_default():
    with pytest.raises(ConfigError, match="ready"):
        FileDropIn.config_of({"folder": "/x", **BODY})


async def test_a_folder_that_is_missing_is_not_made(ctx, tmp_path):
    made = await opened(source({"folder": str(tmp_path / "khong-co")}, **BODY), ctx)
    with pytest.raises(Retryable) as told:
        await made.read(1)
    assert told.value.peer_code == "ENOENT"
    assert names(tmp_path) == []
    await made.close()
