"""The configuration class that a recipe's `config` stands for."""

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from lgsp_adapter.config import Config
from lgsp_adapter.recipe.model import Recipe, Setting
from lgsp_adapter.recipe.template import Verbatim
from lgsp_adapter.secret import Secret
from lgsp_adapter.texts import Text

_TYPES: Final[dict[str, Any]] = {
    "text": str,
    "url": Annotated[str, Field(pattern=r"^https?://[^\s/]+.*[^/]$")],
    "secret": Secret,
    "integer": int,
    "boolean": bool,
    "folder": Path,
}


def config_class(recipe: Recipe) -> type[Config]:
    """Return the class; its fields are those of the recipe, in order."""
    fields: dict[str, Any] = {name: _field(each) for name, each in recipe.config.items()}
    made: type[Config] = create_model(f"{_camel(recipe.name)}Config", __base__=Config, **fields)
    made.__doc__ = None
    return made


def _field(setting: Setting) -> tuple[Any, Any]:
    title = Text(vi=setting.vi, en=setting.en)
    rules = Field(
        default=... if setting.default is None else setting.default,
        ge=setting.minimum,
        le=setting.maximum,
    )
    return Annotated[_TYPES[setting.type], title], rules


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def plain_values(recipe: Recipe, config: Config) -> dict[str, Any]:
    """Return what templates of messages may use: no secret is among it."""
    names = [name for name, each in recipe.config.items() if each.type != "secret"]
    return {name: _plain(recipe.config[name], getattr(config, name)) for name in names}


def _plain(setting: Setting, value: Any) -> Any:
    if setting.type == "url":
        return Verbatim(value)
    return str(value) if isinstance(value, Path) else value
