"""PostgreSQL's errors stop here. Its messages quote values: only the SQLSTATE goes on."""

from typing import Final

import psycopg
from lgsp_adapter import AdapterError, Backpressure, Fatal, Reject, Retryable

BUSY: Final = frozenset({"53300", "53400"})
AGAIN: Final = frozenset({"40001", "40P01", "55P03", "57014", "53100", "53200"})
OPERATOR: Final = ("28", "3D", "3F", "42", "25")
"""Classes of SQLSTATE: login, database, schema, rights and names, read-only."""
MESSAGE: Final = ("22", "23")
"""Classes of SQLSTATE: data that the tables do not take."""
# libpq gives no code for a connection that the server refused, only its English words.
WORDS: Final = {
    "authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "does not exist": "3D000",
    "too many clients": "53300",
    "remaining connection slots": "53300",
}


def translated(error: psycopg.Error, busy: float) -> AdapterError:
    """Return the contract's error; `busy` is the pause in seconds where no connection is free."""
    code = error.sqlstate or _by_words(str(error))
    if code in BUSY:
        return Backpressure("no free connection", after=busy, peer_code=code)
    if code is None or code in AGAIN:
        return Retryable("rolled back or not connected", peer_code=code)
    if code.startswith(OPERATOR):
        return Fatal("the operator must look at login, rights or tables", peer_code=code)
    if code.startswith(MESSAGE):
        return Reject("refused_by_warehouse", "record", peer_code=code)
    return Retryable("the warehouse is not in order", peer_code=code)


def _by_words(text: str) -> str | None:
    return next((code for words, code in WORDS.items() if words in text), None)
