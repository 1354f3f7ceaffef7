"""What a refusal tells people: meaning, who must act, what to do next, in two languages."""

from functools import cache
from typing import Any

from lgsp_message.explanations import EXPLANATIONS
from lgsp_message.reason import Reason


@cache
def explained(code: str) -> dict[str, Any]:
    """Return the `help` of a reason code; empty for codes of the HTTP interface itself."""
    if code not in set(Reason):
        return {}
    told = EXPLANATIONS[Reason(code)]
    return {
        "help": {
            language: {
                "meaning": getattr(told.meaning, language),
                "who": getattr(told.actor.value, language),
                "next": getattr(told.step, language),
            }
            for language in ("vi", "en")
        }
    }
