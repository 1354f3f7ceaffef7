"""Verdicts: every reason has a grade and a text, and the worst of them counts."""

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.signing.verdict_texts import GRADE_TEXTS, VERDICT_TEXTS, render
from hub.signing.verdicts import (
    GRADES,
    Grade,
    VerdictReason,
    document_verdict,
    from_json,
    grade_of,
    to_json,
)

PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"


def verdict(*reasons):
    return document_verdict(
        sha256="00" * 32,
        media_type="application/pdf",
        reasons=reasons,
        judged_at=datetime(2026, 11, 29, tzinfo=UTC),
        trust="1",
    )


def test_every_reason_and_every_grade_is_explained():
    assert set(VERDICT_TEXTS) == set(VerdictReason) == set(GRADES)
    assert set(GRADE_TEXTS) == set(Grade)
    assert Grade.VALID not in GRADES.values()


@pytest.mark.parametrize("reason", VerdictReason)
def test_a_text_is_whole_and_said_in_both_languages(reason):
    told = VERDICT_TEXTS[reason]
    for text in (told.meaning, told.step):
        assert text.en.isascii()
        assert not text.vi.isascii()
        assert unicodedata.is_normalized("NFC", text.vi)
        assert text.vi.endswith(".")
        assert text.en.endswith(".")
        assert "|" not in f"{text.vi}{text.en}"


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == render(), "run: scripts/docs"


def test_the_worst_reason_counts():
    assert grade_of(()) is Grade.VALID
    assert grade_of([VerdictReason.NO_TIMESTAMP]) is Grade.VALID_LEGACY
    assert grade_of(VerdictReason) is Grade.INVALID
    some = [VerdictReason.REVOCATION_UNKNOWN, VerdictReason.LEGACY_KEY]
    assert grade_of(some) is Grade.INDETERMINATE


def test_a_document_without_signatures_is_never_valid():
    assert verdict().reasons == (VerdictReason.NOT_SIGNED,)
    assert verdict().grade is Grade.INDETERMINATE


def test_a_verdict_survives_its_json_and_nothing_else_passes_for_one():
    one = verdict(VerdictReason.TIME_LIMIT)
    assert from_json(to_json(one)) == one
    for other in (b"", b"{}", to_json(one).replace(b"time_limit", b"so_what")):
        with pytest.raises(ValueError, match=r"."):
            from_json(other)
