"""AsyncAPI 3.0 of one system: its inbox, what it may send, and the schemas of both. Pure.

The bodies' schemas are JSON Schema 2020-12; AsyncAPI's own form is a superset of draft 7, the only
one that its official parser reads. What draft 7 has no word for is left out of the copy, which then
says less, never something else; `x-schema` names the one that counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.schemas.event_types import BY_TYPE

VERSION: Final = "3.0.0"
_LEFT_OUT: Final = frozenset(
    [
        *("$schema", "$id", "$defs", "minContains", "maxContains"),
        *("unevaluatedItems", "unevaluatedProperties"),
    ]
)
_ONE: Final = frozenset(
    [
        *("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames"),
        "then",
    ]
)
_LIST: Final = frozenset(["allOf", "anyOf", "oneOf"])
_MAP: Final = frozenset(["patternProperties", "properties"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One type that the system sends or takes."""

    type: str
    documents: Mapping[str, dict[str, Any]]
    """Schema version, as `dossier.step:1.0`, to its document: all that the hub takes."""
    recipients: tuple[str, ...] = ()
    """Whom the system may send it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemDescribed:
    """What is described."""

    system: str
    hub: str
    rules_version: int
    host: str
    """Of the hub's API, with its port."""
    protocol: str
    inbox_topic: str
    urgent_topic: str
    """Where what is urgent stands."""
    sends: Sequence[Described]
    takes: Sequence[Described]


def asyncapi(about: SystemDescribed) -> dict[str, Any]:
    """Return the document."""
    sent, taken = list(_messages(about.sends)), list(_messages(about.takes))
    return {
        "asyncapi": VERSION,
        "id": f"urn:hub:system:{about.system}",
        "info": _info(about),
        "defaultContentType": "application/json",
        "servers": _servers(about),
        "channels": _channels(about, sent, taken),
        "operations": _operations(sent, taken),
        "components": {
            "messages": dict(sent) | dict(taken),
            "schemas": {"attributes": _attributes()}
            | dict(_schemas(about.sends))
            | dict(_schemas(about.takes)),
        },
    }


def _info(about: SystemDescribed) -> dict[str, Any]:
    return {
        "title": f"{about.system} @ {about.hub}",
        "version": f"{about.rules_version}.0.0",
        "description": "Những gì hệ thống này gửi và nhận qua trục, theo quy tắc hiện hành. "
        "What this system sends and takes through the hub, by the rules as they are.",
    }


def _servers(about: SystemDescribed) -> dict[str, Any]:
    return {
        "api": {"host": about.host, "protocol": about.protocol, "title": "HTTP API"},
        "kafka": {
            "host": "{bootstrap}",
            "protocol": "kafka-secure",
            "title": "Only for systems that read their own topic",
            "variables": {"bootstrap": {"description": "Ask the operator of the hub."}},
        },
    }


Named = tuple[str, dict[str, Any]]


def _channels(
    about: SystemDescribed, sent: Sequence[Named], taken: Sequence[Named]
) -> dict[str, Any]:
    api = [{"$ref": "#/servers/api"}]
    found: dict[str, Any] = {}
    if sent:
        found["submit"] = {"address": "/v1/messages", "servers": api, "messages": _named(sent)}
    if taken:
        found["inbox"] = {"address": "/v1/inbox", "servers": api, "messages": _named(taken)}
        found["inboxTopic"] = _topic(about.inbox_topic, taken)
        found["urgentTopic"] = _topic(about.urgent_topic, taken)
    return found


def _topic(name: str, messages: Sequence[Named]) -> dict[str, Any]:
    return {
        "address": name,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": _named(messages),
        "bindings": {"kafka": {"topic": name, "partitions": 1, "bindingVersion": "0.5.0"}},
    }


def _named(messages: Sequence[Named]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name, _ in messages}


def _operations(sent: Sequence[Named], taken: Sequence[Named]) -> dict[str, Any]:
    channels = [("submit", "send", sent), ("inbox", "receive", taken)]
    channels += [("inboxTopic", "receive", taken), ("urgentTopic", "receive", taken)]
    return {
        f"{action}{channel[0].upper()}{channel[1:]}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name, _ in messages],
        }
        for channel, action, messages in channels
        if messages
    }


def _messages(described: Sequence[Described]) -> Iterator[Named]:
    for one in described:
        words = BY_TYPE.get(one.type)
        for version in one.documents:
            message: dict[str, Any] = {
                "name": one.type,
                "title": words.vi if words else one.type,
                "summary": words.en if words else one.type,
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/attributes"},
                "payload": {"$ref": f"#/components/schemas/{_key(version)}"},
                "x-schema": f"urn:hub:schema:{version}",
            }
            if one.recipients:
                message["x-recipients"] = list(one.recipients)
            yield _key(version), message


def _attributes() -> dict[str, Any]:
    text = {"type": "string"}
    names = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema")
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary mode: over HTTP `ce-id` and so on.",
        "properties": dict.fromkeys((*names, "hub-signature"), text),
        "required": ["ce_id", "ce_source", "ce_type", "hub-signature"],
    }


def _schemas(described: Sequence[Described]) -> Iterator[Named]:
    for one in described:
        for version, document in one.documents.items():
            key = _key(version)
            yield key, _draft7(document, key)
            for name, part in document.get("$defs", {}).items():
                yield f"{key}_{name}", _draft7(part, key)


def _key(version: str) -> str:
    return version.replace(":", "_")


def _draft7(schema: Any, key: str) -> Any:
    if isinstance(schema, bool):
        return schema
    found = dict(_rules(schema, key))
    if "$ref" in schema:
        # Draft 7 does not look at what stands beside a reference.
        name = schema["$ref"].removeprefix("#/$defs/")
        reference = {"$ref": f"#/components/schemas/{key}_{name}"}
        if not found:
            return reference
        found["allOf"] = [*found.get("allOf", ()), reference]
    return found


def _rules(schema: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    if "prefixItems" in schema:
        yield "items", [_draft7(one, key) for one in schema["prefixItems"]]
        yield "additionalItems", _draft7(schema.get("items", True), key)
    depending = dict(schema.get("dependentRequired", {}))
    depending |= {name: _draft7(one, key) for name, one in _depending(schema)}
    if depending:
        yield "dependencies", depending
    for keyword, value in schema.items():
        if keyword in _ONE and not (keyword == "items" and "prefixItems" in schema):
            yield keyword, _draft7(value, key)
        elif keyword in _LIST:
            yield keyword, [_draft7(one, key) for one in value]
        elif keyword in _MAP:
            yield keyword, {name: _draft7(one, key) for name, one in value.items()}
        elif keyword not in _CHANGED:
            yield keyword, value


def _depending(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    # A name under both keywords keeps the list: it is the one that people read.
    known = schema.get("dependentRequired", {})
    return ((n, one) for n, one in schema.get("dependentSchemas", {}).items() if n not in known)


_CHANGED: Final = _LEFT_OUT | {
    *("$ref", "items", "prefixItems", "dependentRequired", "dependentSchemas"),
}
