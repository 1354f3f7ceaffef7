"""What is answered about keys that were compromised, and the pages of the messages in question."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Path, Query

from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.io.sql.compromise_queries import CompromiseQueries, Doubtful, Place

Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
After = Annotated[str, Query(max_length=120, pattern=r"^[\x21-\x7e]*$")]
Limit = Annotated[int, Query(ge=1, le=500)]
_BETWEEN: Final = "/"


class DoubtfulAnswer(Answer):
    """A message that was admitted while somebody else may have signed it."""

    source: str
    id: str
    decided_at: datetime
    type: str | None
    subject: str | None
    body_sha256: str | None
    rules_version: int | None
    certain: bool
    """The key in question signed it; false: it was recorded before the hub noted keys."""
    recipients: list[str]


class DoubtfulPage(Answer):
    """Messages in question, the oldest first; ask with `after=<next>` for more."""

    items: list[DoubtfulAnswer]
    next: str | None


async def page_of(
    queries: CompromiseQueries, id: str, after: str, limit: int, *, recipient: str | None = None
) -> DoubtfulPage:
    """Return a page of the messages in question.

    Raises:
        Problem: 400: `after` is none that this route gave.
        Unavailable: SQL is away.
    """
    found = await queries.messages(id, _place(after), limit, recipient=recipient)
    items = [DoubtfulAnswer.model_validate(one) for one in found]
    return DoubtfulPage(items=items, next=_next(found) if len(found) == limit else None)


def _place(text: str) -> Place | None:
    if not text:
        return None
    at, _, id = text.partition(_BETWEEN)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), id
    except ValueError:
        raise Problem(400, Code.INVALID_CURSOR, "give back `next` as it came") from None


def _next(found: Sequence[Doubtful]) -> str:
    last = found[-1]
    # Z in place of +00:00: a plus sign in an address means a blank.
    at = last.decided_at.isoformat().replace("+00:00", "Z")
    return f"{at}{_BETWEEN}{last.id}"
