"""Bodies made of a template. Pure: no expression, no attribute, only names that are listed."""

import re
from collections.abc import Mapping
from typing import Any, Final

OBJECT: Final = "${object}"
NAMES: Final = frozenset(
    {"name", "stem", "suffix", "sha256", "size", "modified", "modified_ms", "media_type", "object"}
)
_PLACE = re.compile(r"\$\{([a-z0-9_]*)\}")


def check_template(template: Any) -> None:
    """Look for names that no file has.

    Raises:
        ValueError: there is one, or `${object}` stands inside a longer text.
    """
    for text in _strings(template):
        for name in _PLACE.findall(text):
            if name not in NAMES or (name == "object" and text != OBJECT):
                raise ValueError("template: a name that is not known, or object within a text")


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return the template with its names replaced; a name alone keeps its type."""
    if isinstance(template, dict):
        return {key: fill(part, values) for key, part in template.items()}
    if isinstance(template, list):
        return [fill(part, values) for part in template]
    if not isinstance(template, str):
        return template
    alone = _PLACE.fullmatch(template)
    if alone:
        return values[alone[1]]
    return _PLACE.sub(lambda place: str(values[place[1]]), template)
