import os
from importlib.util import find_spec

import pytest
from hub_adapter_sql_table import SqlTableIn, SqlTableOut
from hub_adapter_sql_table.database import connect_args, make_engine, url
from hub_adapter_sql_table.errors import translated
from hub_adapter_sql_table.settings import DatabaseConfig
from hub_adapter_sql_table.tables import sink_table
from lgsp_adapter import (
    Backpressure,
    ConfigError,
    Context,
    Fatal,
    Reject,
    Retryable,
    load_config,
)
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from sqlalchemy import exc, insert, select
from sqlalchemy.dialects import mssql, oracle

SECRET = "mat-khau-mau-91"
NO_LOGIN = "FATAL:  password authentication failed"
COLUMNS = {"key": "khoa", "body": "noi_dung"}


class Foreign(Exception):
    sqlstate = None


def wrapped(kind, orig):
    return kind("INSERT", {}, orig)


class OracleError:
    full_code = "ORA-00020"


def with_state(code):
    error = Foreign()
    error.sqlstate = code
    return error


@pytest.mark.parametrize(
    ("error", "expected", "code"),
    [
        (wrapped(exc.OperationalError, with_state("53300")), Backpressure, "53300"),
        (wrapped(exc.OperationalError, Foreign(1040, "x")), Backpressure, "1040"),
        (wrapped(exc.DatabaseError, Foreign(OracleError())), Backpressure, "ORA-00020"),
        (wrapped(exc.OperationalError, Foreign(1045, "x")), Fatal, "1045"),
        (wrapped(exc.OperationalError, Foreign(18456, b"x")), Fatal, "18456"),
        (wrapped(exc.OperationalError, with_state("40P01")), Retryable, "40P01"),
        (wrapped(exc.OperationalError, Foreign(1213, "x")), Retryable, "1213"),
        (wrapped(exc.IntegrityError, with_state("23502")), Reject, "23502"),
        (wrapped(exc.DataError, Foreign(1406, "x")), Reject, "1406"),
        (wrapped(exc.ProgrammingError, with_state("42804")), Fatal, "42804"),
        (
            wrapped(exc.OperationalError, Foreign(NO_LOGIN)),
            Fatal,
            "28P01",
        ),
        (wrapped(exc.OperationalError, Foreign("connection refused")), Retryable, None),
        (exc.TimeoutError(), Backpressure, None),
    ],
)
def test_each_foreign_error_is_one_of_the_four_and_keeps_its_code(error, expected, code):
    found = translated(error, place="table t", busy=7.0)
    assert type(found) is expected
    assert found.peer_code == code


def test_a_database_without_a_free_connection_gets_the_configured_pause():
    found = translated(wrapped(exc.OperationalError, with_state("53300")), place="t", busy=7.0)
    assert isinstance(found, Backpressure)
    assert found.after == 7.0


def test_no_error_repeats_what_the_database_said():
    said = Foreign(1062, f"Duplicate entry '{SECRET}'")
    found = translated(wrapped(exc.IntegrityError, said), place="table t", busy=1.0)
    assert SECRET not in f"{found!r} {found}"


def config(kind, **more):
    return DatabaseConfig(kind=kind, database="mau", host="db.example", user="u", **more)


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "mssql", "oracle"])
def test_no_kind_of_database_may_wait_for_ever(kind):
    args = connect_args(config(kind, connect_seconds=3, statement_seconds=5))
    assert any("timeout" in name for name in args)
    assert SECRET not in repr(url(config(kind), SECRET))


def test_a_certificate_authority_that_cannot_be_asked_for_is_refused():
    with pytest.raises(ConfigError):
        load_config(DatabaseConfig, {"kind": "oracle", "database": "x", "tls_ca": "/ca.pem"})


def test_with_a_certificate_authority_the_servers_name_is_checked():
    assert connect_args(config("postgresql", tls_ca="/ca.pem"))["sslmode"] == "verify-full"
    assert connect_args(config("mysql", tls_ca="/ca.pem"))["ssl"]["check_hostname"] is True


@pytest.mark.parametrize("dialect", [mssql.dialect(), oracle.dialect()])
def test_statements_for_databases_that_are_not_here_bind_their_values(dialect):
    raw = {"kind": "mssql", "database": "x", "table": "Order", "columns": COLUMNS}
    table = sink_table(SqlTableOut.config_of(raw))
    values = {"khoa": "k", "noi_dung": SECRET}
    made = str(insert(table).values(**values).compile(dialect=dialect))
    assert SECRET not in made
    assert "Order" in made
    assert "khoa" in str(select(table).limit(1).compile(dialect=dialect))


async def test_a_missing_driver_says_what_to_install():
    raw = {"kind": "oracle", "database": "x", "table": "t", "columns": COLUMNS}
    made = SqlTableOut(SqlTableOut.config_of(raw))
    if find_spec("oracledb"):
        pytest.skip("the driver of Oracle is installed")
    with pytest.raises(Fatal, match="install the extra"):
        await made.open(Context("test"))


async def test_a_database_that_is_away_is_retryable_and_the_password_stays_hidden(caplog):
    os.environ["MAU_MAT_KHAU"] = SECRET
    base = {"kind": "postgresql", "host": "127.0.0.1", "port": 1, "database": "x", "user": "u"}
    reading = {"mode": "high_water", "mark_column": "m", "mark_type": "integer"}
    columns = {"id_column": "a", "type": "vn.gov.record.changed.v1", "body_column": "b"}
    raw = {**base, "password": "env:MAU_MAT_KHAU", "table": "t", **columns, "reading": reading}
    made = SqlTableIn(SqlTableIn.config_of(raw))
    await made.open(Context("test", networks=(UNSAFE_LOOPBACK,)), None)
    with pytest.raises(Retryable) as told:
        await made.read(1)
    await made.close()
    assert SECRET not in f"{told.value!r} {told.value.__cause__!r} {made.config!r} {caplog.text}"


def test_engines_hide_the_row_in_their_errors():
    engine = make_engine(DatabaseConfig(kind="sqlite", database="/nonexistent/mau.db"), None)
    assert engine.hide_parameters
    engine.dispose()
