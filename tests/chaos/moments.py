"""Kills, freezes and replacements at random moments while messages flow."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

FROZEN_SECONDS = 4.0
"""How long a zombie sleeps at least: its successor needs about as long to take over."""

ZOMBIE_SECONDS = 60
"""Longest wait until a thawed zombie notices that it was replaced."""

SETTLED_SECONDS = 120

CALM_SECONDS = 1.5
"""What happened longer before a kill than this is over."""

TAKEOVER_MARGIN = 0.05
"""Seconds after a kill in which the broker may still finish what it had taken before."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that is done to the hub once so many messages were sent."""

    at: int
    what: str

    def __str__(self) -> str:
        return f"{self.what}@{self.at}"


def plan(chance, first, count, numbers):
    """Return so many moments of each kind, in random order, each in its part of `count` messages.

    The parts are equal; where in its part a moment falls is random, so some come close together.
    """
    kinds = [what for what, number in numbers.items() for _ in range(number)]
    chance.shuffle(kinds)
    part = count // (len(kinds) + 1)
    return [
        Moment(first + part * number + chance.randint(part // 4, part), what)
        for number, what in enumerate(kinds)
    ]


@dataclass
class Told:
    """What was done and measured."""

    done: list[str] = field(default_factory=list)
    began: list[tuple[str, float]] = field(default_factory=list)
    """What began when: seconds since 1970."""
    frozen: int = 0
    zombie_status: int | None = None


class Turmoil:
    """Does the moments of a plan, each in turn, while the senders go on."""

    def __init__(self, drill, moments):
        self._drill, self._left = drill, list(moments)
        self.told = Told()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="turmoil")
        self._doing = []

    def look(self):
        """Do what is due by now; called by the senders after each request."""
        while self._left and self._drill.traffic.sent >= self._left[0].at:
            self._doing.append(self._pool.submit(self._do, self._left.pop(0)))

    def is_over(self):
        """Say whether all moments were done, or have failed."""
        return not self._left and all(doing.done() for doing in self._doing)

    def finish(self):
        """Return what was done, once all of it is done.

        Raises:
            AssertionError: a process did not come back.
        """
        for doing in self._doing:
            doing.result()
        self._pool.shutdown()
        assert not self._left, f"not reached: {self._left}"
        return self.told

    def _do(self, moment):
        self.told.done.append(str(moment))
        self.told.began.append((moment.what, time.time()))
        if moment.what == "zombie":
            self._zombie()
        elif moment.what.startswith("slow"):
            self._slow(float(moment.what.removeprefix("slow-")))
        elif moment.what.startswith("nap"):
            self._nap(float(moment.what.removeprefix("nap-")))
        elif moment.what == "broker":
            self._kill_broker()
        elif moment.what == "all":
            for kept in self._drill.fleet.processes.values():
                kept.kill()
            self._kill_broker()
        else:
            self._kill(moment.what)

    def _kill(self, name):
        fleet = self._drill.fleet
        ends, openings = len(fleet.processes[name].ends), fleet.openings()
        fleet.processes[name].kill()
        fleet.await_that(lambda: len(fleet.processes[name].ends) > ends)
        fleet.await_that(lambda: fleet.is_ready(name), SETTLED_SECONDS)
        if name == "router":
            # It is ready when it knows the rules; what is measured is when it routes again.
            fleet.await_that(lambda: fleet.openings() > openings, SETTLED_SECONDS)

    def _kill_broker(self):
        fleet = self._drill.fleet
        starts = fleet.broker.starts
        fleet.broker.kill()
        fleet.await_that(lambda: fleet.broker.starts > starts, SETTLED_SECONDS)

    def _nap(self, seconds):
        """Freeze the router, with nobody to replace it, for longer than its transaction may take.

        The broker then ends the transaction, and the router may end too, to be started again.
        """
        fleet = self._drill.fleet
        router = fleet.processes["router"]
        router.signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            router.signal(signal.SIGCONT)
        fleet.await_that(lambda: fleet.is_ready("router"), SETTLED_SECONDS)

    def _slow(self, seconds):
        broker = self._drill.fleet.broker
        broker.signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            broker.signal(signal.SIGCONT)
        self._drill.fleet.await_that(lambda: self._drill.fleet.readiness() == 200)

    def _zombie(self):
        """Freeze the router, let a second one take its share, thaw the first: it must go."""
        fleet = self._drill.fleet
        zombie = fleet.processes["router"]
        fleet.await_that(lambda: fleet.is_ready("router"))
        # One that was frozen before it took its share would take it after its successor.
        fleet.await_that(lambda: fleet.is_routing(zombie), SETTLED_SECONDS)
        ends = len(zombie.ends)
        zombie.let_go()
        zombie.signal(signal.SIGSTOP)
        frozen = time.monotonic()
        fleet.retired.append(zombie)
        fleet.processes["router"] = fleet.keep("router", log=f"router-{len(fleet.retired) + 1}")
        # A zombie frozen while it held the cache's lock would keep its successor waiting: that
        # is bounded here, and in a real hub by its supervisor.
        while not fleet.is_ready("router") and time.monotonic() - frozen < SETTLED_SECONDS:
            time.sleep(0.1)
        time.sleep(max(0.0, FROZEN_SECONDS - (time.monotonic() - frozen)))
        zombie.signal(signal.SIGCONT)
        self.told.zombie_status = zombie.await_end(ends + 1, ZOMBIE_SECONDS)
        self.told.frozen += 1


def takeovers(began, arrivals):
    """Return the seconds from each kill of a router until the next message stood in an inbox.

    Only of kills that nothing else came upon in between, and nothing shortly before.
    """
    found = []
    for what, moment in began:
        ends = [at for at in arrivals if at > moment + TAKEOVER_MARGIN]
        if what != "router" or not ends:
            continue
        others = [at for _, at in began if at != moment]
        if not any(moment - CALM_SECONDS < at < min(ends) for at in others):
            found.append(round(min(ends) - moment, 2))
    return found
