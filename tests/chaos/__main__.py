"""`python -m tests.chaos`: a storm of any size; exit status 1 when the hub broke a promise."""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import outages
from tests.chaos.drill import Drill
from tests.chaos.flow import FULL, every_point, show, storm

PARTS = ("storm", "points", "outages")


def main():
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None, help="repeats the moments of a run")
    parser.add_argument("--only", choices=PARTS, default=None)
    options = parser.parse_args()
    seed = int(time.time()) if options.seed is None else options.seed
    sys.stdout.write(f"seed {seed}: repeat with --seed {seed}\n")
    logging.getLogger("lgsp_client").setLevel(logging.ERROR)
    try:
        run(seed, options.messages, options.only)
    except AssertionError as violated:
        sys.stderr.write(f"\nVIOLATED (seed {seed})\n{violated}\n")
        return 1
    sys.stdout.write("\nNothing was lost, doubled, misplaced, reordered or made up.\n")
    return 0


def run(seed, messages, only):
    """Run what was asked for, each part on a hub of its own; all of it by default."""
    for part in PARTS if only is None else (only,):
        with tempfile.TemporaryDirectory(prefix="hub-chaos-") as name:
            directory = Path(name)
            with Drill(directory / "hub", seed) as drill:
                run_part(part, drill, directory, messages)


def run_part(part, drill, directory, messages):
    """Run one part and show its figures."""
    if part == "storm":
        show("storm", storm(drill, messages, FULL))
    elif part == "points":
        show("named points", every_point(drill, directory))
    else:
        show("without SQL", outages.routes_without_sql(drill))
        show("without broker", outages.refuses_without_broker(drill))


if __name__ == "__main__":
    sys.exit(main())
