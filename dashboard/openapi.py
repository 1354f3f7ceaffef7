"""Print the part of the hub's OpenAPI document that the console uses, without words for people."""

import sys
from typing import Any
from unittest.mock import MagicMock

import orjson

from hub.api.app import create_app

Json = dict[str, Any]
PATHS = ("/ops", "/v1/admin")
WORDS = ("description", "summary", "title", "example", "examples")


def main() -> None:
    """Print it as JSON. Nothing behind the routes is opened."""
    document = create_app(MagicMock()).openapi()
    paths = {path: item for path, item in document["paths"].items() if path.startswith(PATHS)}
    for item in paths.values():
        for call in item.values():
            call["responses"] = _good(call["responses"])
    schemas = document["components"]["schemas"]
    kept = {name: schemas[name] for name in sorted(_reached(paths, schemas))}
    bare = _bare({"openapi": document["openapi"], "paths": paths, "components": {"schemas": kept}})
    bare["info"] = {"title": "hub", "version": "1"}
    sys.stdout.buffer.write(orjson.dumps(bare, option=orjson.OPT_SORT_KEYS))


def _good(responses: Json) -> Json:
    # What comes back when all is well: everything else is a problem document, whatever the path.
    return {
        code: {"content": told["content"]} if "content" in told else {}
        for code, told in responses.items()
        if str(code).startswith("2")
    }


def _reached(value: Any, schemas: Json) -> set[str]:
    """Return the names of the schemas that a part of the document leads to."""
    found: set[str] = set()
    waiting = list(_named(value))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _named(schemas[name])
    return found


def _named(value: Any) -> set[str]:
    if isinstance(value, list):
        return {name for one in value for name in _named(one)}
    if not isinstance(value, dict):
        return set()
    own = value.get("$ref")
    inner = {name for one in value.values() for name in _named(one)}
    return inner | {own.rpartition("/")[2]} if isinstance(own, str) else inner


def _bare(value: Any, *, names: bool = False) -> Any:
    """Return a value without words; below `names` every key is a name, also one like `title`."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _bare(one, names=key in {"properties", "schemas", "paths"} and not names)
        for key, one in value.items()
        if names or key not in WORDS
    }


if __name__ == "__main__":
    main()
