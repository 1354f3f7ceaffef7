"""The guard stands before each connection: names, addresses, drivers, local files and sockets."""

import asyncio
import contextlib
import socket

import pytest
from hub_adapter_sql_table.database import Database, make_engine
from hub_adapter_sql_table.settings import DatabaseConfig
from lgsp_adapter import Context, Fatal, Retryable
from lgsp_adapter.dial import Dial
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused
from lgsp_adapter.testing.guarded import answering, behind_a_port, listening, nobody_came
from sqlalchemy import URL, text

NAME = "csdl.so-mau.example"
HERE = (UNSAFE_LOOPBACK,)


@pytest.fixture
def listener():
    with listening() as made:
        yield made


@contextlib.asynccontextmanager
async def database_at(networks, **config):
    made = Database(DatabaseConfig(connect_seconds=5, **config), "table mau", make_engine)
    await made.open(Context("test", networks=networks))
    try:
        yield made
    finally:
        await made.close()


async def one(database):
    return await database.run(lambda connection: connection.execute(text("SELECT 1")).scalar())


def at(port, kind, host=NAME):
    return {"kind": kind, "database": "mau", "user": "hub", "host": host, "port": port}


@pytest.fixture(params=["postgresql", "mysql"])
def reached(request):
    """Give the kind, the socket and the configuration of a real database, each kind in turn."""
    if request.param == "mysql":
        path = str(request.getfixturevalue("mariadb"))
        return path, {"kind": "mysql", "database": "mysql", "user": "root"}
    url = request.getfixturevalue("postgres")
    folder = url.partition("?host=")[2]
    if not folder:
        pytest.skip("TEST_POSTGRES_URL names a host: its socket is not known")
    found = {"kind": "postgresql", "database": "postgres", "user": "hub"}
    return f"{folder}/.s.PGSQL.5432", found


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
@pytest.mark.parametrize("networks", [(), ("10.20.0.0/16",), ("127.0.0.0/8",)])
async def test_what_is_not_approved_gets_no_packet(kind, networks, listener):
    where = at(listener.getsockname()[1], kind, "127.0.0.1")
    async with database_at(networks, **where) as database:
        with pytest.raises(AddressRefused):
            await one(database)
    assert nobody_came(listener)


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
async def test_a_name_that_leads_to_what_is_not_approved_is_refused(kind, listener, monkeypatch):
    answering(monkeypatch, ["127.0.0.1"])
    where = at(listener.getsockname()[1], kind)
    async with database_at(("10.20.0.0/16",), **where) as database:
        with pytest.raises(AddressRefused):
            await one(database)
    assert nobody_came(listener)


async def test_a_connection_goes_to_the_checked_address_and_keeps_the_name(reached, monkeypatch):
    path, config = reached
    # No name server knows the name: a driver that asked again would not arrive.
    asked = answering(monkeypatch, ["127.0.0.1"], ["10.30.0.1"])
    async with (
        behind_a_port(path) as (port, _),
        database_at(HERE, host=NAME, port=port, **config) as database,
    ):
        assert await one(database) == 1
        assert await one(database) == 1
        assert asked == [NAME]  # for the connection, not for each statement
        assert await database.run(host_of) == NAME


def host_of(connection):
    """Return the host whose name the certificate must have, as the driver knows it."""
    raw = connection.connection.dbapi_connection
    return raw.info.host if hasattr(raw, "info") else raw.host


async def test_each_reconnect_is_asked_for_anew(reached, monkeypatch):
    path, config = reached
    asked = answering(monkeypatch, ["127.0.0.1"], ["10.30.0.1"])
    async with (
        behind_a_port(path) as (port, lines),
        database_at(HERE, host=NAME, port=port, **config) as database,
    ):
        await one(database)
        for line in lines:
            line.close()
        with pytest.raises(AddressRefused):
            await one(database)
    assert asked == [NAME, NAME]
    assert len(lines) == 1


