"""Connections of an SQLAlchemy engine, each to an address that was approved for this connector.

`event.listen(engine, "do_connect", Dial(ctx.networks, engine.url, seconds=10))`, on the loop; the
engine then works in threads. By duck typing: the SDK itself has no SQL among its dependencies.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from lgsp_adapter.errors import Fatal, Retryable
from lgsp_adapter.guard import Guard
from lgsp_adapter.line import pinned

_PORTS: Final = {
    "postgresql+psycopg": 5432,
    "mysql+pymysql": 3306,
    "mssql+pymssql": 1433,
    "oracle+oracledb": 1521,
}
"""The drivers that it knows how to lead, with the ports that they take where none is named."""

_QUERY: Final = {
    "postgresql+psycopg": {"host", "sslmode", "sslrootcert"},
    "mysql+pymysql": {"charset", "unix_socket"},
    "mssql+pymssql": {"charset"},
    "oracle+oracledb": {"service_name"},
}
"""What a URL may say behind `?`: another word could name another server."""

_PASTED: Final = re.compile(r"[A-Za-z0-9_.$#-]*")
"""Oracle's service and SQL Server's instance are pasted into the text of the address: a bracket or
a colon there could name another place."""

Parameters: TypeAlias = Mapping[str, Any]


class Dial:
    """Takes the place of the driver's own connecting, at each new connection of the pool."""

    def __init__(
        self,
        networks: Sequence[str],
        url: Any,
        *,
        seconds: float,
        is_final: Callable[[BaseException], bool] = lambda _error: False,
    ) -> None:
        """`is_final`: a failure that another address would repeat, such as a refused login.

        Raises:
            Fatal: a driver that cannot be led to an address, or a URL that says too much.
        """
        self._networks, self._url, self._seconds = tuple(networks), url, seconds
        self._is_final = is_final
        self._loop = asyncio.get_running_loop()
        self._is_file = url.get_backend_name() == "sqlite"
        if not self._is_file:
            _refuse_what_could_lead_elsewhere(url)

    def __call__(self, dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
        """Return a connection to a checked address; None where the driver may connect by itself.

        Raises:
            AddressRefused: nothing of what the host stands for is approved.
            Retryable: the name is not known.
        """
        if self._is_file or _is_local(cparams):
            Guard.of(self._networks).local()
            return None
        failed: BaseException | None = None
        for address in self._addresses(_server(self._url)[0] or cparams.get("host", "")):
            try:
                return self._led(dialect, address, cargs, cparams)
            except dialect.loaded_dbapi.Error as error:
                if self._is_final(error):
                    raise
                failed = error
        raise failed or Retryable("no connection: no address", untouched=True)

    def _addresses(self, host: str) -> list[str]:
        port = self._url.port or _PORTS[self._url.drivername]
        asked = asyncio.run_coroutine_threadsafe(
            pinned(self._networks, host, port, self._seconds), self._loop
        )
        try:
            return asked.result(self._seconds + 1)
        except TimeoutError:  # The loop itself does not answer.
            asked.cancel()
            raise Retryable("no connection: TimeoutError", untouched=True) from None

    def _led(self, dialect: Any, address: str, cargs: Any, cparams: Parameters) -> Any:
        if self._url.drivername == "postgresql+psycopg":
            # libpq resolves nothing that has an address; the certificate must name the host.
            return dialect.connect(*cargs, **{**cparams, "hostaddr": address})
        if self._url.drivername == "mysql+pymysql":
            return _over_socket(dialect, address, cparams, self._seconds)
        # These know no address beside the name: it takes the name's place, also for TLS.
        place = self._url.set(host=f"{address}{_server(self._url)[1]}")
        return dialect.connect(**{**cparams, **dialect.create_connect_args(place)[1]})


def _refuse_what_could_lead_elsewhere(url: Any) -> None:
    if url.drivername not in _PORTS:
        raise Fatal(f"database: the driver must be one of {', '.join(sorted(_PORTS))}, or sqlite")
    known = _QUERY[url.drivername]
    if set(url.query) - known:
        raise Fatal(f"database: behind ? may stand only {', '.join(sorted(known))}")
    is_oracle = url.drivername == "oracle+oracledb"
    service = str(url.query.get("service_name") or url.database or "") if is_oracle else ""
    instance = _server(url)[1].removeprefix("\\")
    if not _PASTED.fullmatch(service) or not _PASTED.fullmatch(instance):
        raise Fatal("database: a service or an instance has letters, digits and _.$#- only")


def _is_local(cparams: Parameters) -> bool:
    """Return whether the driver would open a socket of this machine.

    Without a host each of them does. `@` is libpq's abstract socket. Oracle's has its host within a
    data source name, and never a socket.
    """
    if "dsn" in cparams:
        return False
    host = str(cparams.get("host") or "")
    is_path = host.startswith(("/", "@")) and "," not in host
    return bool(cparams.get("unix_socket")) or not host or is_path


def _server(url: Any) -> tuple[str, str]:
    """Return the host's name, and SQL Server's instance behind it, with its backslash."""
    name, mark, instance = str(url.host or "").partition("\\")
    return name, mark + instance


def _over_socket(dialect: Any, address: str, cparams: Parameters, seconds: float) -> Any:
    """Return PyMySQL's connection over a socket of ours: it keeps the host's name for TLS."""
    made = dialect.connect(**{**cparams, "defer_connect": True})
    try:
        line = socket.create_connection((address, made.port), seconds)
    except OSError:
        # MySQL's CR_CONN_HOST_ERROR, as the driver itself would say.
        raise dialect.loaded_dbapi.OperationalError(2003, "no connection") from None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.connect(line)
    return made
