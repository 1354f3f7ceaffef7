"""The processes of a hub, by name."""

from enum import StrEnum, unique
from typing import Final


@unique
class Name(StrEnum):
    """A process that `hub run` runs."""

    API = "api"
    ROUTER = "router"
    RECORDER = "recorder"


STOP_ORDER: Final = (Name.API, Name.ROUTER, Name.RECORDER)
"""What takes messages in stops first, so that what decides and records them can finish."""
