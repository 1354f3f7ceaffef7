"""`docs/adapters.md`, followed literally: every command, every file."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lgsp_adapter.recipe.model import Recipe

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def followed(kind, file, text, folder):
    """Do what one block says; return what the commands printed."""
    if kind != "sh":
        (folder / file).write_text(text, encoding="utf-8")
        return ""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    command = ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.long
def test_the_page_works_as_it_stands(tmp_path):
    printed = [followed(kind, file, text, tmp_path) for kind, file, text in BLOCKS]
    assert sum(kind == "sh" for kind, _, _ in BLOCKS) == 4
    assert "28 of 28 promises are kept" in printed[0]
    assert '"event": "check", "ok": true' in "".join(printed)


def test_the_page_names_every_adapter_that_ships():
    shipped = {folder.parent.name for folder in ROOT.glob("adapters/*/pyproject.toml")}
    assert {name for name in shipped if f"`{name}`" not in PAGE} == set()


def test_the_page_names_every_kind_of_recipe():
    kinds = Recipe.model_json_schema()["properties"]["kind"]["enum"]
    named = {"rest-poll": "--kind poll", "webhook-in": "--kind webhook"}
    assert [kind for kind in kinds if named.get(kind, kind) not in PAGE] == []
