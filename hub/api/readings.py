"""Messages read as another schema version: beside the signed body, for a recipient that asks.

`GET /v1/inbox?read_as=dossier.step:1.0` lets each message that names another version of the schema
carry `read_as`, where a conversion is declared. The body stays as it was signed (invariant 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from lgsp_message.jsontext import parse_json
from lgsp_message.reason import Refused

from hub.api.problems import Code, Problem
from hub.decision.rules import Rules
from hub.schemas.conversion import convert
from hub.schemas.event_types import SchemaName, parse_schema

MOST: Final = 50
"""Most versions that one reader asks for: more types than any system takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The versions that a recipient understands, by the schema's name."""

    wanted: Mapping[str, SchemaName]
    rules: Rules

    @classmethod
    def of(cls, names: Sequence[str], rules: Rules) -> Self:
        """Return what a query asks for.

        Raises:
            Problem: 422: no version of a schema, or two of one.
        """
        found = [parse_schema(f"urn:hub:schema:{name}") for name in names[: MOST + 1]]
        wanted = {one.name: one for one in found if one is not None}
        if len(names) > MOST or len(wanted) != len(names):
            detail = "each read_as names one version, as dossier.step:1.0, of another schema"
            raise Problem(422, Code.INVALID_REQUEST, detail, place="query/read_as")
        return cls(wanted=wanted, rules=rules)

    def reading(self, attributes: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Return `read_as` for one message, or nothing where its own version is understood."""
        source = attributes.get("dataschema", "")
        named = parse_schema(source)
        wanted = None if named is None else self.wanted.get(named.name)
        if wanted is None or wanted == named:
            return {}
        return {"read_as": {"dataschema": str(wanted)} | self._converted(source, wanted, body)}

    def _converted(self, source: str, wanted: SchemaName, body: bytes) -> dict[str, Any]:
        conversion = self.rules.conversions.get((source, str(wanted)))
        schema = self.rules.schemas.get(str(wanted))
        if conversion is None or schema is None:
            return {"problem": "no_conversion"}
        try:
            made = convert(parse_json(body), conversion.steps)
        except Refused as refused:
            return {"problem": refused.reason}
        broken = schema.check(made)
        # A reading that is none of the wanted version would be worse than none: it is not given.
        return {"data": made} if broken is None else {"problem": str(broken)}
