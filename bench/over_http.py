"""The whole hub over HTTP: all processes on, 200 systems, one load generator beside it."""

import contextlib
import sqlite3
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk

from bench import http_load
from bench.data import TYPE, Province, body
from bench.effort import Effort
from bench.http_client import Target
from bench.http_load import Sent
from bench.inboxes import Routed, count_inboxes
from bench.percentiles import milliseconds
from bench.procfs import cpu_seconds, share_mb
from hub.cli.demo_hub import DemoHub, running
from hub.cli.errors import CommandFailed
from hub.cli.supervisor import status_of

Found = dict[str, Any]

PACED_RATE: Final = 300
TAKEOVER_RATE: Final = 100
KILL_SECONDS: Final = 3.0
"""A router is killed so long after the first message."""

DRAIN_SECONDS: Final = 600.0
"""After this the hub has failed to catch up; the budget is shorter."""

_CHANGE_SECONDS: Final = 120
_LOOK_SECONDS: Final = 0.5
_LAST_CHARS: Final = 1_000


@dataclass(slots=True, kw_only=True)
class Bench:
    """One hub under measurement, and what it has accepted so far."""

    hub: DemoHub
    target: Target
    names: tuple[str, ...]
    pool: ProcessPoolExecutor
    tell: Callable[[str], None]
    accepted: list[bytes] = field(default_factory=list)

    def run(self, phase: Callable[..., Sent], *arguments: Any, **options: Any) -> Sent:
        """Run a phase in the load generator's process."""
        sent = self.pool.submit(phase, self.target, *arguments, **options).result()
        self.accepted += sent.accepted
        return sent

    def pids(self) -> dict[str, int]:
        """Return the hub's processes by name, with the broker and the supervisor."""
        found = {row.name: row.pid for row in status_of(self.hub.home).rows if row.pid}
        return found | {"supervisor": int(self.hub.home.lock.read_text())}


