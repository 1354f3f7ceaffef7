"""The indicators of the demo's day, as the console's page asks for them."""

import json
import time
import urllib.request
from datetime import datetime
from typing import Any, Final

from hub.cli.demo_hub import DemoHub
from hub.cli.errors import CommandFailed
from simulator.figures import Figure, figures
from simulator.province import Province

ADDED_UP_SECONDS: Final = 120.0
"""Longest wait for the views: they go last where the machine is busy."""
_LOOK_SECONDS: Final = 0.5
_TIMEOUT_SECONDS: Final = 10.0


def read(hub: DemoHub, province: Province) -> list[Figure]:
    """Return the figures once the views have added up everything there was.

    Raises:
        CommandFailed: they are still behind after `ADDED_UP_SECONDS`, or the hub does not answer.
    """
    begun, end = time.time(), time.monotonic() + ADDED_UP_SECONDS
    while not _is_added_up(overview := _ask(hub, ""), begun):
        if time.monotonic() > end:
            raise CommandFailed(f"the views are still behind; see {hub.home.logs}")
        time.sleep(_LOOK_SECONDS)
    return figures(province, overview, _ask(hub, "/timeliness")["items"])


def _is_added_up(overview: dict[str, Any], begun: float) -> bool:
    views = overview["views"]
    if views is None or views["lag_messages"] or views["state"] != "whole":
        return False
    # What was said before the day had ended says nothing about its last messages.
    return datetime.fromisoformat(views["at"]).timestamp() > begun


def _ask(hub: DemoHub, path: str) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  (our own hub, on loopback)
        f"{hub.url}/ops/indicators{path}",
        headers={"authorization": f"Bearer {hub.home.admin_token()}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
    except OSError as error:
        raise CommandFailed(f"the hub does not tell its indicators: {error}") from error
    return found
