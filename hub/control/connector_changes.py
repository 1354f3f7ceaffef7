"""What an operator may ask of connectors. See `hub.control.changes`."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from hub.control.fields import ConnectorName, SystemName
from hub.decision.connectors import Isolation, Limits, Wanted

MAX_CONFIG_BYTES: Final = 65_536
"""As JSON. Every process of the hub keeps every configuration in memory."""
MAX_DEPTH: Final = 16
_MAX_NUMBER: Final = 2**53
"""Every JSON reader knows whole numbers up to this one."""
_DEFAULT: Final = Limits()


class ChangeModel(BaseModel):
    """Base of every change."""

    # Unknown fields are errors: a misspelt one would be a rule that nobody has set.
    model_config = ConfigDict(extra="forbid", frozen=True)


def _storable(config: dict[str, Any]) -> dict[str, Any]:
    # What one store keeps and another refuses (NUL, lone surrogates, NaN) is no configuration.
    for value in _leaves(config, MAX_DEPTH):
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("numbers are finite")
        if isinstance(value, int) and abs(value) > _MAX_NUMBER:
            raise ValueError("whole numbers up to 2^53")
        if isinstance(value, str) and "\0" in value:
            raise ValueError("no NUL in a text")
    try:
        size = len(orjson.dumps(config))
    except orjson.JSONEncodeError:
        raise ValueError("texts are Unicode") from None
    if size > MAX_CONFIG_BYTES:
        raise ValueError(f"at most {MAX_CONFIG_BYTES} bytes")
    return config


def _leaves(value: Any, depth: int) -> Iterator[Any]:
    if depth == 0:
        raise ValueError(f"at most {MAX_DEPTH} levels")
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from _leaves(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, depth - 1)
    else:
        yield value


def _week(days: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(days)) != len(days):
        raise ValueError("each day at most once")
    return tuple(sorted(days))


Weekday = Annotated[StrictInt, Field(ge=0, le=6)]
# As text only: YAML 1.1 reads an unquoted 22:00 as a number, which would be another time.
TimeOfDay = Annotated[
    str, StringConstraints(strict=True, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
]
AdapterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]


class LimitsWanted(ChangeModel):
    """`hub.decision.connectors.Limits`, within what one machine can bear."""

    per_second: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] = _DEFAULT.per_second
    concurrency: Annotated[StrictInt, Field(ge=1, le=256)] = _DEFAULT.concurrency
    batch: Annotated[StrictInt, Field(ge=1, le=1_000)] = _DEFAULT.batch
    timeout_seconds: Annotated[float, Field(ge=0.1, le=900, allow_inf_nan=False)] = (
        _DEFAULT.timeout_seconds
    )
    poll_seconds: Annotated[float, Field(ge=0.1, le=86_400, allow_inf_nan=False)] = (
        _DEFAULT.poll_seconds
    )
    attempts: Annotated[StrictInt, Field(ge=1, le=1_000)] = _DEFAULT.attempts
    memory_mb: Annotated[StrictInt, Field(ge=64, le=65_536)] = _DEFAULT.memory_mb


class WindowWanted(ChangeModel):
    """A time of the week, Viet Nam's, in which the other side is away on purpose."""

    weekdays: Annotated[
        tuple[Weekday, ...], Field(min_length=1, max_length=7), AfterValidator(_week)
    ]
    """0 is Monday."""
    start: TimeOfDay
    end: TimeOfDay
    """Before `start`: it ends on the next day."""


class PutConnector(ChangeModel):
    """A connector is as given. Its networks are asked for and approved apart."""

    change: Literal["put_connector"]
    name: ConnectorName
    adapter: AdapterName
    system: SystemName
    config: Annotated[dict[str, Any], AfterValidator(_storable)]
    """The adapter's own; secrets in it are references."""
    wanted: Wanted | None = None
    """Left out: as it was; a new one runs."""
    isolation: Isolation = Isolation.SHARED
    limits: LimitsWanted = LimitsWanted()
    windows: Annotated[tuple[WindowWanted, ...], Field(max_length=50)] = ()


class DeleteConnector(ChangeModel):
    """Remove a connector and what was approved for it."""

    change: Literal["delete_connector"]
    name: ConnectorName


class PauseConnector(ChangeModel):
    """A connector keeps its connections and moves nothing."""

    change: Literal["pause_connector"]
    name: ConnectorName


class ResumeConnector(ChangeModel):
    """A connector works."""

    change: Literal["resume_connector"]
    name: ConnectorName


class StopConnector(ChangeModel):
    """A connector finishes what is under way, then lets go of everything."""

    change: Literal["stop_connector"]
    name: ConnectorName


class RestartConnector(ChangeModel):
    """A connector starts anew as this generation; one that it has reached changes nothing."""

    change: Literal["restart_connector"]
    name: ConnectorName
    generation: Annotated[StrictInt, Field(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNetworks:
    """A connector may call exactly these networks.

    Not an operator's to ask: it is what becomes of an approval.
    """

    change: str
    """What stands in the trail."""
    name: str
    networks: tuple[str, ...]