def measure(province: Province, effort: Effort, tell: Callable[[str], None]) -> Found:
    """Return what the whole hub does, phase by phase."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as folder,
        _ready(Path(folder) / "home", province, tell) as bench,
    ):
        sustained = _sustained(bench, effort)
        paced = _paced(bench, effort)
        return {
            **sustained,
            **paced,
            **_killed(bench, effort),
            **_idle(bench, effort),
            **_batches(bench, effort),
            **_loss(bench),
            "memory_mb": _memory(bench),
        }


@contextmanager
def _ready(root: Path, province: Province, tell: Callable[[str], None]) -> Iterator[Bench]:
    tell("http: starting the hub")
    with _started(root) as hub, ProcessPoolExecutor(1, get_context("spawn")) as pool:
        url = urlsplit(hub.url)
        keys = [
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            for key in province.keys
        ]
        target = Target(
            host=url.hostname or "",
            port=url.port or 0,
            hub=hub.hub,
            keys=tuple(zip(province.names, keys, strict=True)),
            body=body(),
        )
        tell(f"http: registering {len(keys)} systems")
        register(hub, province)
        names = tuple(province.names)
        yield Bench(hub=hub, target=target, names=names, pool=pool, tell=tell)


@contextmanager
def _started(root: Path) -> Iterator[DemoHub]:
    """Give a running hub; one that does not start says why, for its logs go with its home."""
    try:
        with running(root) as hub:
            yield hub
    except CommandFailed as failure:
        log = root / "logs" / "up.log"
        last = log.read_text(errors="replace")[-_LAST_CHARS:] if log.exists() else ""
        raise CommandFailed(f"{failure}\n{last}".strip()) from failure


def register(hub: DemoHub, province: Province) -> None:
    """Make the province known to a hub, and return once its rules are published."""
    changes = [change for n in range(len(province.names)) for change in _agency(hub, province, n)]
    version = _admin(hub, "changes", {"reason": "Đo hiệu năng (mẫu)", "changes": changes})
    end = time.monotonic() + _CHANGE_SECONDS
    while True:
        head = _admin(hub, "rules")
        if head["published"] and head["version"] >= version["version"]:
            break
        if time.monotonic() > end:
            raise RuntimeError(f"the rules are not published: {head['problem']}")
        time.sleep(_LOOK_SECONDS)
    # API and router follow within milliseconds; nothing tells a stranger when.
    time.sleep(2)


def _agency(hub: DemoHub, province: Province, number: int) -> list[Found]:
    name, key = province.names[number], province.keys[number]
    jti, now = uuid.uuid4().hex, datetime.now(UTC)
    proof = sign_key_proof(key, "ES256", system=name, hub=hub.hub, at=now, jti=jti)
    owner = {"organisation": f"org-{name}"}
    title = f"Xã Mẫu {number}"
    jwk = {"jwk": public_jwk(key.public_key()), "alg": "ES256", "proof": proof}
    right = {"types": [TYPE], "recipients": ["urn:hub:all"]}
    return [
        {"change": "put_organisation", "id": f"org-{name}", "name": title, "level": "commune"},
        {"change": "put_code", "code": f"H99.{number:03d}", "scheme": "qd20", **owner},
        {"change": "put_system", "system": name, "name": title, **owner},
        {"change": "register_key", "system": name, **jwk},
        {"change": "put_endpoint", "system": name, "types": [TYPE], **owner},
        {"change": "put_right", "id": f"right-{name}", "system": name, **right},
    ]


def _admin(hub: DemoHub, path: str, asked: Found | None = None) -> Found:
    request = urllib.request.Request(  # noqa: S310  (our own hub on loopback)
        f"{hub.url}/v1/admin/{path}",
        data=None if asked is None else orjson.dumps(asked),
        headers={
            "authorization": f"Bearer {hub.home.admin_token()}",
            "content-type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=_CHANGE_SECONDS) as answer:  # noqa: S310  (likewise)
        found: Found = orjson.loads(answer.read())
    return found


def _sustained(bench: Bench, effort: Effort) -> Found:
    bench.tell(f"http: one by one for {effort.sustained_s:g} s")
    sent, cpu = _with_cpu(
        bench, http_load.sustained, effort.sustained_s, int(effort.sustained_s * effort.most_per_s)
    )
    drained = _drain(bench)
    bench.tell(f"http: {sent.per_s:,.0f}/s one by one; views behind for {drained['views']} s")
    return {
        "sustained_per_s": round(sent.per_s),
        "sustained": {
            "answer_ms": milliseconds(sent.answered),
            "turned_away": sent.turned_away,
            "drain_s": drained,
            "cpu_us_per_message": cpu,
        },
    }


def _paced(bench: Bench, effort: Effort) -> Found:
    found = {}
    for stream, name in ((False, "at_300_per_s"), (True, "at_300_per_s_stream")):
        bench.tell(f"http: {PACED_RATE}/s, received by {'event stream' if stream else 'long poll'}")
        sent = bench.run(http_load.paced, PACED_RATE, effort.paced_s, stream=stream)
        found[name] = {
            **{f"{part}_ms": value for part, value in milliseconds(sent.received).items()},
            "answer_ms": milliseconds(sent.answered),
            "turned_away": sent.turned_away,
        }
    return found


def _killed(bench: Bench, effort: Effort) -> Found:
    bench.tell(f"http: kill -9 of the router at {TAKEOVER_RATE}/s")
    sent = bench.run(
        http_load.paced,
        TAKEOVER_RATE,
        effort.takeover_s,
        stream=True,
        kill=(bench.pids()["router"], KILL_SECONDS),
    )
    return {"takeover_s": round(max(sent.received), 2)}


def _idle(bench: Bench, effort: Effort) -> Found:
    bench.tell(f"http: {effort.polls} idle long polls")
    api = bench.pids()["api"]
    arguments = (bench.target, effort.polls, effort.idle_s, api)
    share = bench.pool.submit(http_load.idle_polls, *arguments).result()
    return {"idle_polls_percent": round(share * 100, 1), "idle_polls": effort.polls}


def _batches(bench: Bench, effort: Effort) -> Found:
    bench.tell(f"http: batches of {http_load.BATCH} for {effort.batches_s:g} s")
    most = int(effort.batches_s * effort.most_batched_per_s)
    sent, cpu = _with_cpu(bench, http_load.batches, effort.batches_s, most)
    bench.tell(f"http: {sent.per_s:,.0f}/s in batches; waiting until all is routed and recorded")
    return {
        "batches_per_s": round(sent.per_s),
        "batches": {
            "answer_ms": milliseconds(sent.answered),
            "turned_away": sent.turned_away,
            "cpu_us_per_message": cpu,
        },
        "drain_s": _drain(bench),
    }


def _loss(bench: Bench) -> Found:
    bench.tell("http: counting the inboxes")
    counts = count_inboxes(bench.hub.bootstrap, bench.names)
    accepted = set(bench.accepted)
    return {
        "accepted": len(accepted),
        "lost": sum(id_ not in counts for id_ in accepted),
        "doubled": sum(count > 1 for count in counts.values()),
    }


def _memory(bench: Bench) -> dict[str, float]:
    used = {name: share_mb(pid) for name, pid in bench.pids().items()}
    return used | {"total": round(sum(used.values()), 1)}


def _with_cpu(
    bench: Bench, phase: Callable[..., Sent], *arguments: Any
) -> tuple[Sent, dict[str, int]]:
    """Run a phase; return also each process's CPU per accepted message, in microseconds."""
    pids = bench.pids()
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    sent = bench.run(phase, *arguments)
    count = max(1, len(sent.accepted))
    used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    return sent, {name: round(seconds / count * 1e6) for name, seconds in used.items()}


def _drain(bench: Bench) -> dict[str, float]:
    """Wait until everything accepted is routed and recorded; return the seconds that it took.

    Raises:
        RuntimeError: it was not within `DRAIN_SECONDS`.
    """
    begun = time.monotonic()
    took: dict[str, float] = {}
    with contextlib.closing(
        Routed(bench.hub.bootstrap, bench.hub.home.identity().partitions)
    ) as way:
        waits: dict[str, Callable[[], bool]] = {
            "router": lambda: way.position() >= way.end(),
            "views": lambda: _recorded(bench) >= len(bench.accepted),
        }
        for name, done in waits.items():
            while not done():
                if time.monotonic() - begun > DRAIN_SECONDS:
                    raise RuntimeError(f"{name} not drained after {DRAIN_SECONDS:g} s")
                time.sleep(_LOOK_SECONDS)
            took[name] = round(time.monotonic() - begun, 1)
    return took


def _recorded(bench: Bench) -> int:
    """Return how many messages the search projection knows."""
    where = f"file:{bench.hub.home.database}?mode=ro"
    with contextlib.closing(sqlite3.connect(where, uri=True, timeout=30)) as database:
        (count,) = database.execute("SELECT count(*) FROM messages").fetchone()
    return int(count)
