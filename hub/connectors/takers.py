"""Who takes which types of a system's inbox: nobody's delivery goes to two."""

from collections.abc import Iterable

from lgsp_adapter import Text

from hub.connectors.adapters import NotUsable
from hub.decision.connectors import Connector


class Takers:
    """The connectors at work, by the inbox that they read."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, tuple[str, ...]]] = {}

    def come(self, connector: Connector, types: Iterable[str]) -> None:
        """Claim types of an inbox.

        Raises:
            NotUsable: another connector at work takes some of them (invariant 6: a delivery has one
                state, so one way).
        """
        claimed, others = tuple(types), self._of.setdefault(connector.system, {})
        for name, theirs in others.items():
            if name != connector.name and any(_meet(a, b) for a in claimed for b in theirs):
                raise NotUsable(
                    Text(
                        vi=f"Bộ kết nối {name} đã nhận các loại này của {connector.system}. "
                        "Dừng một trong hai.",
                        en=f"The connector {name} takes these types of {connector.system} already. "
                        "Stop one of the two, then restart the other.",
                    )
                )
        others[connector.name] = claimed

    def leave(self, connector: Connector) -> None:
        """Give the types up."""
        self._of.get(connector.system, {}).pop(connector.name, None)


def _meet(one: str, other: str) -> bool:
    """Say whether a type can be meant by both: `*`, a beginning followed by `.*`, or a name."""
    a, b = one.removesuffix("*"), other.removesuffix("*")
    if one == a and other == b:
        return a == b
    if one == a:
        return a.startswith(b)
    if other == b:
        return b.startswith(a)
    return a.startswith(b) or b.startswith(a)
