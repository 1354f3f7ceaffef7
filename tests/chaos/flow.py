"""The large drill: messages flow while everything is killed, and afterwards all agrees."""

import random
import sys
import time

from tests.chaos.drill import Violated
from tests.chaos.moments import Turmoil, plan, takeovers
from tests.chaos.pointing import Pointing
from tests.chaos.points import all_points

RATE = 250
"""Messages a second: below what the hub can take on two cores, so that it catches up in between."""

FULL = {
    "router": 5,
    "api": 4,
    "recorder": 3,
    "broker": 2,
    "all": 1,
    "zombie": 2,
    "slow-8": 1,
    "slow-12": 1,
    "nap-12": 1,
}
"""How often each happens. `slow`: the broker stands still for so many seconds, less and more than
the transaction timeout of 10 s. `nap`: so does the router. `all`: everything dies at once."""

SHORT = {"router": 1, "broker": 1}


def storm(drill, count, numbers):
    """Send `count` messages and more while the moments happen; return all figures.

    Moments take their time, and the last come late. Without messages they would show nothing: a
    zombie that has nothing to route does not notice that it was replaced.

    Raises:
        Violated: the hub broke a promise.
    """
    began = time.monotonic()
    moments = plan(random.Random(drill.seed + 1), drill.traffic.sent, count, numbers)
    turmoil = Turmoil(drill, moments)
    drill.send(count, RATE, turmoil.look, turmoil.is_over)
    told = turmoil.finish()
    figures = drill.verify()
    return {
        "seed": drill.seed,
        "kills": told.done,
        "takeover_s": takeovers(told.began, drill.ledger.arrivals),
        "broker_away_s": [round(away, 1) for away in drill.fleet.broker.down_seconds],
        "zombie_exit_status": told.zombie_status,
        "seconds": round(time.monotonic() - began, 1),
        **figures,
    }


def show(title, figures):
    """Print figures, one line each."""
    lines = [f"\n== {title}", *(f"{name}: {figure}" for name, figure in figures.items())]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def every_point(drill, marks, points=None):
    """Kill the hub at every named point in turn; return which were hit and what was counted.

    `marks` is a directory for the proofs.

    Raises:
        Violated: the hub broke a promise; the text names the point.
    """
    pointing = Pointing(drill, marks)
    figures: dict[str, object] = {}
    for point in points or all_points():
        try:
            figures = pointing.kill_at(point)
        except AssertionError as violated:
            raise Violated(f"killed at {point}: {violated}") from violated
    return {"seed": drill.seed, "hit": pointing.hit, **figures}
