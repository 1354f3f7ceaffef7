"""What a proof of containment gives and is given: gaps, and the prover that its rules ask."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from hub.schemas.plain import Parts, Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A rule that does not follow: its keyword, and the place in a body as a pointer.

    `*` in a pointer: any further name, or any item.
    """

    keyword: str
    pointer: str
    rule: str = ""

    def __str__(self) -> str:
        text = f"{self.keyword} at {self.pointer or 'the root'}"
        return f"{text}: {self.rule}" if self.rule else text


class Prover(Protocol):
    """What a rule may ask while it looks at its part."""

    def gaps_at(self, given: Parts, wanted: Plain, at: str) -> list[Gap]:
        """Return the rules of `wanted` that do not follow, with their places below `at`."""
        ...

    def follows(self, given: Parts, wanted: Plain) -> bool:
        """Tell whether `wanted` holds wherever the parts do."""
        ...

    def apart(self, one: Parts, other: Plain) -> bool:
        """Tell whether no value fits both."""
        ...

    def impossible(self, both: Parts) -> bool:
        """Tell whether no value fits."""
        ...


Rule = Callable[[Prover, Parts, dict[str, Any], str], Iterator[Gap]]
"""Yields what does not follow of one part of the wanted schema, at a place."""
