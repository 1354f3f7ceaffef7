"""Reference pages of a package: written, or compared with what they should be."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lgsp_adapter.reference import render


def pages(root: Path, adapters: Sequence[type[Any]]) -> dict[Path, str]:
    """Return each page and its text: `REFERENCE.md`, or `REFERENCE-NAME.md` of several adapters."""
    if root.is_file():
        return {root.with_suffix(".md"): render(adapters[0].spec)}
    if len(adapters) == 1:
        return {root / "REFERENCE.md": render(adapters[0].spec)}
    return {root / f"REFERENCE-{each.spec.name}.md": render(each.spec) for each in adapters}


def write_pages(root: Path, adapters: Sequence[type[Any]]) -> list[Path]:
    """Write the pages; return those that changed."""
    changed = stale_pages(root, adapters)
    for file in changed:
        file.write_text(pages(root, adapters)[file], encoding="utf-8")
    return changed


def stale_pages(root: Path, adapters: Sequence[type[Any]]) -> list[Path]:
    """Return the pages that are missing or not what the declaration gives now."""
    wanted = pages(root, adapters)
    return [file for file, text in wanted.items() if _text(file) != text]


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
