"""The hub of `hub demo`: made, started and stopped by the commands that an operator would use."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.cli.supervisor import status_of
from hub.io.embedded.ports import LOOPBACK, free_port, is_free
from hub.io.embedded.process import GUARD

HUB_ID: Final = "lgsp-mau"
BROKER_PORT: Final = 19_092
API_PORT: Final = 8640
COUNTER_PORT: Final = 8641
START_SECONDS: Final = 600.0
"""Longest start: on a fresh machine Java and the broker's jars are downloaded first."""
STOP_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1
_PASSED_ON: Final = frozenset({"HUB_LOG_LEVEL", "HUB_BROKER_HEAP_MB"})
"""The only settings of the surroundings that the demo's hub takes: it stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoHub:
    """Where the demo's hub is."""

    home: Home
    bootstrap: str
    url: str
    counter: str
    """Where foreign systems call the hub's connectors."""
    first_password: str | None = None
    """Of the account `admin`; None: the home was there before, and so was the account."""

    @property
    def hub(self) -> str:
        """Return the hub's id."""
        return self.home.identity().hub

    @property
    def simulator(self) -> Path:
        """Return the folder of the province's keys and journals."""
        return self.home.root / "simulator"


Around = Callable[[Home], AbstractContextManager[Mapping[str, str]]]
"""What stands around a hub that is made and not started yet: gives settings of it."""


@contextmanager
def alone(_home: Home) -> Iterator[Mapping[str, str]]:
    """Give no settings: nothing stands around it."""
    yield {}


@contextmanager
def running(root: Path, around: Around = alone) -> Iterator[DemoHub]:
    """Give a hub whose processes are ready; stop it at the end.

    Raises:
        CommandFailed: it could not be made or started; the text says why.
    """
    home = Home(root=root.absolute())
    broker, api, counter = _port(BROKER_PORT), _port(API_PORT), _port(COUNTER_PORT)
    environ = _environ(home, broker, api) | _of_connectors(counter)
    hub = DemoHub(
        home=home,
        bootstrap=f"{LOOPBACK}:{broker}",
        url=f"http://{LOOPBACK}:{api}",
        counter=f"http://{LOOPBACK}:{counter}",
        first_password=_init(home, environ),
    )
    with around(home) as settings:
        process = _up(home, environ | dict(settings))
        try:
            _await_ready(home, process)
            yield hub
        finally:
            _stop(process)


def _port(usual: int) -> int:
    return usual if is_free(usual) else free_port()


def _environ(home: Home, broker: int, api: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HUB_") or name in _PASSED_ON
    }
    controller = broker + 1 if is_free(broker + 1) else free_port()
    return kept | {
        "HUB_HOME": str(home.root),
        "HUB_KAFKA_BOOTSTRAP": f"{LOOPBACK}:{broker}",
        "HUB_BROKER_CONTROLLER_PORT": str(controller),
        "HUB_API_PORT": str(api),
    }


def _of_connectors(counter: int) -> dict[str, str]:
    # The sandbox peers listen on loopback, as everything of the demo does; a second person
    # approves it all the same.
    return {"HUB_CONNECTORS_PORT": str(counter), "HUB_CONNECTORS_ALLOW_LOOPBACK": "true"}


def _init(home: Home, environ: Mapping[str, str]) -> str | None:
    """Make the hub; return the first password of its console where it was made now."""
    # An old home keeps its id: it is fixed for ever.
    named = [] if home.identity_file.exists() else ["--hub", HUB_ID]
    made = subprocess.run(  # noqa: S603  (our own command, no shell)
        [*_hub("init", "--json"), *named], env=environ, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise CommandFailed(f"hub init: {made.stderr.strip()}")
    password: str | None = json.loads(made.stdout)["first_password"]
    return password


def _up(home: Home, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # The guard: if this process is killed, the kernel ends the hub with it.
    command = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *_hub("up", "--json")]
    with (home.logs / "up.log").open("ab") as log:
        # A session of its own: Ctrl-C reaches the demo alone, which stops everything in order.
        return subprocess.Popen(  # noqa: S603  (our own command, no shell)
            command, env=environ, stdout=log, start_new_session=True
        )


def _hub(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "hub.cli.main", *arguments]


def _await_ready(home: Home, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while not status_of(home).ready:
        if process.poll() is not None:
            raise CommandFailed(f"hub up has ended ({process.returncode}); see {home.logs}")
        if time.monotonic() > end:
            raise CommandFailed(f"the hub is not ready after {START_SECONDS:.0f} s: {home.logs}")
        time.sleep(_LOOK_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
