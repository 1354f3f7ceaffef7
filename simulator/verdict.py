"""`python -m simulator.verdict`: what became of a day, told by the journals and by Kafka alone.

A process of its own. It asks neither the hub's API nor its counters nor its database: it compares
what the senders wrote down with what stands in the topics for a `read_committed` reader.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaException
from rich.console import Console

from simulator.books import read_books
from simulator.evidence import Evidence, Reader
from simulator.judgement import Judgement, judge
from simulator.report import table_of

PATIENCE_SECONDS: Final = 15.0
"""Longest wait for decisions that are still on their way; a good day needs less than a second."""
EX_UNREADABLE: Final = 2


def verdict(bootstrap: str, journals: Path, patience: float) -> Judgement:
    """Return the judgement of the run whose journals stand in `journals`.

    Raises:
        KafkaException: the broker does not answer.
        OSError, ValueError, KeyError: the journals cannot be read.
    """
    books, evidence = read_books(journals), Evidence(run=journals.name)
    end = time.monotonic() + patience
    with Reader(bootstrap, evidence) as reader:
        reader.read_all()
        while not (judgement := judge(books, evidence)).good and time.monotonic() < end:
            reader.read_on()
        # Once more: what must not be there may come late.
        reader.read_on()
        return judge(books, evidence) if judgement.good else judgement


def main() -> int:
    """Judge and print; return 0 if all is well, 1 if anything is wrong, 2 if it cannot be told."""
    told = _parser().parse_args()
    try:
        judgement = verdict(told.bootstrap, told.journals, told.patience)
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
    parser.add_argument("--json", action="store_true", help="one JSON object in place of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
