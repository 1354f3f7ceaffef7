"""A type for people: its fields, codes, an example, who sends it and who takes it. Pure HTML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import orjson

from hub.schemas.event_types import BY_TYPE

MOST_NAMED: Final = 500
"""Most senders or recipients that are listed; a province's communes are some hundred."""

_PAGE: Final = """\
<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{type}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<h1>{vi} <span lang="en">· {en}</span></h1>
<p><code>{type}</code></p>
{versions}
<h2>Bên gửi <span lang="en">· Who sends</span></h2>
{senders}
<h2>Bên nhận <span lang="en">· Who takes it</span></h2>
{takers}
</main>
</body>
</html>
"""

STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid; padding: .3rem .6rem; text-align: left; vertical-align: top; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; }
.state { border: 1px solid; border-radius: .4rem; padding: 0 .4rem; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionShown:
    """One published version."""

    name: str
    state: str
    document: Mapping[str, Any]
    example: Mapping[str, Any] | None


def page(
    type: str,
    versions: Sequence[VersionShown],
    senders: Sequence[str],
    takers: Sequence[str],
    style: str,
) -> str:
    """Return the page, the newest version first."""
    words = BY_TYPE.get(type)
    return _PAGE.format(
        type=escape(type),
        vi=escape(words.vi if words else type),
        en=escape(words.en if words else type),
        style=escape(style),
        versions="\n".join(_version(one) for one in reversed(versions)),
        senders=_list(senders),
        takers=_list(takers),
    )


def _version(one: VersionShown) -> str:
    rows = "\n".join(_rows(one.document, one.document.get("$defs", {}), ""))
    head = "".join(
        f"<th>{vi} <span lang='en'>· {en}</span></th>"
        for vi, en in (
            *(("Trường", "Field"), ("Bắt buộc", "Required"), ("Kiểu", "Kind")),
            *(("Ý nghĩa", "Meaning"), ("Giá trị", "Values")),
        )
    )
    example = "" if one.example is None else _example(one.example)
    return (
        f"<h2>{escape(one.name)} <span class='state'>{escape(one.state)}</span></h2>\n"
        f"<p lang='en'>{escape(str(one.document.get('description', '')))}</p>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>\n{example}"
    )


def _example(example: Mapping[str, Any]) -> str:
    text = orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
    return f"<h3>Ví dụ <span lang='en'>· Example</span></h3>\n<pre>{escape(text)}</pre>"


def _rows(schema: Mapping[str, Any], known: Mapping[str, Any], at: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        if not isinstance(part, Mapping):
            continue
        whole = _resolved(part, known)
        place = f"{at}.{name}" if at else name
        mark = "✓" if name in required else ""
        words = f"{escape(str(whole.get('title', '')))}<br><span lang='en'>"
        words += f"{escape(str(whole.get('description', '')))}</span>"
        cells = (f"<code>{escape(place)}</code>", mark, escape(_kind(whole)), words, _values(whole))
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield from _rows(whole, known, place)
        items = whole.get("items")
        if isinstance(items, Mapping):
            yield from _rows(_resolved(items, known), known, f"{place}[]")


def _resolved(part: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    # It ends: a published schema has no circle of references.
    if "$ref" not in part:
        return part
    target = known[part["$ref"].removeprefix("#/$defs/")]
    return {**_resolved(target, known), **{k: v for k, v in part.items() if k != "$ref"}}


def _kind(part: Mapping[str, Any]) -> str:
    type_ = part.get("type", "")
    told = [type_ if isinstance(type_, str) else " | ".join(type_)]
    told += [str(part[name]) for name in ("format",) if name in part]
    limits = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")
    told += [f"{name} {part[name]}" for name in limits if name in part]
    return ", ".join(one for one in told if one)


def _values(part: Mapping[str, Any]) -> str:
    listed = part["enum"] if "enum" in part else [part["const"]] if "const" in part else []
    return ", ".join(f"<code>{escape(orjson.dumps(one).decode())}</code>" for one in listed)


def _list(names: Iterable[str]) -> str:
    listed = list(names)
    items = "".join(f"<li>{escape(name)}</li>" for name in listed[:MOST_NAMED])
    more = f"<li>… +{len(listed) - MOST_NAMED}</li>" if len(listed) > MOST_NAMED else ""
    nobody = "<p>Chưa có. <span lang='en'>Nobody yet.</span></p>"
    return f"<ul>{items}{more}</ul>" if listed else nobody
