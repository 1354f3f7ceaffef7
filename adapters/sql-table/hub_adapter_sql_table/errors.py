"""Foreign errors stop here: what each database's own code means for the runtime.

A database's message may quote values (`Key (name)=(…)`): only its code goes on.
"""

from collections.abc import Mapping
from typing import Any, Final

from lgsp_adapter import AdapterError, Backpressure, Fatal, Reject, Retryable
from sqlalchemy import exc

BUSY: Final = frozenset(
    # PostgreSQL too_many_connections, configuration_limit_exceeded; MySQL ER_CON_COUNT_ERROR,
    # ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED; SQL Server resource limits; Oracle.
    {"53300", "53400", "1040", "1203", "1226", "10928", "10929"}
    | {"ORA-00018", "ORA-00020", "ORA-12516", "ORA-12519", "ORA-12520"}
)
OPERATOR: Final = frozenset(
    # No login, no right, no table, no column: nothing of it passes by itself.
    {"28000", "28P01", "3D000", "42501", "42P01", "42703", "3F000", "25006"}
    | {"1044", "1045", "1049", "1142", "1143", "1146", "1054", "1227", "1290", "1698"}
    | {"18456", "4060", "229", "230", "208", "207"}
    | {"ORA-01017", "ORA-28000", "ORA-01031", "ORA-00942", "ORA-00904", "ORA-12514"}
    | {"SQLITE_ERROR", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_NOTADB"}
)
AGAIN: Final = frozenset(
    # Rolled back whole: deadlock, serialisation, lock or statement time-out, disk full.
    {"40001", "40P01", "55P03", "57014", "53100", "53200"}
    | {"1205", "1213", "1021", "1114", "1969", "3024"}
    | {"1222", "9002", "1105", "ORA-00060", "ORA-08177", "ORA-01653", "ORA-00054"}
    | {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL"}
)
# libpq gives no code for a connection that the server refused, only its English words.
WORDS: Final[Mapping[str, str]] = {
    "authentication failed": "28P01",
    "no pg_hba.conf entry": "28000",
    "does not exist": "3D000",
    "too many clients": "53300",
    "too many connections": "53300",
    "remaining connection slots": "53300",
}


def translated(error: exc.SQLAlchemyError, *, place: str, busy: float) -> AdapterError:
    """Return the contract's error for a database's; `busy` is the pause where it is full, seconds.

    `place` names the table: a name of the configuration, never a value.
    """
    if isinstance(error, exc.TimeoutError):
        return Backpressure("no free connection", after=busy)
    if not isinstance(error, exc.DBAPIError):
        return Fatal(f"{place}: the statement cannot be made ({type(error).__name__})")
    code = code_of(error.orig)
    if code in BUSY:
        return Backpressure("the database has no free connection", after=busy, peer_code=code)
    if code in OPERATOR:
        return Fatal(f"{place}: the operator must look at login, rights or columns", peer_code=code)
    if code in AGAIN:
        return Retryable(f"{place}: rolled back", peer_code=code, untouched=True)
    return _by_class(error, code, place)


def _by_class(error: exc.DBAPIError, code: str | None, place: str) -> AdapterError:
    if error.connection_invalidated:
        return Retryable(f"{place}: the connection was lost", peer_code=code)
    if isinstance(error, (exc.IntegrityError, exc.DataError)):
        return Reject("refused_by_database", place, peer_code=code)
    if isinstance(error, exc.ProgrammingError):
        return Fatal(f"{place}: the database does not take the statement", peer_code=code)
    return Retryable(f"{place}: {type(error).__name__}", peer_code=code)


def code_of(orig: BaseException | None) -> str | None:
    """Return the code that the database itself gave, None where it gave none."""
    first: Any = orig.args[0] if orig is not None and orig.args else None
    if isinstance(first, int):  # pymysql and pymssql; it says more than the SQLSTATE beside it
        return str(first)
    holders = ((orig, "sqlstate"), (orig, "sqlite_errorname"), (first, "full_code"))
    codes = (getattr(holder, name, None) for holder, name in holders)
    return next((code for code in codes if isinstance(code, str)), _by_words(first))


def _by_words(text: Any) -> str | None:
    if not isinstance(text, str) or "FATAL" not in text:
        return None
    return next((code for words, code in WORDS.items() if words in text), None)
