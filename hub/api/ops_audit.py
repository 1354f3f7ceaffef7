"""`/ops/audit`: what people did, and what they were denied."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_audit_models import AuditPage, EntryAnswer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.control.people.audit import Audit, Entry, Wanted
from hub.control.trail import Result

router: Final = APIRouter(prefix="/ops/audit", tags=["people"], route_class=AdminRoute)

MAX_EXPORT: Final = 100_000
"""Entries of one export; the last line says that there are more: narrow the filter."""

_SLICE: Final = 500
_MAX_ID: Final = 2**31 - 1
_PRINTABLE: Final = r"^[\x20-\x7e]*$"

Text = Annotated[str | None, Query(max_length=200, pattern=_PRINTABLE)]
After = Annotated[str, Query(max_length=200, pattern=_PRINTABLE)]
Before = Annotated[int | None, Query(ge=0, le=_MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=500)]
TheStaff = Annotated[Staff, Depends(staff_of)]
Auditor = Annotated[Person, Depends(require(Action.READ_AUDIT))]


def _wanted(
    actor: Text = None,
    action: Text = None,
    target: Text = None,
    result: Annotated[Result | None, Query()] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> Wanted:
    return Wanted(
        actor=actor, action=action, target=target, result=result, since=since, until=until
    )


TheWanted = Annotated[Wanted, Depends(_wanted)]


@router.get("", responses=problems(), dependencies=[Depends(require(Action.READ_AUDIT))])
async def page(
    staff: TheStaff, wanted: TheWanted, before: Before = None, limit: Limit = 100
) -> AuditPage:
    """Return deeds, the newest first. A `target` with a `*` at its end is the beginning of one."""
    found = await staff.audit.page(wanted, before, limit)
    items = [EntryAnswer.model_validate(one) for one in found]
    return AuditPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.get(
    ".csv",
    responses=problems()
    | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The deeds"}},
    response_class=StreamingResponse,
)
async def export(staff: TheStaff, wanted: TheWanted, auditor: Auditor) -> StreamingResponse:
    """Return all deeds that the filter finds as CSV, the newest first. The export is one too."""
    # Before the first line: who takes the trail away stands in it.
    await staff.audit.record(auditor.name, "export_audit", "audit/export")
    return StreamingResponse(
        _lines(staff.audit, wanted),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="audit.csv"'},
    )


@router.get(
    "/{entry}",
    responses=problems(s404="No such entry"),
    dependencies=[Depends(require(Action.READ_AUDIT))],
)
async def one(
    staff: TheStaff,
    entry: Annotated[int, Path(ge=0, le=_MAX_ID)],
    after: After = "",
    limit: Limit = 100,
) -> EntryAnswer:
    """Return one deed with its targets after `after`: how each was before and after."""
    found = await staff.audit.one(entry, after, limit)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return EntryAnswer.model_validate(found)


async def _lines(audit: Audit, wanted: Wanted) -> AsyncIterator[str]:
    head = ("id", "at", "actor", "address", "action", "target", "result", "reason", "version")
    # The mark lets spreadsheets read UTF-8.
    yield "\ufeff" + _csv((*head, "changes", "before", "after"))
    before, left = None, MAX_EXPORT
    while left > 0:
        found = await audit.page(wanted, before, min(_SLICE, left))
        for entry in found:
            for row in _rows(entry):
                yield _csv(row)
        if len(found) < _SLICE:
            return
        before, left = found[-1].id, left - len(found)
    yield _csv(("", "", "", "", "", "", "", f"nhiều hơn / more than {MAX_EXPORT}"))


def _rows(entry: Entry) -> list[tuple[object, ...]]:
    tail = (entry.result, entry.reason, entry.version, entry.changes)
    head = (entry.id, entry.at.isoformat(), entry.actor, entry.address)
    if not entry.targets:
        return [(*head, "", "", *tail, "", "")]
    return [
        (*head, one.action, one.entity, *tail, _json(one.before), _json(one.after))
        for one in entry.targets
    ]


def _json(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()


def _csv(cells: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    # A spreadsheet would run it as a formula (CWE-1236); what people wrote is in here.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
