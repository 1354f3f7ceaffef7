"""The course of `hub demo`: hub, province, day, verdict; then the hub stays for whoever looks."""

import asyncio
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

import typer
from rich.console import Console

from hub.cli import demo_evidence, demo_figures, demo_peers, demo_reorganise, demo_vouchers
from hub.cli.demo_hub import DemoHub, alone, running
from hub.cli.demo_show import Show
from hub.cli.errors import CommandFailed
from simulator import figures
from simulator.agencies import Tiers
from simulator.foreign.cast import with_peers
from simulator.foreign.peers import Peer
from simulator.province import Province
from simulator.registration import RegistrationFailed, register
from simulator.reorganisation import Reorganisation, with_neighbours
from simulator.report import table_of

DEFAULT_HOME: Final = Path(".hub-demo")
PLAYER_SECONDS: Final = 60.0
"""How long a player that was told to stop may take to finish what it has begun."""
LIGHT_RATE: Final = 1.0
LIGHT_SPEED: Final = 20.0
"""After the day: one message in a second, so that there is something to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is played, and how the verdict is shown."""

    tiers: str
    rate: float
    speed: float
    seed: int
    as_json: bool
    misbehave: float = 0.0
    """The share of all calls that the foreign systems spoil."""
    evidence: Path | None = None
    """Where evidence of ten messages is left; None: none is."""
    reorganise: bool = False
    """Whether two provinces merge at noon, and the districts go."""

    @property
    def province(self) -> Province:
        """Return the province that plays it, without foreign systems."""
        province = Province.of(Tiers(self.tiers))
        return with_neighbours(province) if self.reorganise else province


def list_systems(tiers: str) -> None:
    """Print the systems of the province, level by level."""
    province = Province.of(Tiers(tiers))
    for system in province.systems:
        agency = province.agency_of[system.name]
        typer.echo(f"{agency.level:9} {agency.code:10} {system.name:30} {system.title}")


def run(chosen: Path | None, day: Day, *, once: bool, keep: bool) -> bool:
    """Play a day; say whether the verdict is good.

    Raises:
        CommandFailed: a step could not be done; the text says which and why.
    """
    show = Show()
    with _home(chosen, once=once, keep=keep) as root, _ended_by_signal():
        show.say(f"khởi động trục / starting the hub in {root}")
        around = alone if day.evidence is None else demo_vouchers.started
        with demo_peers.started(_fresh(), show) as processes, running(root, around) as hub:
            show.say(f"trục sẵn sàng / the hub is ready: {hub.url}")
            peers = _register(hub, day, processes, show)
            verdict = _play_and_judge(hub, day, peers, show)
            if not day.reorganise:  # Its dossiers are not those that figures are published of.
                verdict["indicators"] = _tell_figures(hub, day, show)
            if day.evidence is not None:
                _leave_evidence(hub, day, day.evidence, verdict, show)
            if not once:
                _stay(hub, day, show)
    if day.as_json:
        typer.echo(json.dumps(verdict, ensure_ascii=False))
    return bool(verdict["good"])


def _register(hub: DemoHub, day: Day, processes: demo_peers.Processes, show: Show) -> Path | None:
    """Register the province and its connectors; return the file of the peers that take part."""
    peers = None if day.reorganise else demo_peers.join(hub, processes, day.misbehave, show)
    province = with_peers(day.province, peers.facts if peers else ())
    hub.simulator.mkdir(exist_ok=True, mode=0o700)
    token = hub.home.admin_token()
    try:
        asyncio.run(register(hub.url, token, province, hub.hub, hub.simulator))
    except RegistrationFailed as failure:
        raise CommandFailed(str(failure)) from failure
    count = len(province.systems)
    show.say(f"đã đăng ký {count} hệ thống / registered {count} systems, each with its own key")
    if peers is None:
        return None
    file = demo_peers.connect(hub, peers)
    count = len(peers.facts)
    show.say(f"đã kết nối {count} hệ thống ngoài / connected {count} foreign systems")
    return file


def _play_and_judge(hub: DemoHub, day: Day, peers: Path | None, show: Show) -> dict[str, Any]:
    name, begun = _run_name(), time.monotonic()
    if day.reorganise:
        with demo_reorganise.operator(hub) as person:
            last = _play(hub, day, name, peers, show)
    else:
        last = _play(hub, day, name, peers, show)
    show.say("đối chiếu nhật ký với Kafka / comparing the journals with Kafka")
    verdict = _judge(hub, name, peers)
    if day.reorganise:
        told = verdict["reorganisation"] = demo_reorganise.told_of(verdict, last, person)
        verdict["good"] = verdict["good"] and told["good"]
    seconds = round(time.monotonic() - begun, 1)
    verdict |= {"seconds": seconds, "first_message_s": last.get("first_message_s")}
    if not day.as_json:
        Console().print(table_of(verdict))
    return verdict


def _tell_figures(hub: DemoHub, day: Day, show: Show) -> list[dict[str, Any]]:
    """Show what the indicator page shows of the day, beside what is published."""
    show.say("đợi chỉ số / waiting for the indicators")
    found = demo_figures.read(hub, with_peers(Province.of(Tiers(day.tiers)), tuple(Peer)))
    if not day.as_json:
        Console().print(figures.table_of(found))
    return figures.as_json(found)


