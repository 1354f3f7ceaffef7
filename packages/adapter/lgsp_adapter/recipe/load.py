"""From a YAML file to a class: an adapter without a line of Python."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from lgsp_adapter.contract import AnyAdapter
from lgsp_adapter.recipe.fields import config_class
from lgsp_adapter.recipe.files import FileDrop
from lgsp_adapter.recipe.http import RestPoll, RestPush, RestPushLookUp
from lgsp_adapter.recipe.model import Kinds, Recipe, Trial
from lgsp_adapter.recipe.sql import SqlTable
from lgsp_adapter.recipe.webhook import WebhookIn
from lgsp_adapter.spec import Kind, Spec
from lgsp_adapter.texts import Text

LONGEST: Final = 1024 * 1024

_CLASSES: Final[dict[Kinds, tuple[Kind, type[Any]]]] = {
    "rest-poll": (Kind.SOURCE, RestPoll),
    "rest-push": (Kind.SINK, RestPush),
    "webhook-in": (Kind.SERVICE, WebhookIn),
    "sql-table": (Kind.SOURCE, SqlTable),
    "file-drop": (Kind.SOURCE, FileDrop),
}


class RecipeError(Exception):
    """The file is no recipe. The text says where, and what is expected there."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A recipe as the SDK knows adapters."""

    adapter: type[AnyAdapter]
    tests: tuple[Trial, ...]


def load_recipe(path: Path) -> Loaded:
    """Read a recipe.

    Raises:
        RecipeError: it cannot be read, is no YAML, or is no recipe; with every problem.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path.name}: {type(error).__name__}") from None
    return loads_recipe(text, path.name)


def loads_recipe(text: str, name: str = "recipe") -> Loaded:
    """Read a recipe from its text; see `load_recipe`."""
    try:
        recipe = Recipe.model_validate(_parsed(text, name))
        return Loaded(adapter_of(recipe), tuple(recipe.tests))
    except ValidationError as error:
        found = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise RecipeError(f"{name}: " + "; ".join(found)) from None
    except ValueError as error:
        raise RecipeError(f"{name}: {error}") from None


def adapter_of(recipe: Recipe) -> type[AnyAdapter]:
    """Return the class that a recipe stands for; a wrong declaration fails as in Python."""
    kind, base = _CLASSES[recipe.kind]
    if recipe.find is not None:
        base = RestPushLookUp
    spec = Spec(
        name=recipe.name,
        version=recipe.version,
        kind=kind,
        config=config_class(recipe),
        title=Text(vi=recipe.title.vi, en=recipe.title.en),
        types=tuple(recipe.types),
        idempotence=recipe.idempotence,
    )
    made: type[AnyAdapter] = type(recipe.name, (base,), {"spec": spec, "recipe": recipe})
    return made


def _parsed(text: str, name: str) -> Any:
    if len(text) > LONGEST:
        raise RecipeError(f"{name}: longer than {LONGEST} characters")
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        raise RecipeError("recipes need PyYAML: pip install 'lgsp-hub-adapter[yaml]'") from None
    try:
        # The safe loader makes plain values only; aliases are refused, for nested ones are a bomb.
        if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text, yaml.SafeLoader)):
            raise RecipeError(f"{name}: no aliases (*name) in a recipe")
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "somewhere"
        raise RecipeError(f"{name}: not YAML ({place})") from None
    except RecursionError:
        raise RecipeError(f"{name}: nested too deep") from None
