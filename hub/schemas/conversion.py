"""Turn a body of one schema version into another's, by a declared mapping. Pure.

What was signed stays as it is (invariant 4): a converted body is a reading aid that goes beside the
original, for a recipient that asks for it, and proves nothing.
"""

import copy
from dataclasses import dataclass
from typing import Any, Final

import msgspec

MAX_STEPS: Final = 50
"""Most steps of a mapping: more is another document, not another version."""
MAX_PARTS: Final = 8
"""Deepest place that a step names."""


class Rename(msgspec.Struct, frozen=True, tag_field="op", tag="rename"):
    """The field at one place stands at another; nothing where it is absent."""

    at: str
    to: str


class Default(msgspec.Struct, frozen=True, tag_field="op", tag="default"):
    """A field that is absent gets this value; nothing where the object around it is absent."""

    at: str
    value: Any


class Drop(msgspec.Struct, frozen=True, tag_field="op", tag="drop"):
    """The field is gone."""

    at: str


Step = Rename | Default | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How a body of `source` is read as one of `target`; both are schema URNs."""

    source: str
    target: str
    steps: tuple[Step, ...]


def convert(body: Any, steps: tuple[Step, ...]) -> Any:
    """Return a converted copy; the body itself is not touched."""
    made = copy.deepcopy(body)
    for step in steps:
        _apply(made, step)
    return made


def _apply(made: Any, step: Step) -> None:
    around, name = _around(made, step.at)
    if around is None:
        return
    match step:
        case Default():
            around.setdefault(name, copy.deepcopy(step.value))
        case Drop():
            around.pop(name, None)
        case Rename():
            there, other = _around(made, step.to)
            if name in around and there is not None:
                there[other] = around.pop(name)


def _around(made: Any, pointer: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that holds what a pointer names, or None, and the last name."""
    *outer, last = parts(pointer)
    for name in outer:
        made = made.get(name) if isinstance(made, dict) else None
    return (made if isinstance(made, dict) else None), last


def parts(pointer: str) -> list[str]:
    """Return the names of a pointer (RFC 6901) into objects."""
    return [one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:]]
