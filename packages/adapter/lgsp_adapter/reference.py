"""The reference page of an adapter, made of its `Spec`: the same bytes for the same spec."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lgsp_adapter.config import config_schema
from lgsp_adapter.secret import FORMAT
from lgsp_adapter.spec import Spec
from lgsp_adapter.texts import VIETNAMESE

_HEAD: Final = (
    "| Trường / field | Ý nghĩa / meaning | Kiểu / type | Bắt buộc / required "
    "| Mặc định / default | Ràng buộc / rules |\n|---|---|---|---|---|---|"
)
_RULES: Final = (
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
)


def render(spec: Spec) -> str:
    """Return the page in Markdown, ending in a newline."""
    schema = config_schema(spec.config)
    tables = [_table(schema, schema.get("description"))]
    for name, part in sorted(schema.get("$defs", {}).items()):
        if "properties" in part:
            tables.append(f"### {name}\n\n{_table(part, part.get('description'))}")
    return "\n\n".join([_heading(spec), *tables]) + "\n"


def _heading(spec: Spec) -> str:
    facts = {
        "Phiên bản / version": spec.version,
        "Loại / kind": spec.kind,
        "Hợp đồng / contract": spec.contract,
        "Phiên bản cấu hình / configuration version": spec.config.version,
        "Gửi lặp / repetition": spec.idempotence,
        "Loại sự kiện / event types": ", ".join(f"`{name}`" for name in spec.types),
    }
    lines = (f"- {name}: {value}" for name, value in facts.items() if value)
    return f"# {spec.name}\n\n{spec.title.vi} / {spec.title.en}\n\n" + "\n".join(lines)


def _table(schema: Mapping[str, Any], description: str | None) -> str:
    required = schema.get("required", ())
    fields = schema.get("properties", {}).items()
    rows = [_row(name, field, required=name in required) for name, field in fields]
    table = "\n".join([_HEAD, *rows])
    return f"{description}\n\n{table}" if description else table


def _row(name: str, field: Mapping[str, Any], *, required: bool) -> str:
    default = field.get("default")
    cells = (
        f"`{name}`",
        _meaning(field),
        _type(field),
        "có / yes" if required else "không / no",
        "" if default is None else f"`{json.dumps(default, ensure_ascii=False, sort_keys=True)}`",
        ", ".join(_rules(field)),
    )
    # A bar inside a cell would end it.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _meaning(field: Mapping[str, Any]) -> str:
    vietnamese, english = field.get(VIETNAMESE), field.get("title", "")
    title = f"{vietnamese} / {english}" if vietnamese else english
    return " ".join(f"{title}. {field.get('description', '')}".split()).removesuffix(".")


def _type(field: Mapping[str, Any]) -> str:
    if field.get("format") == FORMAT:
        return "tham chiếu bí mật / secret reference"
    if "anyOf" in field:
        return " or ".join(_type(part) for part in field["anyOf"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "items" in field:
        return f"array of {_type(field['items'])}"
    return str(field.get("format") or field.get("type") or "any")


def _rules(field: Mapping[str, Any]) -> Iterator[str]:
    for name in _RULES:
        if name in field and field.get("format") != FORMAT:
            yield f"{name} `{field[name]}`"
    if "enum" in field:
        yield "one of " + ", ".join(f"`{value}`" for value in field["enum"])
