"""`python -m simulator`: play a working day of the registered province at a hub."""

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path

from simulator.agencies import Tiers
from simulator.foreign.peers import Peers
from simulator.player import NotReady, Options, play
from simulator.province import Province
from simulator.reorganisation import with_neighbours


def main() -> int:
    """Play; return 0 when the day was played, 1 when the hub did not admit the first message."""
    told = _parser().parse_args()
    # 64 systems that each tell of each retry would bury the progress; the journals know the end.
    logging.getLogger("lgsp_client").setLevel(logging.ERROR)
    province = Province.of(Tiers(told.tiers))
    options = Options(
        url=told.hub,
        hub=told.hub_id,
        home=told.home,
        province=with_neighbours(province) if told.reorganise else province,
        rate=told.rate,
        speed=told.speed,
        seed=told.seed,
        run=told.run or f"ngay-{time.time_ns() // 1_000_000}",
        peers=Peers.load(told.peers) if told.peers else None,
        reorganise=told.reorganise,
    )
    try:
        asyncio.run(play(options))
    except NotReady as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--hub", required=True, help="address of the hub")
    parser.add_argument("--hub-id", required=True, help="the hub's id, which is signed for")
    parser.add_argument("--home", required=True, type=Path, help="where keys and journals stand")
    parser.add_argument("--tiers", default="three", choices=list(Tiers))
    parser.add_argument("--rate", type=float, default=60.0, help="messages in a second [60]")
    parser.add_argument("--speed", type=float, default=760.0, help="times faster than a day [760]")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another day [1]")
    parser.add_argument("--run", help="name of the run: begins every message's id")
    parser.add_argument("--peers", type=Path, help="file of the foreign systems that take part")
    parser.add_argument(
        "--reorganise",
        action="store_true",
        help="say `noon`, wait for a line, then expect the reorganised province",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
