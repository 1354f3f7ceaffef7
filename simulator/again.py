"""Send a message of the day once more, as a new one: for what nobody takes any more."""

from collections.abc import Mapping
from pathlib import Path

import orjson
from lgsp_client import Identity, SyncHubClient
from lgsp_message.attributes import SYSTEM_PREFIX

from simulator.keys import algorithm_of

_WAIT_SECONDS = 30


def send_again(
    url: str, hub: str, home: Path, attributes: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """Send the same body to the same recipients; return source and id of the new message.

    Raises:
        HubError: the hub does not take it.
    """
    system = attributes["source"].removeprefix(SYSTEM_PREFIX)
    key = home / "keys" / f"{system}.pem"
    who = Identity.from_pem(key, system=system, hub=hub, algorithm=algorithm_of(system))
    with SyncHubClient(url, who) as client:
        sent = client.submit(
            attributes["type"],
            orjson.loads(body),
            recipients=attributes.get("recipients", "").split(),
            subject=attributes.get("subject"),
            onbehalf=attributes.get("onbehalf"),
            wait=_WAIT_SECONDS,
        )
    return {"source": system, "id": sent.id}
