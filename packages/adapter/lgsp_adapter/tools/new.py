"""Makes the package of a new adapter; its tests pass at once."""

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from lgsp_adapter.tools.find import adapters_of
from lgsp_adapter.tools.pages import write_pages

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class _Shape:
    kit: str
    extras: str
    recipe: bool
    sample: tuple[str, ...]


KINDS: Final[dict[str, _Shape]] = {
    "source": _Shape("SourceKit", "http", recipe=False, sample=("url", "token")),
    "sink": _Shape("SinkKit", "http", recipe=False, sample=("url", "token")),
    "service": _Shape("ServiceKit", "http", recipe=False, sample=("token",)),
    "poll": _Shape("SourceKit", "yaml", recipe=True, sample=("url", "token")),
    "webhook": _Shape("ServiceKit", "yaml", recipe=True, sample=("token",)),
}
"""`poll` and `webhook` are one YAML file each; the others are Python."""

_SAMPLE: Final = {"url": "https://agency.example", "token": "env:AGENCY_TOKEN"}


class CannotMake(Exception):
    """The package cannot be made. The text says why and what to do."""


def new_adapter(name: str, kind: str, into: Path) -> list[Path]:
    """Write the package `hub-adapter-NAME` into a folder; return its files.

    Raises:
        CannotMake: the name or the kind is none, or the folder is there already.
    """
    if not _NAME.fullmatch(name) or not 1 < len(name) <= _LONGEST:
        raise CannotMake("name: lower-case letters, digits and hyphens, such as mot-cua-h99")
    if kind not in KINDS:
        raise CannotMake(f"kind: one of {', '.join(KINDS)}")
    root = into / f"hub-adapter-{name}"
    if root.exists():
        raise CannotMake(f"{root} is there already; choose another name, or remove it")
    written = [_write(root / place, text) for place, text in _contents(name, kind).items()]
    return [*written, *write_pages(root, adapters_of(root))]


def _contents(name: str, kind: str) -> dict[str, str]:
    shape, module = KINDS[kind], f"hub_adapter_{name.replace('-', '_')}"
    main = "adapter.yaml" if shape.recipe else "__init__.py"
    words = {
        "name": name,
        "kind": kind,
        "module": module,
        "Kit": shape.kit,
        "extras": shape.extras,
        "source_file": f"{module}/{main}",
    }
    places = {
        "pyproject.toml": "common/pyproject.toml",
        "README.md": "common/README.md",
        ".github/workflows/test.yml": "common/ci.yml",
        "tests/peer.py": f"{kind}/peer.py",
        "tests/test_conformance.py": "common/test_conformance.py",
        f"{module}/{main}": f"{kind}/adapter.{'yaml' if shape.recipe else 'py'}",
    }
    if shape.recipe:
        places[f"{module}/__init__.py"] = "common/recipe.py"
        places["tests/test_recipe.py"] = "common/test_recipe.py"
    made = {place: _filled(template, words) for place, template in places.items()}
    sample = {field: _SAMPLE[field] for field in shape.sample}
    return {**made, "config.sample.json": json.dumps(sample, indent=2) + "\n"}


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files("lgsp_adapter.tools") / "scaffold" / f"{template}.tmpl").read_text("utf-8")
    return Template(text).substitute(words)


def _write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
