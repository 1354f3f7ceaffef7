"""Is it new? Same id and content: one delivery, the same answer (invariant 8)."""

from datetime import datetime

from lgsp_message.limits import DEDUPLICATION_WINDOW, MAX_CLOCK_AHEAD
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message

from hub.answers import Answer
from hub.ports import Admitted


def deduplicate(
    message: Message, received_at: datetime, admitted: Admitted, now: datetime
) -> Answer | None:
    """Return the earlier answer if this very message was admitted before, else None.

    Raises:
        Refused: `CLOCK_AHEAD`, `TOO_OLD`, `ID_REUSED`.
    """
    claim = message.attributes
    if claim.time > received_at + MAX_CLOCK_AHEAD:
        raise Refused(Reason.CLOCK_AHEAD, "time is more than 5 minutes ahead of the hub", "time")
    if claim.time < now - DEDUPLICATION_WINDOW:
        # Beyond the window the hub no longer knows which ids it has admitted: it does not guess.
        raise Refused(Reason.TOO_OLD, "time is before the deduplication window", "time")
    earlier = admitted.get(claim.source, claim.id)
    if earlier is not None and earlier.content_hash != message.content_hash:
        raise Refused(Reason.ID_REUSED, "the id was admitted with other content", "id")
    return earlier