def _leave_evidence(hub: DemoHub, day: Day, out: Path, verdict: dict[str, Any], show: Show) -> None:
    """Leave bundles of the day; a day whose evidence does not hold was not good."""
    told = verdict["evidence"] = demo_evidence.leave(hub, out, show)
    verdict["good"] = verdict["good"] and told["good"]
    if not day.as_json:
        typer.echo("\n".join(demo_evidence.as_lines(told)))


def _play(hub: DemoHub, day: Day, name: str, peers: Path | None, show: Show) -> dict[str, Any]:
    """Run the player to its end; return its last line."""
    last: dict[str, Any] = {}
    with _player(hub, day, name, peers) as player, show.day() as view:
        for text in player.stdout or ():
            line = json.loads(text)
            if line["first_at"] and "first_message_s" not in last:
                # On its own clock: the first message may be older than this line.
                first = show.seconds - (time.time() - line["first_at"])
                last["first_message_s"] = round(first, 1)
                show.say(f"thông điệp đầu tiên / first message after {first:.1f} s")
            last |= line
            view.update(line)
            if line["event"] == "noon":
                show.say("giữa ngày: nhập hai tỉnh, bỏ cấp huyện / noon: the reorganisation")
                demo_reorganise.reorganise(hub, Reorganisation(province=day.province))
                _go_on(player)
    if player.returncode:
        raise CommandFailed(f"the simulator has ended with status {player.returncode}")
    return last


def _go_on(player: subprocess.Popen[str]) -> None:
    if player.stdin is None:
        raise CommandFailed("the simulator cannot be told to go on")
    player.stdin.write("\n")
    player.stdin.flush()


@contextmanager
def _player(
    hub: DemoHub, day: Day, name: str, peers: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Give a running player; told to stop and awaited when the block ends early."""
    command = [
        *(sys.executable, "-P", "-m", "simulator"),
        *("--hub", hub.url, "--hub-id", hub.hub, "--home", str(hub.simulator)),
        *("--tiers", day.tiers, "--rate", str(day.rate), "--speed", str(day.speed)),
        *("--seed", str(day.seed), "--run", name),
        *(("--peers", str(peers)) if peers else ()),
        *(("--reorganise",) if day.reorganise else ()),
    ]
    player = subprocess.Popen(  # noqa: S603  (our own module, no shell)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield player
    except BaseException:
        player.send_signal(signal.SIGINT)
        raise
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            player.communicate(timeout=PLAYER_SECONDS)
        if player.poll() is None:
            player.kill()
            player.wait()


def _judge(hub: DemoHub, name: str, peers: Path | None) -> dict[str, Any]:
    """Run the verdict as a process of its own; it knows journals, peers and broker, no more."""
    journals = hub.simulator / "journals" / name
    told = subprocess.run(  # noqa: S603  (our own module, no shell)
        [
            *(sys.executable, "-P", "-m", "simulator.verdict", "--json"),
            *("--bootstrap", hub.bootstrap, "--journals", str(journals)),
            *(("--peers", str(peers)) if peers else ()),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not told.stdout:
        raise CommandFailed(f"the verdict cannot be told (status {told.returncode})")
    verdict: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return verdict


def _stay(hub: DemoHub, day: Day, show: Show) -> None:
    """Keep the hub running, with light traffic, until Ctrl-C."""
    show.say(next_steps(hub))
    light = replace(day, rate=LIGHT_RATE, speed=LIGHT_SPEED, reorganise=False)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            light = replace(light, seed=light.seed + 1)
            with _player(hub, light, _run_name()) as player:
                for _ in player.stdout or ():
                    pass


def next_steps(hub: DemoHub) -> str:
    """Return what there is to look at, in Vietnamese and English."""
    home = hub.home.root
    password = hub.first_password or f"hub user --url {hub.url} reset admin --reason …"
    return f"""\
trục vẫn chạy, mỗi giây một thông điệp; Ctrl-C để dừng
           the hub goes on with one message a second; Ctrl-C ends it
  API                  {hub.url}
  OpenAPI              {hub.url}/openapi.json
  Điều hành / console  {hub.url}/console/
  Đăng nhập / sign in  admin · {password}
  Kafka                {hub.bootstrap}
  Trạng thái / status  hub status --home {home}
  Nhật ký / journals   {hub.simulator}/journals
  Khóa / keys          {hub.simulator}/keys"""


def _run_name() -> str:
    return f"ngay-{time.time_ns() // 1_000_000}"


def _fresh() -> int:
    """Return a seed for what the peers make up: an old home must not meet old ids again.

    What they spoil goes by the demo's own seed.
    """
    return time.time_ns() // 1_000_000_000


@contextmanager
def _home(chosen: Path | None, *, once: bool, keep: bool) -> Iterator[Path]:
    """Give the home; a temporary one is deleted at the end unless it is to be kept."""
    if chosen is not None or not once:
        yield chosen or DEFAULT_HOME
        return
    root = Path(tempfile.mkdtemp(prefix="hub-demo-"))
    try:
        yield root
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the demo in order.

    SIGINT too is set by hand: a script that starts the demo with `&` leaves it ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
