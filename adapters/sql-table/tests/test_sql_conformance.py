"""The SDK's promises, on SQLite with a driver that misbehaves when it is told to."""

import asyncio
import json
import sqlite3
import tempfile
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hub_adapter_sql_table import SqlTableIn, SqlTableOut
from lgsp_adapter.kit import Say, SinkKit, SinkPeer, SourceKit, SourcePeer
from sandbox_sql_table import OldSoftware
from sqlalchemy import create_engine, event

HERE = Path(__file__).parents[1]


class Driver(sqlite3.Connection):
    """Asks the script before each statement about the tables."""

    peer: Any = None
    lost = False

    def cursor(self, factory=None):
        return super().cursor(factory or Cursor)

    def commit(self):
        super().commit()
        if self.lost:
            self.lost = False
            raise sqlite3.OperationalError("the connection broke")


class Cursor(sqlite3.Cursor):
    connection: Any

    def execute(self, sql, parameters=()):
        self._ask(sql, [parameters])
        return super().execute(sql, parameters)

    def executemany(self, sql, parameters):
        self._ask(sql, parameters)
        return super().executemany(sql, parameters)

    def fetchall(self):
        rows = super().fetchall()
        if self.counts:
            self.connection.peer.given += len(rows)
        return rows

    counts = False

    def _ask(self, sql, rows):
        self.counts = "ho_so_di" in sql
        if "PRAGMA" in sql or not ("ho_so_di" in sql or "ho_so_den" in sql):
            return
        peer = self.connection.peer
        for row in rows:
            id_ = next((each for each in row if each in peer.ids), None)
            self._obey(peer.script.answer_in_thread(peer.loop, id_))

    def _obey(self, answer):
        if answer.say is Say.DOWN:
            raise sqlite3.OperationalError("no connection")
        if answer.say is Say.LOST:
            self.connection.lost = True
        if answer.say in (Say.SLOW_DOWN, Say.REJECT):
            # SQLite has no code for "no connection left": the one of PostgreSQL stands for it.
            busy = answer.say is Say.SLOW_DOWN
            error: Any = (sqlite3.OperationalError if busy else sqlite3.IntegrityError)("no")
            error.sqlstate = "53300" if busy else answer.code
            raise error


class Tables:
    """What both fakes share: a file with the old program's tables."""

    script: Any

    @property
    def ids(self):
        return self.script.by_id

    async def start(self):
        self.loop = asyncio.get_running_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.file = str(Path(self.folder.name) / "mau.db")
        self.own = create_engine(f"sqlite:///{self.file}")
        event.listen(self.own, "connect", _hasty)
        self.program = OldSoftware(self.own)
        self.program.install()
        self.given = 0

    async def stop(self):
        self.own.dispose()
        self.folder.cleanup()

    def engine(self, _config, _password):
        connect = {"factory": type("Mine", (Driver,), {"peer": self})}
        return create_engine(f"sqlite:///{self.file}", connect_args=connect, hide_parameters=True)

    @property
    def database(self):
        return {"kind": "sqlite", "database": self.file, "busy_seconds": 7.0}


class Outbox(Tables, SourcePeer):
    reading = MappingProxyType(
        {
            "mode": "outbox",
            "order_column": "stt",
            "done_column": "da_gui",
            "pending_value": 0,
            "done_value": 1,
        }
    )

    @property
    def config(self):
        columns = {"id_column": "ma", "type_column": "loai", "subject_column": "chu_de"}
        own = {"table": "ho_so_di", "body_column": "noi_dung", "reading": dict(self.reading)}
        return {**self.database, **columns, **own}

    @property
    def handed_out(self):
        return self.given

    def put(self, id_, text, subject):
        self.program.put(id_, _json(text), subject)

    def put_unreadable(self):
        self.program.put("hong", "<khong phai json>", "H99-x")


class Marked(Outbox):
    reading = MappingProxyType(
        {"mode": "high_water", "mark_column": "moc", "mark_type": "integer", "overlap": 0}
    )


class Inbox(Tables, SinkPeer):
    async def start(self):
        await super().start()
        with self.own.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE thu_tu (ma TEXT, goc TEXT)")
            connection.exec_driver_sql(
                "CREATE TRIGGER t AFTER INSERT ON ho_so_den "
                "BEGIN INSERT INTO thu_tu VALUES (NEW.ma, NEW.noi_dung); END"
            )

    @property
    def config(self):
        columns = {"key": "khoa", "id": "ma", "subject": "chu_de", "body": "noi_dung"}
        return {**self.database, "table": "ho_so_den", "columns": columns}

    @property
    def taken(self):
        # Written by a trigger: a row that was written twice would stand twice.
        with self.own.connect() as connection:
            rows = connection.exec_driver_sql("SELECT ma, goc FROM thu_tu ORDER BY rowid").all()
        return [(id_, body.encode()) for id_, body in rows]


def _hasty(connection, _record):
    # The old program's rows need not outlive a power cut; thousands of them take seconds.
    connection.execute("PRAGMA synchronous = OFF")


def _json(text):
    return json.dumps({"text": text}, ensure_ascii=False)


class TestOutboxKeepsThePromises(SourceKit[Any]):
    adapter, reference = SqlTableIn, HERE / "REFERENCE-in.md"

    def peer(self):
        return Outbox()

    def make(self, peer):
        return SqlTableIn(SqlTableIn.config_of(peer.config), engine=peer.engine)


class TestHighWaterKeepsThePromises(TestOutboxKeepsThePromises):
    def peer(self):
        return Marked()


class TestSinkKeepsThePromises(SinkKit[Any]):
    adapter, reference = SqlTableOut, HERE / "REFERENCE-out.md"

    def peer(self):
        return Inbox()

    def make(self, peer):
        return SqlTableOut(SqlTableOut.config_of(peer.config), engine=peer.engine)


@pytest.mark.parametrize("adapter", [SqlTableIn, SqlTableOut])
def test_the_entry_point_has_the_name_of_the_spec(adapter):
    found = {each.name: each for each in entry_points(group="hub.adapters")}
    assert found[adapter.spec.name].load() is adapter


def test_the_readmes_sample_is_a_configuration():
    page = (HERE / "README.md").read_text(encoding="utf-8")
    sample = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    assert sample.pop("adapter") == SqlTableIn.spec.name
    SqlTableIn.config_of(sample)
