"""Old one-stop software that knows tables and no hub, both ways on PostgreSQL (system 3)."""

import json

import pytest
from sandbox_sql_table import OldSoftware
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.scenarios.adapters import rig
from tests.support import GOOD_BODY

pytestmark = pytest.mark.kafka

OLD = "mot-cua-cu-mau"
OUT, IN = "bang-ghi", "bang-doc"
OUTBOX = {
    "mode": "outbox",
    "order_column": "stt",
    "done_column": "da_gui",
    "pending_value": 0,
    "done_value": 1,
}
COLUMNS = {"key": "khoa", "id": "ma", "subject": "chu_de", "body": "noi_dung"}


@pytest.fixture(scope="module")
def program(world, database):
    url = database.url.replace("postgresql://", "postgresql+psycopg://")
    # Connects anew each time: the test breaks all connections, and this side is not what it tests.
    engine = create_engine(url, poolclass=NullPool)
    program = OldSoftware(engine)
    program.install()
    world.register(OLD, "H99.37", (rig.RECEIVED,))
    world.lend_key(OLD)
    where = {"kind": "postgresql", **database.place}
    out = {**where, "table": "ho_so_den", "columns": COLUMNS}
    into = {
        **where,
        "table": "ho_so_di",
        "reading": OUTBOX,
        "id_column": "ma",
        "type_column": "loai",
        "body_column": "noi_dung",
        "subject_column": "chu_de",
        "recipients": ["urn:hub:system:ban-doc-mau"],
    }
    world.register("ban-doc-mau", "H99.44", (rig.RECEIVED,))
    world.connect(
        {"name": OUT, "adapter": "sql-table-out", "system": OLD, "config": out},
        {"name": IN, "adapter": "sql-table-in", "system": OLD, "config": into},
    )
    yield program
    world.disconnect(OUT, IN)
    engine.dispose()


def body(number):
    return json.dumps({**json.loads(GOOD_BODY), "dossier_code": f"HS-{number}"})


def test_rows_become_messages_in_their_order_and_are_marked_when_these_are_durable(world, program):
    for number in range(20):
        program.put(f"di-{number}", body(number), f"khoa-{number % 3}")
    came = world.await_inbox("ban-doc-mau", 20)
    for key in range(3):
        order = [one.id for one in came if one.attributes.subject == f"khoa-{key}"]
        assert order == [f"di-{number}" for number in range(20) if number % 3 == key]
    rig.until(lambda: len(program.sent()) == 20, "all are marked")
    rig.once(one.id for one in world.inbox("ban-doc-mau"))


def test_messages_become_rows_although_the_database_breaks_all_connections(
    world, program, database
):
    ids = []
    for number in range(30):
        ids.append(world.send(rig.DESK, OLD, rig.RECEIVED, GOOD_BODY, subject=f"khoa-{number % 3}"))
        program.put(f"sau-{number}", body(number), f"khoa-{number % 3}")
        if number % 10 == 5:
            database.break_all()
    for id_ in ids:
        world.await_told(rig.DESK, id_, OLD, "delivered")
    rows = program.received()
    rig.once(row.id for row in rows)
    assert {row.id for row in rows} == set(ids)
    assert {row.body.encode() for row in rows} == {GOOD_BODY}
    rig.until(lambda: len(program.sent()) == 50, "all are marked")
    rig.once(one.id for one in world.await_inbox("ban-doc-mau", 50))
