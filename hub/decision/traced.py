"""The trace that a message came with, told in its audit event so that a search finds it. Pure."""

from typing import Final

from lgsp_message.cloudevents import genuine_trace
from msgspec.structs import replace

from hub.decision.events import Decision

TRACE_ID: Final = "trace_id"
"""The member of a decision's detail."""

_ID: Final = slice(3, 35)
"""Where the id stands in a `traceparent`: W3C Trace Context, section 3.2.2."""


def traced(decision: Decision, traceparent: str | None) -> Decision:
    """Return the decision; its first event tells the id of a genuine trace.

    Nobody has signed it, so nothing is decided by it: it is added to what was decided, and whoever
    decides again (`hub.evidence.recompute`) leaves it out.
    """
    # Invariant 9: hexadecimal digits and nothing else get into the event.
    genuine = genuine_trace(traceparent)
    if genuine is None:
        return decision
    first, *others = decision.entries
    told = replace(first.event, detail=first.event.detail | {TRACE_ID: genuine[_ID]})
    return replace(decision, entries=(replace(first, event=told), *others))
