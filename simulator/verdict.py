"""`python -m simulator.verdict`: what became of a day, told by the journals and by Kafka alone.

A process of its own. It asks neither the hub's API nor its counters nor its database: it compares
what the senders wrote down with what stands in the topics for a `read_committed` reader, and with
what the foreign systems say that they have.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from confluent_kafka import KafkaException
from rich.console import Console

from simulator.books import Books, read_books
from simulator.evidence import Evidence, Reader
from simulator.foreign.control import effects_of
from simulator.foreign.judging import ForeignJudgement, judge_foreign
from simulator.foreign.peers import Peers
from simulator.judgement import Judgement, judge
from simulator.report import table_of

PATIENCE_SECONDS: Final = 15.0
"""Longest wait for decisions that are still on their way; a good day needs less than a second."""
EX_UNREADABLE: Final = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """On the hub, and on what it did with foreign systems."""

    hub: Judgement
    foreign: ForeignJudgement
    noted: dict[str, int]
    """What a reorganisation has left in the audit, by kind."""

    @property
    def good(self) -> bool:
        """Say whether nothing is wrong."""
        return self.hub.good and self.foreign.good

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as one JSON object."""
        told = self.hub.as_json()
        examples = {**told["examples"], **self.foreign.examples}
        foreign = self.foreign.as_json()
        told = {**told, "foreign": foreign, "examples": examples, "good": self.good}
        return told | {"reorganisation": self.noted} if any(self.noted.values()) else told


def verdict(bootstrap: str, journals: Path, patience: float, peers: Peers | None = None) -> Verdict:
    """Return the judgement of the run whose journals stand in `journals`.

    Raises:
        KafkaException: the broker does not answer.
        OSError, ValueError, KeyError: the journals, or those of a peer, cannot be read.
    """
    books = read_books(journals)
    evidence = Evidence(run=journals.name, served=books.served, begun=books.begun)
    end = time.monotonic() + patience
    with Reader(bootstrap, evidence) as reader:
        reader.read_all()
        while not (found := _judged(books, evidence, peers)).good and time.monotonic() < end:
            reader.read_on()
        # Once more: what must not be there may come late.
        reader.read_on()
        return _judged(books, evidence, peers) if found.good else found


def _judged(books: Books, evidence: Evidence, peers: Peers | None) -> Verdict:
    effects = {} if peers is None else {str(peer): effects_of(peers, peer) for peer in peers.facts}
    misbehave = 0.0 if peers is None else peers.misbehave
    foreign = judge_foreign(books, evidence, effects, misbehave)
    return Verdict(judge(books, evidence), foreign, dict(evidence.noted))


def main() -> int:
    """Judge and print; return 0 if all is well, 1 if anything is wrong, 2 if it cannot be told."""
    told = _parser().parse_args()
    try:
        peers = Peers.load(told.peers) if told.peers else None
        judgement = verdict(told.bootstrap, told.journals, told.patience, peers)
    except (KafkaException, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"verdict: cannot be told: {error}\n")
        return EX_UNREADABLE
    result = judgement.as_json()
    if told.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        Console().print(table_of(result))
    return 0 if judgement.good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.verdict", description=__doc__)
    parser.add_argument("--bootstrap", required=True, help="Kafka brokers, host:port")
    parser.add_argument("--journals", required=True, type=Path, help="folder of the run's journals")
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds [15]")
    parser.add_argument("--peers", type=Path, help="file of the foreign systems, asked for theirs")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
