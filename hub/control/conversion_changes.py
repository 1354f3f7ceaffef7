"""What an operator may ask for about conversions between versions of a schema."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.control.connector_changes import ChangeModel
from hub.control.draft import Draft
from hub.control.fields import SchemaName
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import ConversionRecord
from hub.schemas.conversion import MAX_PARTS, MAX_STEPS, Default, Drop, Rename, Step

Place = Annotated[str, StringConstraints(pattern=rf"^(/[A-Za-z0-9_.-]{{1,64}}){{1,{MAX_PARTS}}}$")]
"""A pointer into objects; names that schemas of bodies have."""


class StepAsked(BaseModel):
    """One step; `to` belongs to `rename`, `value` to `default`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op: Literal["rename", "default", "drop"]
    at: Place
    to: Place | None = None
    value: Any = None

    def step(self, place: str) -> Step:
        """Return it as the hub keeps it.

        Raises:
            ChangeRefused: `CONFIG_REFUSED`: a rename does not say where to.
        """
        if self.op == "default":
            return Default(at=self.at, value=self.value)
        if self.op == "drop":
            return Drop(at=self.at)
        if self.to is None:
            raise ChangeRefused(Refusal.CONFIG_REFUSED, "a rename says `to`", place)
        return Rename(at=self.at, to=self.to)


class PutConversion(ChangeModel):
    """A body of one published version is read as another's by exactly these steps."""

    change: Literal["put_conversion"]
    source: SchemaName
    target: SchemaName
    steps: Annotated[tuple[StepAsked, ...], Field(max_length=MAX_STEPS)]


class DeleteConversion(ChangeModel):
    """Take a conversion away."""

    change: Literal["delete_conversion"]
    source: SchemaName
    target: SchemaName


def put_conversion(change: PutConversion, draft: Draft, place: str) -> None:
    """Declare a conversion.

    Raises:
        ChangeRefused: `NOT_ITSELF`, `CONFIG_REFUSED`: the two are not versions of one schema.
    """
    if change.source == change.target:
        raise ChangeRefused(Refusal.NOT_ITSELF, "a version is its own already", place)
    if change.source.partition(":")[0] != change.target.partition(":")[0]:
        detail = "both must be versions of one schema"
        raise ChangeRefused(Refusal.CONFIG_REFUSED, detail, place)
    record = ConversionRecord(steps=tuple(one.step(place) for one in change.steps))
    draft.put(conversion_id(change), record, change.change)


def delete_conversion(change: DeleteConversion, draft: Draft, _place: str) -> None:
    """Take a conversion away."""
    draft.remove(ConversionRecord, conversion_id(change), change.change)


def conversion_id(change: PutConversion | DeleteConversion) -> str:
    """Return the id of the entity."""
    return f"{change.source}/{change.target}"


CONVERSION_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    PutConversion: put_conversion,
    DeleteConversion: delete_conversion,
}
"""What each change about conversions does to the draft."""
