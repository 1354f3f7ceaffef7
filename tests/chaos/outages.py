"""A store is away: the hub says so, goes on with what it can, and comes back by itself."""

import sqlite3
import time
from contextlib import contextmanager

import pytest
from lgsp_client import Backoff, HubUnavailable, SyncHubClient

from tests.chaos.verdict import is_settled

LOAD = 150
RATE = 100

AWAY_SECONDS = 60
"""Longest wait until the hub notices that its broker is gone."""


@contextmanager
def locked_sql(database):
    """Hold the database locked: whoever wants to write in it waits, and then is told no."""
    connection = sqlite3.connect(database, timeout=30, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def no_sql(fleet):
    """Start API, router and recorder anew with a database that cannot be opened."""
    nowhere = {"HUB_SQL_URL": f"sqlite:///{fleet.home.root / 'missing' / 'hub.db'}"}
    _restart(fleet, nowhere)
    try:
        yield
    finally:
        _restart(fleet, {})


def _restart(fleet, more):
    for kept in fleet.processes.values():
        before = kept.pid
        kept.restart_as(kept.command, more)
        fleet.await_that(lambda kept=kept, before=before: kept.pid not in {None, before})
    fleet.await_ready()


def routes_without_sql(drill):
    """Lock the database, then start without any: routing goes on.

    Returns what was counted once SQL was back and everything recorded.
    """
    with locked_sql(drill.fleet.home.database):
        _flows(drill)
    with no_sql(drill.fleet):
        _flows(drill)
    return drill.verify()


def _flows(drill):
    drill.send(LOAD, RATE)
    drill.read_until(lambda ledger: is_settled(drill.traffic.journal, ledger))
    assert is_settled(drill.traffic.journal, drill.ledger), "without SQL nothing was routed"


def refuses_without_broker(drill):
    """Take the broker away: 503 with `Retry-After`, not ready; then all comes back by itself."""
    fleet, broker = drill.fleet, drill.fleet.broker
    entry = drill.traffic.composer.good("gui-0")
    identity = fleet.identities["gui-0"]
    with SyncHubClient(fleet.url, identity, backoff=Backoff(attempts=1)) as client:
        client.send(entry.message)
        entry.answers.append(202)
        drill.traffic.journal.add(entry)
        starts = broker.starts
        broker.away.set()
        try:
            broker.kill()
            fleet.await_that(lambda: fleet.readiness() == 503, AWAY_SECONDS)
            unanswered = drill.traffic.composer.good("gui-0")
            drill.traffic.journal.add(unanswered)
            began = time.monotonic()
            with pytest.raises(HubUnavailable, match="503") as refused:
                client.send(unanswered.message)
            assert refused.value.retry_after
            unanswered.answers.append(0)
            answered_after = round(time.monotonic() - began, 2)
        finally:
            broker.away.clear()
    fleet.await_that(lambda: broker.starts > starts)
    began = time.monotonic()
    fleet.await_ready()
    back_after = round(time.monotonic() - began, 1)
    drill.send(LOAD, RATE)
    return drill.verify() | {"http_503_after_s": answered_after, "ready_again_s": back_after}
