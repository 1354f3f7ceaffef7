"""Public test suites: where they are installed, and what the page about them claims.

The suites come in packages of the dependency group `suites` (`make suites`): nothing of them is
copied here, but for the JSON Schema suite, which no installable package carries.
"""

import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "security" / "vectors.md"
_ROW = re.compile(r"\| `(?P<name>[^`]+)` \|(?P<cells>.+)\|")


def folder(package: str, path: str) -> Path:
    """Return a folder of an installed package; skip the test, saying why, where it is not there."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"{package} is not installed: run `make suites`", allow_module_level=True)
    return Path(next(iter(found.submodule_search_locations))) / path


@cache
def _claims() -> dict[str, list[int]]:
    rows = map(_ROW.fullmatch, PAGE.read_text(encoding="utf-8").splitlines())
    cells = {row["name"]: row["cells"].split("|") for row in rows if row}
    return {
        name: [int(cell) for cell in found[:4]]
        for name, found in cells.items()
        if found[0].strip().isdecimal()
    }


def claimed(suite: str) -> Counter[str]:
    """Return the numbers of a suite's row: a page that says something else fails the test."""
    names = ("accepted", "refused", "stricter", "not ours")
    return Counter(dict(zip(names, _claims()[suite], strict=True)))
