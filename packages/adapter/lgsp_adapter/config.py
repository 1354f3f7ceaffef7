"""Typed configuration of adapters. Its errors name the field and the rule, never the value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

VERSION_FIELD: Final = "config_version"
"""Where a stored configuration says which version it is; left out, it is version 1."""

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a configuration."""

    field: str
    """Dotted path; empty for the whole."""
    rule: str
    """A stable code: `missing`, `extra_forbidden`, `string_type`, `secret_reference`, …"""


class ConfigError(Exception):
    """The configuration is refused. Neither it nor its cause holds a value of it.

    Attributes:
        problems: all that is wrong, at least one.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{each.field or '(all)'}: {each.rule}" for each in problems))
        self.problems = problems


class Config(BaseModel):
    """Base of every adapter's configuration: frozen, and unknown fields are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    version: ClassVar[int] = 1
    """Raise it with every change that older stored configurations do not survive."""

    @classmethod
    def migrate(cls, version: int, raw: dict[str, Any]) -> dict[str, Any]:
        """Turn a stored configuration of `version` into one of `version + 1`.

        Called once for each step. Every adapter whose `version` is above 1 has it.
        """
        raise NotImplementedError(version)


C = TypeVar("C", bound=Config)


def load_config(model: type[C], raw: Mapping[str, Any]) -> C:
    """Check a stored configuration, after bringing it to the current version.

    Raises:
        ConfigError: all that is wrong. No cause is chained: pydantic's would show values.
    """
    values = dict(raw)
    version = values.pop(VERSION_FIELD, 1)
    # bool is an int in Python: `true` is no version.
    if type(version) is not int or not 1 <= version <= model.version:
        raise ConfigError(Problem(field=VERSION_FIELD, rule="version_unknown"))
    for step in range(version, model.version):
        values = _migrated(model, step, values)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [_problem(each["loc"], each["type"]) for each in error.errors()]
    raise ConfigError(*problems)


def _migrated(model: type[Config], step: int, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return model.migrate(step, values)
    except Exception:  # noqa: BLE001  (the hook's error may quote a value, so it goes no further)
        rule = f"migration_{step}_failed"
    raise ConfigError(Problem(field=VERSION_FIELD, rule=rule))


def _problem(place: tuple[int | str, ...], rule: str) -> Problem:
    # A key may be typed by a person: what does not look like a field's name is not repeated.
    parts = (str(part) for part in place)
    names = (part if part.isdigit() or _FIELD.fullmatch(part) else "?" for part in parts)
    return Problem(field=".".join(names), rule=rule)


def config_schema(model: type[Config]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a configuration, for forms and the reference page."""
    schema = model.model_json_schema(mode="validation")
    return {**schema, "x-config-version": model.version}
