"""The generated page of types."""

from pathlib import Path

from hub.schemas.docs import render

PAGE = Path(__file__).parents[3] / "docs" / "types.md"


def test_the_page_of_types_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render()
