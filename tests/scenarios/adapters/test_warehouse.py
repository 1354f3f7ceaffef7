"""Changes of a department's records become curated tables in PostgreSQL (system 14)."""

import psycopg
import pytest
from sandbox_warehouse import Department

from simulator import bodies
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

WAREHOUSE = "kho-dung-chung-mau"
NAME = "kho"
SET = "h99.ho-kinh-doanh-mau"
DATASETS = {
    SET: {
        "table": "ho_kinh_doanh",
        "columns": {"ten": "text"},
        "quality": {"required": ["ten"], "patterns": {"ma_so": "[0-9]{10}"}},
    }
}


@pytest.fixture(scope="module")
def look(world, database):
    """Give what asks the warehouse's database."""
    world.register(WAREHOUSE, "H99.45", (rig.CHANGED, rig.RECEIVED))
    config = {**database.place, "datasets": DATASETS}
    connector = {"name": NAME, "adapter": "warehouse", "system": WAREHOUSE, "config": config}
    world.connect(connector)

    def query(text, *values):
        with psycopg.connect(database.url) as connection:
            return connection.execute(text, values).fetchall()

    yield query
    world.disconnect(NAME)


def state(world, *bodies_of, subject):
    """Hand in changes of a record; return their ids once the warehouse has them."""
    ids = [
        world.send(rig.DESK, WAREHOUSE, rig.CHANGED, body, subject=subject) for body in bodies_of
    ]
    for id_ in ids:
        world.await_told(rig.DESK, id_, WAREHOUSE, "delivered")
    return ids


def test_a_records_changes_are_its_history_and_a_bad_one_is_marked_not_refused(world, look):
    made = Department(SET)
    ids = state(
        world,
        made.changed("hkd-1", {"ten": "Quán Mẫu", "ma_so": "0000000001"}),
        made.changed("hkd-1", {"ten": "Quán Mẫu 2", "ma_so": "sai-mau"}, minutes=1),
        made.changed("hkd-1", None, minutes=2),
        subject="hkd-1",
    )
    rows = look(
        "SELECT ten, is_current, deleted FROM kho.ho_kinh_doanh WHERE record_id = 'hkd-1'"
        " ORDER BY valid_from"
    )
    assert rows == [("Quán Mẫu", False, False), ("Quán Mẫu 2", False, False), (None, True, True)]
    bad = look("SELECT id FROM kho.quality_verdicts WHERE findings::text LIKE '%%ma_so%%'")
    assert bad == [(ids[1],)]


def test_a_dossiers_events_are_there_once_although_the_database_breaks_off(world, look, database):
    codes = [rig.code() for _ in range(20)]
    ids = []
    for number, code in enumerate(codes):
        body = bodies.received(code, bodies.LAND, rig.HERE, rig.now())
        ids.append(world.send(rig.DESK, WAREHOUSE, rig.RECEIVED, body, subject=code))
        if number % 7 == 3:
            database.break_all()
    for id_ in ids:
        world.await_told(rig.DESK, id_, WAREHOUSE, "delivered")
    rows = look("SELECT id FROM kho.changes WHERE id = ANY(%s)", ids)
    assert sorted(id_ for (id_,) in rows) == sorted(ids)
