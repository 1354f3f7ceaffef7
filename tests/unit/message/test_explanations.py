"""Every reason is explained to people, and the page says what the code says."""

import unicodedata
from pathlib import Path

import pytest
from lgsp_message.explanations import EXPLANATIONS, Actor, render
from lgsp_message.reason import Reason

PAGE = Path(__file__).parents[3] / "docs" / "reasons.md"


def test_every_reason_is_explained():
    assert set(EXPLANATIONS) == set(Reason)
    assert {told.actor for told in EXPLANATIONS.values()} == set(Actor)


@pytest.mark.parametrize("reason", Reason)
def test_an_explanation_is_whole_and_said_in_both_languages(reason):
    told = EXPLANATIONS[reason]
    for text in (told.meaning, told.actor.value, told.step):
        assert text.vi != text.en
        assert text.en.isascii() or "…" in text.en
        assert not text.vi.isascii()
        assert unicodedata.is_normalized("NFC", text.vi)
        assert "|" not in f"{text.vi}{text.en}"
    assert told.meaning.vi.endswith(".")
    assert told.meaning.en.endswith(".")


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == render(), (
        "run: python -m lgsp_message.explanations > docs/reasons.md"
    )
