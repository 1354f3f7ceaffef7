"""The supervisor with small real processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from hub.cli import environment
from hub.cli.errors import CommandFailed
from hub.cli.home import Home, Identity, create
from hub.cli.keeper import Patience
from hub.cli.preparing import prepare
from hub.cli.supervisor import OnlyHub, Status, Supervisor, is_running, status_of, write_status
from hub.cli.units import ProcessUnit, UnitFailed

QUICK = Patience(first_seconds=0.01, longest_seconds=0.05, failures=3)

BEATING = """
import json, os, signal, sys, time
path, story = sys.argv[1], open(sys.argv[2], "a")
def end(*_):
    story.write("stopped " + os.path.basename(path) + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
for beat in range(1, 600):
    text = json.dumps({"pid": os.getpid(), "ready": True, "beat": beat, "at": time.time()})
    with open(path + ".x", "w") as file:
        file.write(text)
    os.replace(path + ".x", path)
    time.sleep(0.05)
"""


@pytest.fixture
def home(tmp_path):
    made = Home(root=tmp_path)
    create(made, Identity(hub="lgsp-thu", partitions=3))
    return made


def unit(home, name, program=BEATING):
    pulse = home.pulse(name)
    command = [sys.executable, "-c", program, str(pulse), str(home.root / "story")]
    return ProcessUnit(name, command, log=home.log(name), pulse=pulse)


async def nothing():
    return


def supervise(*units, prepare=nothing, broker=None):
    return Supervisor("lgsp-thu", broker=broker, processes=units, prepare=prepare, patience=QUICK)


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (the world below has no event to wait for)
            await asyncio.sleep(0.02)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_all_units_run_and_stop_in_the_given_order(home):
    supervisor, stop = supervise(unit(home, "api"), unit(home, "router")), asyncio.Event()
    seen: list[Status] = []
    running = asyncio.create_task(supervisor.run(stop, seen.append))
    await until(lambda: supervisor.status().ready)
    stop.set()
    assert await running
    assert [row.state for row in seen[-1].rows] == ["stopped", "stopped"]
    story = (home.root / "story").read_text().splitlines()
    assert story == ["stopped api.json", "stopped router.json"]


async def test_a_killed_process_is_started_again(home):
    supervisor, stop = supervise(unit(home, "router")), asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop, lambda _: None))
    await until(lambda: supervisor.status().ready)
    first = supervisor.status().rows[0].pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.status().rows[0].restarts == 1 and supervisor.status().ready)
    assert supervisor.status().rows[0].pid != first
    assert supervisor.status().rows[0].memory_mb > 0
    stop.set()
    assert await running


async def test_a_process_that_ignores_sigterm_is_killed_within_its_bound(home):
    stubborn = BEATING.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(15, 1)")
    deaf = unit(home, "api", stubborn)
    await deaf.start()
    await until(lambda: deaf.beat()[0])
    began = time.monotonic()
    await deaf.stop(0.2)
    assert time.monotonic() - began < 2
    assert deaf.pid is None


async def test_when_all_are_given_up_the_hub_ends_and_says_that_it_failed(home):
    supervisor = supervise(unit(home, "api", "import sys; sys.exit('port taken')"))
    seen: list[Status] = []
    assert not await supervisor.run(asyncio.Event(), seen.append)
    assert seen[-1].rows[0].state == "gave up"
    assert "port taken" in seen[-1].rows[0].note


async def test_one_that_is_given_up_leaves_the_others_running(home):
    supervisor = supervise(unit(home, "api", "raise SystemExit(1)"), unit(home, "router"))
    stop = asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop, lambda _: None))
    await until(lambda: [r.state for r in supervisor.status().rows] == ["gave up", "ready"])
    assert not running.done()
    stop.set()
    assert not await running


async def test_a_broker_that_cannot_start_is_told_at_once(home):
    class Broken:
        name, pid = "broker", None

        async def start(self):
            raise UnitFailed("Port 19092 is taken")

        async def stop(self, _seconds):
            return

    supervisor = supervise(unit(home, "api"), broker=Broken())
    with pytest.raises(CommandFailed, match="19092"):
        await supervisor.run(asyncio.Event(), lambda _: None)
    assert not (home.root / "story").exists()


async def test_what_fails_before_the_processes_leaves_none_running(home):
    async def no_database():
        raise CommandFailed("SQL did not answer")

    supervisor = supervise(unit(home, "api"), prepare=no_database)
    with pytest.raises(CommandFailed, match="SQL"):
        await supervisor.run(asyncio.Event(), lambda _: None)
    assert supervisor.status().rows[0].pid is None


async def test_a_stop_during_the_preparation_is_heard(home):
    stop = asyncio.Event()
    supervisor = supervise(unit(home, "api"), prepare=asyncio.Event().wait)
    running = asyncio.create_task(supervisor.run(stop, lambda _: None))
    await asyncio.sleep(0.05)
    stop.set()
    async with asyncio.timeout(2):
        await running


def test_a_second_hub_on_the_same_home_is_refused(home):
    with OnlyHub(home):
        assert is_running(home)
        with pytest.raises(CommandFailed, match=str(os.getpid())), OnlyHub(home):
            pass
    assert not is_running(home)
    with OnlyHub(home):
        pass


def test_the_status_of_a_hub_that_died_is_not_believed(home):
    supervisor = supervise(unit(home, "api"))
    write_status(home, supervisor.status())
    assert status_of(home).rows == ()
    with OnlyHub(home):
        assert [row.name for row in status_of(home).rows] == ["api"]
    assert json.loads(supervisor.status().as_json())["hub"] == "lgsp-thu"


def test_children_die_with_a_supervisor_that_is_killed(home):
    """kill -9 leaves no time to stop anything: the kernel does it."""
    program = textwrap.dedent(
        """
        import asyncio, sys
        sys.path.insert(0, sys.argv[3])
        from tests.unit.cli.test_supervisor import Home, supervise, unit
        from pathlib import Path
        home = Home(root=Path(sys.argv[1]))
        asyncio.run(supervise(unit(home, "api")).run(asyncio.Event(), lambda s: print(
            s.rows[0].pid if s.ready else "", flush=True)))
        """
    )
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-c", program, str(home.root), "", root], stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = next(int(line) for line in parent.stdout or () if line.strip())
        parent.kill()
    deadline = time.monotonic() + 30
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid)


def test_a_log_that_grew_too_long_is_moved_aside_once(home, monkeypatch):
    monkeypatch.setattr("hub.cli.units.MAX_LOG_BYTES", 10)
    log = home.log("api")
    log.write_text("more than ten bytes\n")
    with log.open("ab") as writer:
        unit(home, "api").turn_log()
        writer.write(b"new\n")
    assert log.read_text() == "new\n"
    assert log.with_suffix(".log.1").read_text() == "more than ten bytes\n"


def test_what_cannot_be_prepared_is_told_in_its_own_words(home, monkeypatch):
    monkeypatch.setenv("HUB_SQL_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(CommandFailed, match="SQL did not answer"):
        asyncio.run(prepare(home))


def test_processes_keep_their_memory_small_unless_the_operator_says_otherwise(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    found = environment.of_a_process()
    assert found["MALLOC_ARENA_MAX"] == "8"
    assert found["MALLOC_TRIM_THRESHOLD_"] == "1048576"


async def test_a_unit_gets_the_environment_that_it_is_given(home):
    program = "import os; print(os.environ.get('MAU'))"
    made = ProcessUnit(
        "api",
        [sys.executable, "-c", program],
        log=home.log("api"),
        pulse=home.pulse("api"),
        environ={"MAU": "du"},
    )
    await made.start()
    assert await made.wait() == 0
    assert made.last_words() == "du"


def test_the_container_image_sets_the_same_bounds_of_memory():
    image = (Path(__file__).parents[3] / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    for name, value in environment.ALLOCATOR.items():
        assert f"{name}={value}" in image
