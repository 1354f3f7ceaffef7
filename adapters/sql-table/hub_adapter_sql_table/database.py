"""One database: an engine, and the few threads in which its blocking calls are made."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

from lgsp_adapter import AdapterError, Context, Fatal
from lgsp_adapter.dial import Dial
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc

from hub_adapter_sql_table.errors import OPERATOR, code_of, translated
from hub_adapter_sql_table.settings import DatabaseConfig

T = TypeVar("T")

DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
    "sqlite": "sqlite+pysqlite",
}


class MakeEngine(Protocol):
    """Makes the engine of a configuration; tests give one whose driver misbehaves."""

    def __call__(self, config: DatabaseConfig, password: str | None) -> Engine: ...


def url(config: DatabaseConfig, password: str | None) -> URL:
    """Return the URL, never as a string: its `repr` hides the password."""
    if config.kind == "sqlite":
        return URL.create(DRIVERS["sqlite"], database=config.database)
    oracle = config.kind == "oracle"
    return URL.create(
        DRIVERS[config.kind],
        username=config.user,
        password=password,
        host=config.host or None,
        port=config.port,
        database=None if oracle else config.database,
        query={"service_name": config.database} if oracle else {},
    )


def connect_args(config: DatabaseConfig) -> dict[str, Any]:
    """Return each driver's own names for the time-outs and TLS: no call may wait for ever."""
    connect, statement = config.connect_seconds, config.statement_seconds
    ca = str(config.tls_ca) if config.tls_ca else None
    socket = str(config.unix_socket) if config.unix_socket else None
    by_kind: dict[str, dict[str, Any]] = {
        "postgresql": {
            "connect_timeout": connect,
            "options": f"-c statement_timeout={statement * 1000}"
            # A dead line shows in time, also while we wait for an answer.
            f" -c tcp_user_timeout={statement * 1000}",
            "tcp_user_timeout": statement * 1000,
            **({"sslmode": "verify-full", "sslrootcert": ca} if ca else {}),
        },
        "mysql": {
            "connect_timeout": connect,
            "read_timeout": statement,
            "write_timeout": statement,
            "charset": "utf8mb4",
            # Without it MySQL cuts what is too long and says "done".
            "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
            **({"ssl": {"ca": ca, "check_hostname": True}} if ca else {}),
            **({"unix_socket": socket} if socket else {}),
        },
        "mssql": {"login_timeout": connect, "timeout": statement, "charset": "UTF-8"},
        "oracle": {"tcp_connect_timeout": float(connect)},
        "sqlite": {"timeout": float(connect)},
    }
    return by_kind[config.kind]


def make_engine(config: DatabaseConfig, password: str | None) -> Engine:
    """Make an engine with a bounded pool; nothing is connected yet."""
    engine = create_engine(
        url(config, password),
        connect_args=connect_args(config),
        pool_size=config.threads,
        max_overflow=0,
        pool_timeout=config.connect_seconds,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text would show the row
    )
    if config.kind == "oracle":
        event.listen(engine, "connect", _oracle_timeout(config.statement_seconds))
    return engine


def _oracle_timeout(seconds: int) -> Callable[[Any, Any], None]:
    def limit(connection: Any, _record: Any) -> None:
        connection.call_timeout = seconds * 1000

    return limit


class Database:
    """Runs functions on a connection, each in one transaction, without stopping the loop."""

    def __init__(self, config: DatabaseConfig, place: str, engine: MakeEngine) -> None:
        self._config, self._place, self._make = config, place, engine
        self._engine: Engine | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def open(self, ctx: Context) -> None:
        """Resolve the password and make the engine; the guard stands before each connection.

        Raises:
            Fatal: no password, or no driver for this kind of database.
        """
        secret = self._config.password
        password = (await ctx.secret(secret)).get_secret_value() if secret else None
        try:
            self._engine = self._make(self._config, password)
        except (ModuleNotFoundError, exc.ArgumentError) as error:
            raise Fatal(f"no driver for {self._config.kind}: install the extra") from error
        event.listen(self._engine, "do_connect", self._dial(ctx))
        self._threads = ThreadPoolExecutor(self._config.threads, "sql-table")

    def _dial(self, ctx: Context) -> Dial:
        # Invariant 5: at every reconnect of the pool, too.
        return Dial(
            ctx.networks,
            url(self._config, None),
            seconds=self._config.connect_seconds,
            is_final=lambda error: code_of(error) in OPERATOR,
        )

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` gives; its transaction is committed before.

        Cancelled, the caller goes on at once; the statement ends by its own time-out.

        Raises:
            Retryable, Backpressure, Reject, Fatal: see `hub_adapter_sql_table.errors`.
        """
        if self._engine is None or self._threads is None:
            raise Fatal("not open")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._in_thread, self._engine, work)
        except exc.SQLAlchemyError as error:
            told = self._translated(error)
        # No cause is chained: the driver's text may quote the row.
        raise told

    def _in_thread(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        with engine.connect() as connection:
            try:
                with connection.begin():
                    return work(connection)
            finally:
                if self._engine is not engine:
                    # Closed meanwhile: the pool that would keep it is gone.
                    connection.invalidate()

    def _translated(self, error: exc.SQLAlchemyError) -> AdapterError:
        return translated(error, place=self._place, busy=self._config.busy_seconds)

    async def close(self) -> None:
        """Let go. A statement under way ends by its own time-out and closes its connection."""
        engine, self._engine = self._engine, None
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        if engine is not None:
            engine.dispose()
