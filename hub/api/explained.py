"""What a refusal or a verdict tells people: meaning, who must act, what to do next."""

from functools import cache
from typing import Any

from lgsp_message.explanations import EXPLANATIONS, Explanation
from lgsp_message.reason import Reason

from hub.signing.verdict_texts import VERDICT_TEXTS
from hub.signing.verdicts import VerdictReason


@cache
def explained(code: str) -> dict[str, Any]:
    """Return the `help` of a reason code; empty for codes of the HTTP interface itself."""
    return {"help": _told(EXPLANATIONS[Reason(code)])} if code in set(Reason) else {}


@cache
def verdict_explained(code: str) -> dict[str, Any] | None:
    """Return the help of a verdict's reason; None for one that a newer version has written."""
    return _told(VERDICT_TEXTS[VerdictReason(code)]) if code in set(VerdictReason) else None


def _told(text: Explanation) -> dict[str, Any]:
    return {
        language: {
            "meaning": getattr(text.meaning, language),
            "who": getattr(text.actor.value, language),
            "next": getattr(text.step, language),
        }
        for language in ("vi", "en")
    }