async def test_where_one_address_does_not_answer_the_next_is_tried(reached, monkeypatch):
    path, config = reached
    answering(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    async with (
        behind_a_port(path) as (port, _),
        database_at(HERE, host=NAME, port=port, **config) as database,
    ):
        assert await one(database) == 1


@pytest.mark.parametrize(
    "config",
    [
        {"kind": "postgresql", "host": "/run/postgresql"},
        {"kind": "postgresql", "host": "@mau"},
        {"kind": "postgresql"},
        {"kind": "mysql", "unix_socket": "/run/mysqld/mysqld.sock"},
        {"kind": "mysql", "host": "10.20.0.1", "unix_socket": "/run/mysqld/mysqld.sock"},
        {"kind": "mysql"},
    ],
)
async def test_a_socket_of_this_machine_is_refused_whatever_is_approved(config):
    async with database_at(("0.0.0.0/0",), database="mau", user="hub", **config) as database:
        with pytest.raises(AddressRefused) as refused:
            await one(database)
    assert refused.value.rule == "local_path"


async def test_a_file_of_this_machine_is_refused_before_it_is_touched(tmp_path):
    file = tmp_path / "mau.db"
    async with database_at(("0.0.0.0/0",), kind="sqlite", database=str(file)) as database:
        with pytest.raises(AddressRefused):
            await one(database)
    assert not file.exists()


async def test_a_name_that_nobody_knows_is_retryable(monkeypatch):
    async def resolve(_host, _port):
        raise socket.gaierror

    monkeypatch.setattr("lgsp_adapter.guard.system_resolve", resolve)
    async with database_at(HERE, **at(5432, "postgresql")) as database:
        with pytest.raises(Retryable) as told:
            await one(database)
    assert told.value.untouched


@pytest.mark.parametrize(
    "url",
    [
        URL.create(
            "oracle+oracledb",
            host="10.20.0.1",
            query={"service_name": "x)))(ADDRESS=(HOST=127.0.0.1)"},
        ),
        URL.create("oracle+oracledb", host="10.20.0.1", database="x)))(ADDRESS=(HOST=127.0.0.1)"),
        URL.create("mssql+pymssql", host="10.20.0.1\\MAU,127.0.0.1:1433"),
    ],
)
async def test_a_service_or_an_instance_cannot_name_another_server(url):
    with pytest.raises(Fatal, match="service or an instance"):
        Dial(("10.20.0.0/16",), url, seconds=5)


class Module:
    class Error(Exception):
        """The driver's base of errors."""


class Dialect:
    """Stands for a driver that is not here: connects nowhere and notes to where it should."""

    loaded_dbapi = Module

    def __init__(self):
        self.to = []

    def create_connect_args(self, url):
        return [], {"host": f"{url.host}:{url.port}"}

    def connect(self, **options):
        self.to.append(options["host"])
        raise Module.Error


@pytest.mark.parametrize(("host", "instance"), [(NAME, ""), (f"{NAME}\\MAU", "\\MAU")])
async def test_a_driver_that_takes_one_host_gets_the_address_in_place_of_the_name(
    host, instance, monkeypatch
):
    asked = answering(monkeypatch, ["10.30.0.1", "10.20.0.1", "10.20.0.2"])
    url = URL.create("mssql+pymssql", host=host, port=1433)
    dial, dialect = Dial(("10.20.0.0/16",), url, seconds=5), Dialect()
    with pytest.raises(Module.Error):
        await asyncio.to_thread(dial, dialect, None, [], {"host": f"{host}:1433"})
    assert asked == [NAME]
    assert dialect.to == [f"10.20.0.{last}{instance}:1433" for last in (1, 2)]


async def test_a_refused_login_is_not_tried_at_each_address(monkeypatch):
    answering(monkeypatch, ["10.20.0.1", "10.20.0.2"])
    url = URL.create("mssql+pymssql", host=NAME)
    dial = Dial(("10.20.0.0/16",), url, seconds=5, is_final=lambda _error: True)
    dialect = Dialect()
    with pytest.raises(Module.Error):
        await asyncio.to_thread(dial, dialect, None, [], {"host": NAME})
    assert len(dialect.to) == 1
