"""Answers with figures of the views: whoever reads one sees how old and how whole it is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.api.ops.scope import parts
from hub.api.rights import Action, Person, require
from hub.api.tables import Format, table
from hub.io.sql.views_queries import ViewsQueries
from hub.io.sql.views_reading import Reading

_R = TypeVar("_R", bound=Reading)

VIEWS_HEADER: Final = "hub-views"
"""`whole`; `rebuilding`: figures are too small; `never`: the views have never run."""
COLUMN: Final = "views"
"""Last of a CSV: what the header says, and how far a rebuild is. A spreadsheet shows no header."""

looking: Final = require(Action.VIEW_STATISTICS, scoped=True)
"""Who may see figures: those of his part."""
Looker = Annotated[Person, Depends(looking)]


def reader(kind: type[_R]) -> Any:
    """Return the dependency that gives a reader of what the person may see."""

    def read(connection: HTTPConnection, person: Looker) -> _R:
        engine = connection.app.state.control.engine
        return kind(engine, parts(person, Action.VIEW_STATISTICS))

    return Depends(read)


Queries = Annotated[ViewsQueries, reader(ViewsQueries)]


async def figures(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    queries: ViewsQueries,
    how: Format,
    **about: Any,
) -> Response:
    """Return rows with the state of the views: beside them in JSON, in each one in CSV."""
    status = await queries.status()
    if how is Format.CSV:
        rows, columns = _marked(rows, _mark(status)), (*columns, COLUMN)
    answer = table(rows, columns, how, views=status, **about)
    answer.headers[VIEWS_HEADER] = _state(status)
    return answer


def _marked(rows: Sequence[Mapping[str, Any]], mark: str) -> list[Mapping[str, Any]]:
    # An empty table of views that are made anew proves nothing: one row says so.
    return [{**row, COLUMN: mark} for row in rows] or [{COLUMN: mark}]


def _state(status: Mapping[str, Any] | None) -> str:
    return "never" if status is None else str(status["state"])


def _mark(status: Mapping[str, Any] | None) -> str:
    rebuild = None if status is None else status["rebuild"]
    state = _state(status)
    return f"{state} {rebuild['done']}/{rebuild['of']}" if rebuild else state
