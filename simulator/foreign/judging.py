"""The verdict on foreign systems: what was due, what stands at the peers, what is in inboxes. Pure.

The peers' journals are the other side's own books: that a connector says "delivered" proves nothing
here.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.books import Books, Inward
from simulator.evidence import Evidence

Effects = Mapping[tuple[str, str], int]

EXPLAINED: Final = frozenset({"outcome_unknown", "unavailable", "too_many"})
"""Reasons of dead letters that a peer which misbehaves explains: a call without an answer that must
not be made again, or one that failed at every attempt. No others, and none on a good day."""


@dataclass(slots=True, kw_only=True)
class Flow:
    """What went to one peer and came from it."""

    sent: int = 0
    """Deliveries in the inboxes that connectors serve, and things that the peer had for the hub."""
    received: int = 0
    """Of those: at the peer, or in the hub's inbox."""
    dead_letters: int = 0
    doubled: int = 0
    """Took effect more often than it was sent, or without anybody having sent it."""
    lost: int = 0
    """Neither there nor in a dead letter that the misbehaviour explains, and not refused."""
    refused: Counter[str] = field(default_factory=Counter)
    """What the peer had for the hub, and the hub did not take, by reason. Each is a fault: the
    simulator gives peers only what is right."""


@dataclass(slots=True, kw_only=True)
class ForeignJudgement:
    """The flows of all peers."""

    flows: dict[str, Flow] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    """One key for each fault of each peer."""

    @property
    def good(self) -> bool:
        """Say whether nothing is lost or doubled, and each peer has shown something."""
        return all(
            flow.received > 0 and not (flow.lost or flow.doubled or flow.refused)
            for flow in self.flows.values()
        )

    def as_json(self) -> dict[str, Any]:
        """Return the section `foreign` of the verdict."""
        return {
            peer: {
                "sent": flow.sent,
                "received": flow.received,
                "dead_letters": flow.dead_letters,
                "doubled": flow.doubled,
                "lost": flow.lost,
                "refused": dict(sorted(flow.refused.items())),
            }
            for peer, flow in self.flows.items()
        }


def judge_foreign(
    books: Books, evidence: Evidence, effects: Mapping[str, Effects], misbehave: float
) -> ForeignJudgement:
    """Return what became of everything that foreign systems sent or had to get.

    Args:
        books: the run's journals.
        evidence: the topics.
        effects: each peer's journal: kind and key to how often it took effect.
        misbehave: the share of calls that the peers spoil.
    """
    judging = _Judging(books, evidence, effects, misbehave)
    judging.to_peers()
    judging.at_peers()
    judging.from_peers()
    return judging.result


class _Judging:
    """One judgement while it is made."""

    def __init__(
        self,
        books: Books,
        evidence: Evidence,
        effects: Mapping[str, Effects],
        misbehave: float,
    ) -> None:
        self._books, self._evidence, self._effects = books, evidence, effects
        self._explained = EXPLAINED if misbehave else frozenset()
        self._refused = _refusals(evidence)
        self._unread = {source: list(found) for source, found in evidence.unread.items()}
        self.result = ForeignJudgement(flows={peer: Flow() for peer in books.peers})

    def to_peers(self) -> None:
        """Look at each delivery to a system that a connector serves."""
        for one in self._books.outward:
            if not self._evidence.inboxes.get((one.to, one.message)):
                continue  # It was not admitted, or is lost in the hub: that is told above.
            flow = self.result.flows[one.peer]
            flow.sent += 1
            reason = self._evidence.dead_letters.get((one.to, one.message))
            flow.dead_letters += reason is not None
            if self._effects[one.peer].get(one.effect):
                flow.received += 1
            elif reason not in self._explained:
                flow.lost += 1
                self._example("lost", one.peer, one.effect[1])

    def at_peers(self) -> None:
        """Look for what took effect more often than it was sent."""
        # A connector that was stopped before it had an answer asks a peer that is new, and sends.
        sent = (*self._books.outward, *self._books.earlier)
        due = Counter((one.peer, one.effect) for one in sent)
        kinds = {(one.peer, one.effect[0]) for one in self._books.outward}
        for peer, found in self._effects.items():
            for effect, count in found.items():
                # Kinds that nobody sent are the peer's own: what citizens paid, what it was told.
                if (peer, effect[0]) in kinds and count > due[peer, effect]:
                    self.result.flows[peer].doubled += count - due[peer, effect]
                    self._example("doubled", peer, effect[1])

    def from_peers(self) -> None:
        """Look at what the peers had for the hub."""
        for one in self._books.inward:
            flow, copies = self.result.flows[one.peer], self._evidence.brought[one.what]
            found = len(set(copies))
            flow.sent += one.count
            flow.received += min(found, one.count)
            for _ in range(one.count - found):
                self._missing(flow, one)
            if len(copies) > one.count:
                flow.doubled += len(copies) - one.count
                self._example("doubled", one.peer, one.what[2])

    def _missing(self, flow: Flow, one: Inward) -> None:
        """Say what became of one thing that is in no inbox: refused, with its reason, or lost."""
        source, kind, subject, _ = one.what
        # What did not become a message has no subject: it is counted for its system.
        for reasons in (self._refused[source, kind, subject], self._unread.get(source, [])):
            if reasons:
                flow.refused[reasons.pop()] += 1
                self._example("refused", one.peer, subject)
                return
        flow.lost += 1
        self._example("lost", one.peer, subject)

    def _example(self, fault: str, peer: str, key: str) -> None:
        self.result.examples.setdefault(f"{peer} {fault}", key)


def _refusals(evidence: Evidence) -> defaultdict[tuple[str, str, str], list[str]]:
    """Return why messages of connectors were refused, by source, type and subject."""
    found: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for key, reason in evidence.turned_down.items():
        if key in evidence.carried:
            found[key[0], *evidence.carried[key]].append(reason)
    return found
