"""Where steps become durable, and where what is not held in memory is read again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.io.kafka.connector_writer import Placed, Step


class Writes(Protocol):
    """Where steps become durable: `OutcomeWriter`."""

    async def commit(self, step: Step) -> Placed:
        """Return once the step is durable, with where its records stand.

        Raises:
            Refusing, Fenced.
        """
        ...


class Contents(Protocol):
    """Where the content of a record is read that is not held: `hub.io.kafka.connector_contents`."""

    async def read(
        self, partition: int, wanted: Mapping[bytes, int | None]
    ) -> Mapping[bytes, bytes]:
        """Return the values of records by their keys; `wanted`: where each stands.

        Raises:
            Unavailable: they cannot be read now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Durable:
    """What a runner keeps outside of its memory."""

    writes: Writes
    contents: Contents
