"""What the API tells of its machine: the ends of logs, masked, and a bundle made elsewhere."""

import io
import json
import sys
import zipfile

import pytest

from hub.api.ops.diagnosis import Level
from hub.cli import home as homes
from hub.cli.bundle.here import ThisMachine
from hub.ports import Unavailable

PERSON, NUMBER = "Nguyễn Văn Mẫu", "001099000001"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a home whose router has written lines of each kind; nothing runs in it."""
    made = homes.Home(root=tmp_path / ".hub")
    homes.create(made, homes.Identity(hub="hub-mau", partitions=6))
    # Port 1: nobody listens there.
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    lines = [
        {"event": "old", "level": "error", "timestamp": "2026-11-28T01:00:00Z"},
        {"event": "read", "level": "info", "timestamp": "2026-11-28T02:00:00Z", "n": 3},
        {"event": f"of {NUMBER}", "level": "warning", "body": PERSON},
        {"event": f"token {made.admin_token()}", "level": "error"},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    made.log("router").write_text(f"{text}ValueError: {PERSON}\n", encoding="utf-8")
    return made


async def end(home, lines, least):
    """Return the end of the router's log, as operators see it."""
    found = await ThisMachine(home).log("router", lines, least)
    assert found is not None
    return found


async def test_the_end_of_a_log_is_masked_and_what_is_not_the_hubs_own_is_left_out(home):
    found = await end(home, 3, Level.INFO)
    assert [one.event for one in found] == ["read", "of [digits]", "token [secret]"]
    assert (found[0].at.hour, found[0].more) == (2, {"n": 3})
    assert found[1].more == {"body": "[removed]"}
    assert PERSON not in str(found)


async def test_a_log_can_be_narrowed_to_what_matters(home):
    found = await end(home, 10, Level.ERROR)
    assert [one.event.split()[0] for one in found] == ["old", "token"]
    assert [one.level for one in await end(home, 1, Level.WARNING)] == [Level.ERROR]


async def test_a_log_that_this_machine_does_not_keep_is_not_an_empty_one(home):
    assert await ThisMachine(home).log("views", 10, Level.INFO) is None


async def test_a_bundle_is_the_commands_own_and_leaves_no_file_behind(home):
    made = await ThisMachine(home).bundle()
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        log = archive.read("logs/router.log").decode()
        assert json.loads(archive.read("about.json"))["hub"] == "hub-mau"
    assert home.admin_token() not in log
    assert [one for one in home.run.iterdir() if one.is_dir()] == []


async def test_a_second_bundle_at_once_and_one_that_fails_are_told_as_such(home, monkeypatch):
    machine = ThisMachine(home)
    async with machine._making:
        with pytest.raises(Unavailable, match="already"):
            await machine.bundle()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unavailable, match="not made"):
        await machine.bundle()
    assert [one for one in home.run.iterdir() if one.is_dir()] == []
