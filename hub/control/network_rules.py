"""Which networks a connector may never call, whoever approves. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

from lgsp_adapter.guard import EXCEPT, UNSAFE_LOOPBACK

Network: TypeAlias = IPv4Network | IPv6Network

_ANYWHERE: Final = ("0.0.0.0/0", "::/0")
_LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_NEVER: Final = {
    "unspecified": ("0.0.0.0/8", "::/128"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": ("240.0.0.0/4",),
    # IPv6 addresses that carry an IPv4 address would lead around every rule about IPv4:
    # mapped, compatible, NAT64 (RFC 6052, 8215), 6to4, Teredo.
    "embedding IPv4": (
        *("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48"),
        *("2002::/16", "2001::/32"),
    ),
}
"""Kind to its networks. 169.254.169.254, where clouds give out credentials, is among them."""


class NetworkRefused(ValueError):
    """No connector may call it. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRules:
    """What is refused always."""

    own: tuple[Network, ...] = ()
    """The hub's own networks."""
    allow_loopback: bool = False
    """Dangerous: the hub's own services listen there."""

    def checked(self, cidr: str) -> str:
        """Return a network in its one spelling.

        Raises:
            NetworkRefused: not a network, or one that no connector may call.
        """
        try:
            # No zone of an interface (`%eth0`), which means another network on each machine.
            network = ip_network(cidr if "%" not in cidr else "")
        except ValueError:
            raise NetworkRefused("a network such as 10.20.0.0/16, without host bits") from None
        if self.allow_loopback and _inside(network, _LOOPBACK):
            return str(network)
        if _meets(network, map(ip_network, _LOOPBACK)):
            raise NetworkRefused("it meets loopback, where the hub's own services listen")
        for kind, members in _NEVER.items():
            if _meets(network, map(ip_network, members)):
                raise NetworkRefused(f"it meets {kind} addresses")
        if _meets(network, self.own):
            raise NetworkRefused("it meets the hub's own networks (HUB_OWN_NETWORKS)")
        return str(network)

    def everywhere(self) -> tuple[str, ...]:
        """Return all networks, for who is bound by names instead: the hub's own questions.

        What is never called stays so; loopback only where it is allowed.
        """
        return (*_ANYWHERE, *(_LOOPBACK if self.allow_loopback else ()))

    def lent(self, networks: Sequence[str]) -> tuple[str, ...]:
        """Return approved networks as an adapter's context has them (`lgsp_adapter.guard`).

        The hub's own networks are excepted once more: they may have grown since the approval.
        """
        loopback = self.allow_loopback and any(
            _inside(ip_network(cidr), _LOOPBACK) for cidr in networks
        )
        excepted = (f"{EXCEPT}{own}" for own in self.own)
        return (*networks, *excepted, *((UNSAFE_LOOPBACK,) if loopback else ()))


def _meets(network: Network, others: Iterable[Network]) -> bool:
    return any(network.version == other.version and network.overlaps(other) for other in others)


def _inside(network: Network, others: Iterable[str]) -> bool:
    return any(
        (
            isinstance(network, IPv4Network)
            and isinstance(other, IPv4Network)
            and network.subnet_of(other)
        )
        or (
            isinstance(network, IPv6Network)
            and isinstance(other, IPv6Network)
            and network.subnet_of(other)
        )
        for other in map(ip_network, others)
    )
