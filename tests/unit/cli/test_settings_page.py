from pathlib import Path

from hub.cli import environment
from hub.cli.settings_page import render

PAGE = Path(__file__).parents[3] / "docs" / "operations" / "settings.md"


def test_the_page_is_current():
    """`make docs` writes it."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_variable_stands_on_the_page_with_a_meaning():
    lines = {line.split("`")[1]: line for line in render().splitlines() if line.startswith("| `")}
    assert set(lines) == set(environment.variables())
    assert all(line.split("|")[-2].strip() for line in lines.values())
