"""Plays the matters with foreign systems beside the day, and waits for their ends."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Final

import httpx2

from simulator.foreign.matters import A_DAY, LEAST, USUAL, Matter, Scene
from simulator.foreign.matters import dossier as hand_in
from simulator.foreign.peers import Peer
from simulator.foreign.stage import GivenUp
from simulator.waiting import stopped_before

LAST_START: Final = 0.7
"""Nothing begins in the last part of a day: what a peer spoils is tried again after seconds."""
END_SECONDS: Final = 60.0
"""Longest wait for the ends of matters after the day; the verdict names what is missing then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """When a matter begins."""

    at: float
    """As a part of the day, from 0 to 1."""
    matter: Matter
    number: int


def dossiers(peers: tuple[Peer, ...], count: int) -> int:
    """Return how many dossiers come from the national portal on a day of `count` messages."""
    return sum(
        _number(usual, count)
        for peer in peers
        for matter, usual in A_DAY[peer]
        if matter is hand_in
    )


def _number(usual: int, count: int) -> int:
    return max(LEAST, round(usual * count / USUAL))


def cues(peers: tuple[Peer, ...], *, count: int, seed: int) -> list[Cue]:
    """Return the matters of a day with `count` other messages, in order of time."""
    chance = random.Random(seed)  # noqa: S311  (a plan that can be repeated, not a secret)
    wanted = [
        matter
        for peer in peers
        for matter, usual in A_DAY[peer]
        for _ in range(_number(usual, count))
    ]
    # One sequence of numbers for all: a code is never given to two matters.
    made = [
        Cue(at=chance.uniform(0.0, LAST_START), matter=matter, number=number)
        for number, matter in enumerate(wanted)
    ]
    return sorted(made, key=lambda cue: (cue.at, cue.number))


class ForeignDay:
    """The matters of one day while they are played."""

    def __init__(
        self, scene: Scene, peers: tuple[Peer, ...], wanted: list[Cue], counts: Counter[str]
    ) -> None:
        self._scene, self._peers, self._cues, self.counts = scene, peers, wanted, counts

    async def play(self, seconds: float, stop: asyncio.Event) -> None:
        """Begin each matter at its time, wait for the ends of all; `stop` begins no more."""
        watching = asyncio.create_task(self._scene.stage.watch(self._peers))
        begun = asyncio.get_running_loop().time()
        matters = []
        try:
            for cue in self._cues:
                if await stopped_before(stop, begun + cue.at * seconds):
                    break
                matters.append(asyncio.create_task(self._one(cue)))
            await self._ends(matters)
        finally:
            for task in (watching, *matters):
                task.cancel()
            await asyncio.gather(watching, *matters, return_exceptions=True)

    async def _ends(self, matters: list[asyncio.Task[None]]) -> None:
        if matters:
            _, late = await asyncio.wait(matters, timeout=END_SECONDS)
            self.counts["foreign_late"] += len(late)

    async def _one(self, cue: Cue) -> None:
        try:
            await cue.matter(self._scene, cue.number)
        except GivenUp:
            self.counts["foreign_given_up"] += 1
        except httpx2.HTTPError:
            self.counts["foreign_trouble"] += 1
        else:
            self.counts["foreign_ended"] += 1
