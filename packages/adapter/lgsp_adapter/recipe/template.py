"""The expressions of a recipe: JSON Pointers in double braces, and nothing that could run.

`{{ /item/id }}` is the value at a JSON Pointer (RFC 6901). A string that is one expression gives
the value with its type; among other text it gives text. `{{ /item/x? }}` may be missing. Filters:
`| nfc` (Unicode NFC), `| url` (percent-encoded), `| text`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from lgsp_adapter.errors import Reject

_EXPRESSION: Final = re.compile(
    r"\{\{\s*(?P<pointer>(?:/[^\s|{}?]*)+)(?P<optional>\?)?\s*(?:\|\s*(?P<filter>[a-z]+)\s*)?\}\}"
)
_BRACES = re.compile(r"\{\{|\}\}")


class Verbatim(str):
    """An address that the operator gave: it stands in another one as it is."""

    __slots__ = ()


def as_text(value: Any) -> str:
    """Return a value as it stands in a text: JSON for what is no string, nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_nfc(value: Any) -> str:
    """Return a text in Unicode NFC: business keys are compared that way."""
    return unicodedata.normalize("NFC", as_text(value))


def as_url_part(value: Any) -> str:
    """Return a text that cannot leave its place in an address."""
    return value if isinstance(value, Verbatim) else quote(as_text(value), safe="")


FILTERS: Final[dict[str, Callable[[Any], str]]] = {
    "text": as_text,
    "nfc": as_nfc,
    "url": as_url_part,
}


def check_template(template: Any, roots: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a template: each expression must be one, and begin at a root."""
    for text in _strings(template):
        found = list(_EXPRESSION.finditer(text))
        if _BRACES.search(_EXPRESSION.sub("", text)):
            yield f"{text!r}: an expression is {{{{ /path }}}} or {{{{ /path | filter }}}}"
        for each in found:
            root = each["pointer"].split("/")[1]
            if root not in roots:
                yield f"{each['pointer']}: begins with one of {', '.join(sorted(roots))}"
            if each["filter"] and each["filter"] not in FILTERS:
                yield f"{each['filter']}: filters are {', '.join(FILTERS)}"


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return the template with its expressions replaced; objects and arrays are walked through.

    Raises:
        Reject: `missing`, with the pointer, never a value.
    """
    if isinstance(template, Mapping):
        return {key: fill(part, values) for key, part in template.items()}
    if isinstance(template, list):
        return [fill(part, values) for part in template]
    return _filled(template, values) if isinstance(template, str) else template


def fill_text(template: str, values: Mapping[str, Any], default: Callable[[Any], str]) -> str:
    """Return a text; `default` is the filter of expressions that name none."""
    return _EXPRESSION.sub(lambda found: _part(found, values, default), template)


def point(document: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer.

    Raises:
        Reject: `missing`, with the pointer.
    """
    for step in pointer.split("/")[1:] if pointer else ():
        name = step.replace("~1", "/").replace("~0", "~")
        document = _child(document, name, pointer)
    return document


def _child(document: Any, name: str, pointer: str) -> Any:
    if isinstance(document, Mapping) and name in document:
        return document[name]
    is_index = name.isascii() and name.isdigit()
    if isinstance(document, list) and is_index and int(name) < len(document):
        return document[int(name)]
    raise Reject("missing", pointer)


def _filled(text: str, values: Mapping[str, Any]) -> Any:
    whole = _EXPRESSION.fullmatch(text.strip())
    if whole is None:
        return fill_text(text, values, as_text)
    value = _value(whole, values)
    return FILTERS[whole["filter"]](value) if whole["filter"] else value


def _part(found: re.Match[str], values: Mapping[str, Any], default: Callable[[Any], str]) -> str:
    return FILTERS.get(found["filter"] or "", default)(_value(found, values))


def _value(found: re.Match[str], values: Mapping[str, Any]) -> Any:
    try:
        return point(values, found["pointer"])
    except Reject:
        if found["optional"]:
            return None
        raise


def _strings(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping):
        for part in template.values():
            yield from _strings(part)
    elif isinstance(template, list):
        for part in template:
            yield from _strings(part)
