"""Finds the adapters in a package's folder, or in a recipe."""

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from lgsp_adapter.contract import Adapter

GROUP: Final = "hub.adapters"
"""The entry point group by which the hub finds adapters."""


class NotFound(Exception):
    """There is no adapter. The text says what was looked for."""


def adapters_of(target: Path) -> list[type[Any]]:
    """Return the adapter classes of a folder with a `pyproject.toml`, or of a recipe, read anew.

    Raises:
        NotFound: there is none, or it cannot be imported.
    """
    if target.suffix in (".yaml", ".yml"):
        return [_of_recipe(target)]
    entries = _entry_points(target / "pyproject.toml")
    return [_imported(target, name, place) for name, place in entries.items()]


def _of_recipe(file: Path) -> type[Any]:
    from lgsp_adapter.recipe import RecipeError, load_recipe  # noqa: PLC0415  (an extra)

    try:
        return load_recipe(file).adapter
    except RecipeError as error:
        raise NotFound(str(error)) from None


def _entry_points(file: Path) -> dict[str, str]:
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        entries: dict[str, str] = project["entry-points"][GROUP]
    except (OSError, ValueError, KeyError):
        raise NotFound(f'{file}: no [project.entry-points."{GROUP}"]') from None
    return entries


def _imported(folder: Path, name: str, place: str) -> type[Any]:
    module, _, attribute = place.partition(":")
    root = module.partition(".")[0]
    # Forgotten first: the code may have changed since, and the working loop reads it again.
    for loaded in [each for each in sys.modules if each == root or each.startswith(f"{root}.")]:
        del sys.modules[loaded]
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder.resolve()))
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise NotFound(f"{place}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(folder.resolve()))
    return _checked(name, found)


def _checked(name: str, found: Any) -> type[Any]:
    if not (isinstance(found, type) and issubclass(found, Adapter)):
        raise NotFound(f"{name}: not a Source, Sink or Service")
    if found.spec.name != name:
        raise NotFound(f"{name}: its Spec.name is {found.spec.name}; both must be the same")
    return found
