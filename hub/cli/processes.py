"""The processes of a hub, by name."""

from enum import StrEnum, unique
from typing import Final


@unique
class Name(StrEnum):
    """A process that `hub run` runs."""

    API = "api"
    ROUTER = "router"
    CONNECTORS = "connectors"
    RECORDER = "recorder"
    VIEWS = "views"
    DOCUMENTS = "documents"


STOP_ORDER: Final = (
    *(Name.API, Name.CONNECTORS, Name.DOCUMENTS),
    *(Name.ROUTER, Name.RECORDER, Name.VIEWS),
)
"""What takes messages in stops first, so that what decides and records them can finish."""
