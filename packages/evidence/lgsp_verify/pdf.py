"""The report as a PDF, by typst (the extra `pdf`)."""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import typst

from lgsp_verify.findings import EXPLANATIONS, TITLES
from lgsp_verify.report import Report, mark, said, told_step, verdict_said, word


def as_pdf(report: Report, languages: Sequence[str]) -> bytes:
    """Return the report, one language after the other.

    The template is code, the report is data beside it: nothing of a bundle is read as typst.
    """
    template = files("lgsp_verify").joinpath("report.typ").read_bytes()
    told = json.dumps([_told(report, language) for language in languages], ensure_ascii=False)
    made: bytes = typst.compile(template, format="pdf", sys_inputs={"report": told})
    return made


def _told(report: Report, language: str) -> dict[str, Any]:
    return {
        "language": language,
        "title": word("title", language),
        "head": report.head(language),
        "checks": [
            {
                "status": result.status.value,
                "mark": mark(result.status, language),
                "title": said(TITLES[result.check], language),
                "text": said(EXPLANATIONS[result.finding].text, language),
                "place": result.place,
                "next": _next(result.finding, language),
            }
            for result in report.results
        ],
        "steps": word("steps", language),
        "history": [told_step(step) for step in report.steps],
        "verdict": verdict_said(report.verdict, language),
        "status": report.verdict.value,
    }


def _next(finding: Any, language: str) -> str:
    told = EXPLANATIONS[finding]
    if told.actor is None or told.step is None:
        return ""
    return f"{said(told.actor, language)}: {said(told.step, language)}"
