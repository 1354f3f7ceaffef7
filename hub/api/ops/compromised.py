"""`/v1/compromises`: for a system, the compromised keys that concern it, and its messages."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from hub.api.admin_models import problems
from hub.api.callers import Calling
from hub.api.compromise_models import After, DoubtfulPage, Id, Limit, page_of
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.io.sql.compromise_queries import CompromiseQueries

router: Final = APIRouter(prefix="/v1/compromises", tags=["keys"])

TheOps = Annotated[Ops, Depends(ops_of)]


class Concerning(Answer):
    """A compromised key of one's own, or one that signed messages for oneself."""

    id: str
    system: str
    """Whose key it was."""
    thumbprint: str
    since: datetime
    """From then on somebody else may have signed with it."""
    reported_at: datetime


class ConcerningAnswer(Answer):
    """Compromised keys, the newest first. Before `since` all that they signed stays valid."""

    items: list[Concerning]


@router.get("", responses=problems())
async def concerning(ops: TheOps, caller: Calling) -> ConcerningAnswer:
    """Return the compromised keys that concern the calling system, as sender or recipient."""
    found = await CompromiseQueries(ops.engine).concerning(caller.system)
    return ConcerningAnswer(items=[Concerning.model_validate(one) for one in found])


@router.get("/{id}/messages", responses=problems(s404="None that concerns this system"))
async def doubtful(
    ops: TheOps, caller: Calling, id: Id, after: After = "", limit: Limit = 100
) -> DoubtfulPage:
    """Return the messages in question that one sent or was sent; of others nothing is told."""
    queries = CompromiseQueries(ops.engine)
    mine = [one for one in await queries.concerning(caller.system) if one["id"] == id]
    if not mine:
        # The same for an unknown report and for somebody else's.
        raise Problem(404, Code.NOT_FOUND)
    sender = mine[0]["system"] == caller.system
    recipient = None if sender else caller.system
    return await page_of(queries, id, after, limit, recipient=recipient)
