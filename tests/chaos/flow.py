"""The large drill: messages flow while everything is killed, and afterwards all agrees."""

import random
import sys
import time

from tests.chaos.drill import Drill, Violated
from tests.chaos.moments import Turmoil, plan, takeovers
from tests.chaos.pointing import Pointing
from tests.chaos.points import all_points

RATE = 250
"""Messages a second: below what the hub can take on two cores, so that it catches up in between."""

FULL = {"router": 5, "api": 4, "recorder": 3, "broker": 2, "zombie": 2, "slow-8": 1, "slow-12": 1}
SHORT = {"router": 1, "broker": 1}


def storm(root, seed, count, numbers):
    """Send `count` messages while the moments happen; return all figures.

    Raises:
        Violated: the hub broke a promise.
    """
    began = time.monotonic()
    with Drill(root, seed) as drill:
        moments = plan(random.Random(seed + 1), count, numbers)
        turmoil = Turmoil(drill, moments)
        drill.send(count, RATE, turmoil.look)
        turmoil.look()
        told = turmoil.finish()
        figures = drill.verify()
        return {
            "seed": seed,
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


def every_point(root, seed, points=None):
    """Kill the hub at every named point in turn; return which were hit and what was counted.

    Raises:
        Violated: the hub broke a promise; the text names the point.
    """
    with Drill(root, seed) as drill:
        pointing = Pointing(drill, root)
        figures: dict[str, object] = {}
        for point in points or all_points():
            try:
                figures = pointing.kill_at(point)
            except AssertionError as violated:
                raise Violated(f"killed at {point}: {violated}") from violated
        return {"seed": seed, "hit": pointing.hit, **figures}
