"""The process `documents` and the router together: nothing is lost, nothing goes twice."""

import asyncio

import pytest

from hub.decision.events import Event
from hub.ports import Unavailable
from hub.signing.verdicts import Grade
from tests import support
from tests.documents_rig import letter
from tests.support import NOW, stamped
from tests.unit.documents.bench import Bench


@pytest.fixture
def bench(migrated_sqlite):
    made = Bench(migrated_sqlite, asyncio.Event())
    yield made
    made.engine.dispose()


async def test_a_held_message_and_all_behind_it_are_delivered_in_their_order(bench):
    bench.world.send(letter("a"))
    bench.world.send(stamped(id="b"), "off")
    bench.world.send(letter("c"))
    bench.world.send(stamped(id="d"), "off")
    await bench.settle()
    assert bench.world.delivered() == ["a", "b", "c", "d"]
    assert bench.rows() == []
    assert bench.judged == ["a", "c"]


async def test_a_message_without_documents_to_judge_costs_nothing(bench):
    for number in range(5):
        bench.world.send(stamped(id=f"m{number}"), "off")
    await bench.settle()
    assert (bench.orders, bench.rows()) == ([], [])


async def test_a_recorded_verdict_is_told_once(bench):
    bench.world.send(letter("a"), "record")
    bench.grades["a"] = Grade.INVALID
    await bench.settle()
    assert [e.reason for e in bench.events() if e.event is Event.VERDICT] == ["invalid"]
    assert bench.rows() == []


async def test_an_invalid_document_lets_those_behind_it_pass(bench):
    bench.world.send(letter("a"))
    bench.world.send(letter("b"))
    bench.grades["a"] = Grade.INVALID
    await bench.settle()
    assert bench.world.delivered() == ["b"]


async def test_what_a_person_must_decide_waits_and_nothing_is_asked_again(bench):
    bench.world.send(letter("a"))
    bench.grades["a"] = Grade.INDETERMINATE
    await bench.settle()
    assert bench.rows() == [("a", True, True)]
    bench.later(days=1)
    await bench.settle()
    assert bench.orders == [("tell", "a")]
    bench.later(days=28)
    await bench.settle()
    assert bench.events()[-1].reason == "held_too_long"
    assert bench.rows() == []


async def test_what_expires_while_it_waits_is_ended_in_time(bench):
    soon = NOW.replace(minute=5).isoformat()
    bench.world.send(letter("a", expirytime=soon))
    bench.world.send(stamped(id="b", expirytime=soon), "off")
    bench.grades["a"] = Grade.INDETERMINATE
    await bench.settle()
    bench.later(minutes=5)
    await bench.settle()
    ended = [(e.id, e.event) for e in bench.events()][-2:]
    assert ended == [("a", Event.EXPIRED), ("b", Event.EXPIRED)]
    assert (bench.world.delivered(), bench.rows()) == ([], [])


async def test_a_withdrawal_ends_the_wait_of_those_behind_it(bench):
    bench.world.send(letter("a"))
    bench.world.send(stamped(id="b"), "off")
    bench.grades["a"] = Grade.INDETERMINATE
    await bench.settle()
    bench.world.send(support.withdrawal("a"))
    await bench.settle()
    assert bench.world.delivered() == ["b"]
    assert bench.rows() == []


async def test_while_the_stores_are_away_it_stays_due(bench):
    bench.world.send(letter("a"))
    bench.read()
    bench.fail = Unavailable("objects")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await bench.working.turn()
    bench.fail = None
    await bench.settle()
    assert bench.world.delivered() == ["a"]


async def test_dying_after_an_order_repeats_it_and_delivers_once(bench, monkeypatch):
    bench.world.send(letter("a"))
    bench.world.send(letter("b"))
    bench.read()

    def dies(*_):
        raise Unavailable("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "put_off", dies)
        with pytest.raises(Unavailable):
            await bench.working.turn()
    assert await bench.working.turn()
    assert bench.orders[:2] == [("tell", "a"), ("tell", "a")]
    await bench.settle()
    assert bench.world.delivered() == ["a", "b"]


async def test_read_again_from_the_beginning_it_changes_nothing(bench):
    for id_ in ("a", "b", "c"):
        bench.world.send(letter(id_))
    bench.grades["b"] = Grade.INDETERMINATE
    await bench.settle()
    before = bench.rows(), bench.world.delivered()
    bench.store.clear()
    await bench.settle()
    assert (bench.rows(), bench.world.delivered()) == before


def test_of_two_that_read_at_once_one_finds_that_the_other_has_read(bench):
    bench.world.send(letter("a"))
    assert bench.read()
    bench.world.send(letter("b"))
    assert not bench.read(again=True)
    assert bench.read()
    assert len(bench.rows()) == 2
    assert bench.store.waiting() == (2, 0)
