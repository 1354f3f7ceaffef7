"""The projection of dead letters is the same on SQLite and on PostgreSQL, whatever the batches."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from hub.decision.events import Event
from hub.io.sql.engine import metadata, open_blocking_engine
from hub.io.sql.projection import Projection
from hub.io.sql.projection_tables import dead_letters
from tests.support import NOW, stamped
from tests.unit.recorder.records import Province, Store, about

ENTRY = {"entry": "ab" * 16, "connector": "ket-noi-a"}
MOVES = [
    about(Event.DEAD_LETTER, recipient="receiver", reason="timeout", detail={"text": "NUL\0"}),
    about(Event.RESUMED, recipient="receiver"),
    about(Event.DEAD_LETTER, recipient="receiver", reason="again", detail={"attempts": 4}),
    about(Event.DEAD_LETTER, source="receiver", id="", reason="bad", detail=ENTRY),
    about(Event.EXPIRED, source="receiver", id="", reason="dropped", detail=ENTRY),
    about(Event.RESUMED, source="receiver", id="", detail=ENTRY),
    about(Event.DELIVERED, recipient="receiver"),
]


@pytest.fixture
def records():
    province = Province()
    province.decide(stamped())
    for seconds, move in enumerate(MOVES):
        province.tell(replace(move, at=NOW + timedelta(seconds=seconds)))
    return province.records


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    made = Store(tmp_path / "hub.db")
    if request.param == "postgresql":
        made.engine.dispose()
        made.engine = open_blocking_engine(request.getfixturevalue("postgres_url"))
        metadata.create_all(made.engine)
        made.projection = Projection(made.engine)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_each_dead_letter_ends_with_the_first_event_that_ended_it(records, store, size):
    for start in range(0, len(records), size):
        assert store.record(records[start : start + size])
    rows = {row.recipient: row for row in store.rows(dead_letters)}
    assert rows.keys() == {"receiver", "-"}
    assert (rows["receiver"].code, rows["receiver"].attempts) == ("again", 4)
    assert (rows["receiver"].ended_by, rows["-"].ended_by) == ("delivered", "expired")
    assert rows["-"].ended_at == NOW + timedelta(seconds=4)


def test_a_text_that_postgresql_refuses_is_kept_readable(records, store):
    store.record(records[:2])
    (row,) = store.rows(dead_letters)
    assert row.text == "NUL\ufffd"
