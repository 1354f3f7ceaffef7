"""The routing table: each address that an access right names, and where it leads."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from lgsp_message.reason import Refused

from hub.api.explained import explained
from hub.api.ops.route_models import Problematic, RouteShown, Target
from hub.decision.routing import target_of
from hub.decision.rules import EVERYONE, Rules
from hub.io.kafka.topics import inbox, urgent_inbox

MAX_TARGETS: Final = 20
"""Most targets that a row lists; a group of all communes leads to thousands."""

Wanted = tuple[str | None, str | None, str | None]
"""(sender, type, recipient); None: any."""


class RouteKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """The place of a row: its name."""

    sender: str
    type: str
    recipient: str


class RoutingTable:
    """The table of one version of the rules."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        self.rules, self._now = rules, now
        self._taking: dict[str, list[str]] = defaultdict(list)
        for (_, type_), system in sorted(rules.endpoints.items()):
            self._taking[type_].append(system)

    def page(
        self, wanted: Wanted, after: RouteKey | None, limit: int
    ) -> tuple[list[RouteShown], RouteKey | None]:
        """Return rows in their order, and the last one's name if more follow."""
        found: list[RouteShown] = []
        last: RouteKey | None = None
        for key in self._keys(wanted, after):
            systems, refused = self._follow(key)
            if not _leads(key, systems, wanted[2]):
                continue
            if len(found) == limit:
                return found, last
            found.append(self._row(key, systems, refused))
            last = key
        return found, None

    def _keys(self, wanted: Wanted, after: RouteKey | None) -> Iterator[RouteKey]:
        sender, type_, _ = wanted
        keys = sorted(
            RouteKey(system, of_type, address)
            for (system, of_type), addresses in self.rules.rights.items()
            if sender in {None, system} and type_ in {None, of_type}
            for address in addresses
        )
        return (key for key in keys if after is None or key > after)

    def _follow(self, key: RouteKey) -> tuple[list[str], Refused | None]:
        if key.recipient == EVERYONE:
            return list(dict.fromkeys(self._taking.get(key.type, ()))), None
        try:
            found = target_of(key.recipient, key.type, self.rules, self._now, "recipients/0")
            return list(found.systems), None
        except Refused as refused:
            return [], refused

    def _row(self, key: RouteKey, systems: list[str], refused: Refused | None) -> RouteShown:
        sender = self.rules.systems.get(key.sender)
        return RouteShown(
            sender=key.sender,
            sender_organisation=None if sender is None else sender.organisation,
            type=key.type,
            recipient=key.recipient,
            leads_to=[target(self.rules, system) for system in systems[:MAX_TARGETS]],
            leads_to_count=len(systems),
            problem=None if refused is None else _problem(refused),
        )


def target(rules: Rules, system: str, *, urgent: bool = False) -> Target:
    """Return where a delivery to a system goes, and which connectors carry it on."""
    known = rules.systems.get(system)
    return Target(
        system=system,
        organisation=None if known is None else known.organisation,
        inbox=urgent_inbox(system) if urgent else inbox(system),
        connectors=sorted(
            name for name, connector in rules.connectors.items() if connector.system == system
        ),
    )


def _leads(key: RouteKey, systems: list[str], recipient: str | None) -> bool:
    return recipient is None or recipient == key.recipient or recipient in systems


def _problem(refused: Refused) -> Problematic:
    return Problematic(
        reason=refused.reason,
        place=refused.place,
        detail=refused.detail,
        help=explained(refused.reason).get("help"),
    )
