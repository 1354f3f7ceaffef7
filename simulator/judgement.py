"""The verdict's arithmetic: journals on one side, topics on the other. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.books import Books, Key, Submission
from simulator.evidence import Decided, Evidence

REFUSED_FROM: Final = 400
"""HTTP statuses from here on refuse."""
KNOWN: Final = 200
"""The answer to a message that the hub has already; 202 is the answer to a new one."""


@dataclass(slots=True, kw_only=True)
class Judgement:
    """What became of everything. `faults` must all be 0."""

    submitted: int = 0
    admitted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    lost: int = 0
    """Taken with 2xx, and then without a decision or missing in an inbox."""
    delivered: int = 0
    """(message, recipient) that stand in an inbox."""
    received: int = 0
    acknowledged: int = 0
    doubled: int = 0
    """Second decisions that admit, second copies in an inbox, statements counted twice."""
    wrong: int = 0
    """Another outcome, or another reason, than the sender expects."""
    stray: int = 0
    """In an inbox or in ingress, and nobody should have put it there."""
    altered: int = 0
    """Delivered with other bytes or attributes than were signed."""
    unanswered: int = 0
    """The hub gave no answer, and does not have it either. Not part of `submitted`."""
    unsent: int = 0
    """A system could not compose it: an object was not taken."""
    unreceived: int = 0
    """In an inbox, and its owner did not get it."""
    unsettled: int = 0
    """Stated by its recipient, and not recorded."""
    readable: list[float] = field(default_factory=list)
    """Seconds from handing in to the append to the inbox."""
    in_hand: list[float] = field(default_factory=list)
    """Seconds from handing in to the recipient's journal."""
    examples: dict[str, str] = field(default_factory=dict)
    """One message for each fault that was found."""

    @property
    def faults(self) -> dict[str, int]:
        """Return what must be 0, by name."""
        names = ("lost", "doubled", "wrong", "stray", "altered")
        more = ("unanswered", "unsent", "unreceived", "unsettled")
        return {name: getattr(self, name) for name in (*names, *more)}

    @property
    def adds_up(self) -> bool:
        """Say whether every submission has exactly one outcome."""
        refused = self.refused.total()
        return self.submitted == self.admitted + refused + self.duplicates + self.lost

    @property
    def good(self) -> bool:
        """Say whether nothing is wrong; where nothing was delivered, nothing was shown."""
        return self.adds_up and self.delivered > 0 and not any(self.faults.values())

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as one JSON object."""
        return {
            "submitted": self.submitted,
            "admitted": self.admitted,
            "refused": dict(sorted(self.refused.items())),
            "duplicates": self.duplicates,
            "delivered": self.delivered,
            "received": self.received,
            "acknowledged": self.acknowledged,
            **self.faults,
            "adds_up": self.adds_up,
            "good": self.good,
            **_latencies("", self.readable),
            **_latencies("received_", self.in_hand),
            "examples": self.examples,
        }


def judge(books: Books, evidence: Evidence) -> Judgement:
    """Return what became of all submissions, deliveries and statements."""
    judging = _Judging(books, evidence)
    judging.submissions()
    judging.deliveries()
    judging.statements()
    return judging.result


class _Judging:
    """One judgement while it is made."""

    def __init__(self, books: Books, evidence: Evidence) -> None:
        self._books, self._evidence = books, evidence
        self.result = Judgement(unsent=books.unsent)
        self._open = {key: list(found) for key, found in evidence.decisions.items()}
        self._admitted: dict[Key, Submission] = {}

    def submissions(self) -> None:
        """Give each submission its one outcome, those that were answered first."""
        for answered in (True, False):
            for one in self._books.submissions:
                if (one.status is not None) is answered:
                    self._submission(one)
        self._left_over()

    def deliveries(self) -> None:
        """Compare each inbox with what must be in it."""
        due = {(to, key) for key, one in self._admitted.items() for to in one.receivers}
        for (to, key), copies in self._evidence.inboxes.items():
            if (to, key) not in due:
                self._fault("stray", key, len(copies))
                continue
            self._delivery(to, key)

    def statements(self) -> None:
        """Compare what recipients stated with what was recorded of it."""
        for (stage, to, key), count in self._evidence.stages.items():
            self._fault("doubled", key, count - 1)
            if stage == "acknowledged" and (to, key) in self._evidence.inboxes:
                self.result.acknowledged += 1
        for to, key in self._books.received:
            recorded = self._evidence.stages["acknowledged", to, key]
            self._fault("unsettled", key, 0 if recorded else 1)

    def _submission(self, one: Submission) -> None:
        outcome, reason = self._outcome(one)
        if outcome == "unanswered":
            self._fault("unanswered", one.key)
            return
        self.result.submitted += 1
        if outcome == "refused":
            self.result.refused[reason or "?"] += 1
        elif outcome == "duplicate":
            self.result.duplicates += 1
        elif outcome == "lost":
            self._fault("lost", one.key)
        else:
            self._admit(one)
        if outcome != "lost" and (outcome, reason) != (one.outcome, one.reason):
            self._fault("wrong", one.key)

    def _outcome(self, one: Submission) -> tuple[str, str | None]:
        """Return what became of one submission, and the reason of a refusal.

        A client that had no answer sends again: then 200 is about its own first try.
        """
        if one.status is not None and one.status >= REFUSED_FROM:
            return "refused", one.code
        if one.status == KNOWN and one.key in self._admitted:
            return "duplicate", None
        decided = self._take(one)
        if decided is None:
            return ("unanswered" if one.status is None else "lost"), None
        return decided.event, decided.reason

    def _take(self, one: Submission) -> Decided | None:
        """Take the first decision that can be about these bytes; unproven ones name no hash."""
        decisions = self._open.get(one.key, [])
        for number, decided in enumerate(decisions):
            if decided.body_sha256 in {None, one.body_sha256}:
                return decisions.pop(number)
        return None

    def _admit(self, one: Submission) -> None:
        if one.key in self._admitted:
            self.result.admitted += 1
            self._fault("doubled", one.key)
            return
        self._admitted[one.key] = one
        missing = [to for to in one.receivers if not self._evidence.inboxes.get((to, one.key))]
        if one.outcome == "admitted" and missing:
            self._fault("lost", one.key)  # Admitted, and not where it should be: lost all the same.
        else:
            self.result.admitted += 1

    def _left_over(self) -> None:
        """Look at what the hub has beyond the submissions."""
        for key, decisions in self._open.items():
            # A client that had no answer sends again: one more duplicate or refusal is harmless.
            again = sum(decided.event == "admitted" for decided in decisions)
            self._fault("doubled" if key in self._admitted else "stray", key, again)
        may = self._may_be_written()
        for (key, body), count in self._evidence.ingress.items():
            if (key, body) not in may:
                self._fault("stray", key, count)

    def _may_be_written(self) -> set[tuple[Key, str]]:
        """Return what may stand in ingress: not what was refused at once, above all no secret."""
        return {
            (one.key, one.body_sha256)
            for one in self._books.submissions
            # An id may be found to be reused at once, and later when a client sends again.
            if one.status is None or one.status < REFUSED_FROM or one.code == "id_reused"
        }

    def _delivery(self, to: str, key: Key) -> None:
        first, *more = self._evidence.inboxes[to, key]
        sent = self._admitted[key]
        self._fault("doubled", key, len(more))
        same = (first.body_sha256, first.content_sha256) == (sent.body_sha256, sent.content_sha256)
        self._fault("altered", key, 0 if same else 1)
        if to in self._books.served:
            return  # Its peer's journal says what came of it: `simulator.foreign.judging`.
        self.result.delivered += 1
        self.result.readable.append(first.at - sent.at)
        came = self._books.received.get((to, key))
        if came is None:
            self._fault("unreceived", key)
        else:
            self.result.received += 1
            self.result.in_hand.append(came - sent.at)

    def _fault(self, name: str, key: Key, count: int = 1) -> None:
        if count:
            setattr(self.result, name, getattr(self.result, name) + count)
            self.result.examples.setdefault(name, "/".join(key))


def _latencies(prefix: str, seconds: list[float]) -> dict[str, float | None]:
    ordered = sorted(seconds)
    return {f"{prefix}p{part}_ms": _percentile(ordered, part) for part in (50, 95, 99)}


def _percentile(ordered: list[float], part: int) -> float | None:
    """Return the nearest-rank percentile in milliseconds."""
    if not ordered:
        return None
    rank = max(0, -(-part * len(ordered) // 100) - 1)
    return round(ordered[rank] * 1000, 1)
