"""What a verifier says: each check with its answer, for programs and for people."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lgsp_message.explanations import Text

from lgsp_verify.findings import EXPLANATIONS, TITLES, Result, Status

LANGUAGES: Final = ("vi", "en")

_MARKS: Final = {
    Status.OK: Text(vi="ĐẠT", en="OK"),
    Status.NOT_OK: Text(vi="KHÔNG ĐẠT", en="NOT OK"),
    Status.INDETERMINATE: Text(vi="CHƯA RÕ", en="INDETERMINATE"),
}
_VERDICTS: Final = {
    Status.OK: Text(
        vi="KẾT LUẬN: ĐẠT. Mọi điều kiểm tra đều đúng.",
        en="VERDICT: OK. Every check holds.",
    ),
    Status.NOT_OK: Text(
        vi="KẾT LUẬN: KHÔNG ĐẠT. Có điều không đúng; xem các dòng KHÔNG ĐẠT.",
        en="VERDICT: NOT OK. Something does not hold; see the lines NOT OK.",
    ),
    Status.INDETERMINATE: Text(
        vi="KẾT LUẬN: KHÔNG CÓ GÌ SAI, nhưng có điều chưa kết luận được; xem các dòng CHƯA RÕ.",
        en="VERDICT: NOTHING IS WRONG, but not everything can be settled; see INDETERMINATE.",
    ),
}
_WORDS: Final = {
    "title": Text(vi="BÁO CÁO KIỂM TRA BẰNG CHỨNG", en="EVIDENCE REPORT"),
    "message": Text(vi="Bản tin", en="Message"),
    "hub": Text(vi="Trục", en="Hub"),
    "made_at": Text(vi="Gói lập lúc", en="Bundle made at"),
    "bundle": Text(vi="SHA-256 của gói", en="SHA-256 of the bundle"),
    "steps": Text(vi="Các bước đã được chứng minh", en="Proven steps"),
    "who": Text(vi="Ai xử lý", en="Who acts"),
    "next": Text(vi="Việc cần làm", en="Next step"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One proven event, for the history in the report."""

    leaf: int
    event: str
    at: datetime
    recipient: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found about one bundle."""

    bundle_sha256: str
    results: tuple[Result, ...]
    hub: str = ""
    source: str = ""
    id: str = ""
    made_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def verdict(self) -> Status:
        """The worst of all answers."""
        found = {result.status for result in self.results}
        for status in (Status.NOT_OK, Status.INDETERMINATE):
            if status in found:
                return status
        return Status.OK

    def as_json(self) -> str:
        """Return the report as one JSON object."""
        return json.dumps(self._told(), ensure_ascii=False, indent=1)

    def _told(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "bundle_sha256": self.bundle_sha256,
            "hub": self.hub,
            "source": self.source,
            "id": self.id,
            "made_at": None if self.made_at is None else self.made_at.isoformat(),
            "checks": [_check_told(result) for result in self.results],
            "steps": [
                {
                    "leaf": step.leaf,
                    "event": step.event,
                    "at": step.at.isoformat(),
                    "recipient": step.recipient,
                    "reason": step.reason,
                }
                for step in self.steps
            ],
        }

    def as_text(self, languages: tuple[str, ...] = LANGUAGES) -> str:
        """Return the report for people, in one language or in both, one after the other."""
        return "\n\n".join("\n".join(self._lines(language)) for language in languages) + "\n"

    def _lines(self, language: str) -> Iterator[str]:
        yield word("title", language)
        yield from (f"{name}: {value}" for name, value in self.head(language))
        yield ""
        for result in self.results:
            yield from _lines_of(result, language)
        yield ""
        yield from self._history(language)
        yield said(_VERDICTS[self.verdict], language)

    def _history(self, language: str) -> Iterator[str]:
        if not self.steps:
            return
        yield f"{word('steps', language)}:"
        for step in self.steps:
            yield f"  {step.leaf:>6}  {told_step(step)}"
        yield ""

    def head(self, language: str) -> list[tuple[str, str]]:
        """Return what stands above the checks: names and values."""
        made = "" if self.made_at is None else self.made_at.isoformat()
        values = {
            "message": f"{self.source}/{self.id}" if self.id else "–",
            "hub": self.hub or "–",
            "made_at": made or "–",
            "bundle": self.bundle_sha256,
        }
        return [(word(name, language), value) for name, value in values.items()]


def told_step(step: Step) -> str:
    """Return one step as a line."""
    parts = (step.at.isoformat(timespec="seconds"), step.event, step.recipient, step.reason)
    return "  ".join(part for part in parts if part)


def said(text: Text, language: str) -> str:
    """Return a text in one language."""
    return text.vi if language == "vi" else text.en


def word(name: str, language: str) -> str:
    """Return a word of the report itself."""
    return said(_WORDS[name], language)


def mark(status: Status, language: str) -> str:
    """Return how a status is said."""
    return said(_MARKS[status], language)


def verdict_said(status: Status, language: str) -> str:
    """Return the sentence at the end."""
    return said(_VERDICTS[status], language)


def _lines_of(result: Result, language: str) -> Iterator[str]:
    told = EXPLANATIONS[result.finding]
    yield f"[{mark(result.status, language)}] {said(TITLES[result.check], language)}"
    place = f" ({result.place})" if result.place else ""
    yield f"    {said(told.text, language)}{place}"
    if told.actor is not None and told.step is not None:
        yield f"    {word('who', language)}: {said(told.actor, language)}."
        yield f"    {word('next', language)}: {said(told.step, language)}"


def _check_told(result: Result) -> dict[str, Any]:
    told = EXPLANATIONS[result.finding]
    return {
        "check": result.check.value,
        "status": result.status.value,
        "finding": result.finding.value,
        "place": result.place,
        "text": {"vi": told.text.vi, "en": told.text.en},
        "actor": None if told.actor is None else {"vi": told.actor.vi, "en": told.actor.en},
        "step": None if told.step is None else {"vi": told.step.vi, "en": told.step.en},
    }
