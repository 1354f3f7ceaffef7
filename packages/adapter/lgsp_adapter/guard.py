"""Where a connector may connect to: the guard against calls to places it was never meant for.

Agencies live on private addresses, so "no private addresses" cannot be the rule (SSRF, CWE-918).
Instead each connector has networks that a second person approved, and some addresses are never one.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self, TypeAlias

from lgsp_adapter.errors import Fatal

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host name as text; `OSError` where there is none."""

UNSAFE_LOOPBACK: Final = "unsafe-allow-loopback"
"""DANGEROUS. As a network it opens the machine's own services: for tests and sandboxes."""

EXCEPT: Final = "!"
"""`!10.1.2.0/24`: never there, though another network covers it. For the hub's own networks."""

_EMBEDDED: Final = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0/96",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
)
"""IPv4 inside IPv6: mapped, compatible (RFC 4291), NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo
(RFC 4380). Each leads to an IPv4 address that the list of networks was not asked about."""

_THIS_NETWORK: Final = ip_network("0.0.0.0/8")
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$")


_CORRECT: Final = (
    "correct the address, or have its network approved for this connector by a second person"
)
_BY_NETWORK: Final = (
    "a socket or file of this machine belongs to no network that could be approved; give the host "
    "and port of the database"
)


class AddressRefused(Fatal):
    """The address is not one this connector may connect to. `rule` is a stable word for why."""

    def __init__(self, rule: str, do: str = _CORRECT) -> None:
        super().__init__(f"the address guard refuses the connection ({rule}): {do}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Guard:
    """The approved networks of one connector. Empty: it may connect to nothing (invariant 5)."""

    allowed: tuple[Network, ...]
    denied: tuple[Network, ...] = ()
    loopback: bool = False

    @classmethod
    def of(cls, networks: Sequence[str]) -> Self:
        """Read `Context.networks`: CIDR, `!` before one that is excepted.

        Raises:
            Fatal: an entry is no network, or has bits behind its prefix: what was approved must be
                what is written.
        """
        try:
            return cls(
                tuple(ip_network(each) for each in networks if _is_plain(each)),
                tuple(ip_network(each[1:]) for each in networks if each.startswith(EXCEPT)),
                UNSAFE_LOOPBACK in networks,
            )
        except ValueError:
            raise Fatal("networks: each is CIDR such as 10.20.0.0/16, or !10.20.9.0/24") from None

    def refusal(self, address: Address) -> str | None:
        """Return why not, as a stable word; None where it may."""
        if address.is_loopback:
            return None if self.loopback else "loopback"
        for rule, holds in _NEVER.items():
            if holds(address):
                return rule
        if _within(address, self.denied):
            return "excepted"
        return None if _within(address, self.allowed) else "outside_networks"

    def local(self) -> None:
        """Let a database be reached by a socket or a file of this machine, or refuse it.

        The hub's own database may lie behind such a path, as behind the loopback: one switch opens
        both, and nobody can approve a path.

        Raises:
            AddressRefused: the loopback is not open.
        """
        if not self.loopback:
            raise AddressRefused("local_path", _BY_NETWORK)

    async def addresses(self, host: str, port: int, resolve: Resolve | None = None) -> list[str]:
        """Resolve once, and return what may be connected to. Connect to these, not to the name.

        Resolving the name again would let it answer otherwise the second time (DNS rebinding).

        Raises:
            AddressRefused: nothing of what the name stands for is allowed.
            OSError: the name is not known.
        """
        found = [_address(text) for text in await _resolved(host, port, resolve or system_resolve)]
        refusals = {each: self.refusal(each) for each in found}
        allowed = [str(each) for each, rule in refusals.items() if rule is None]
        if not allowed:
            raise AddressRefused(next((rule for rule in refusals.values() if rule), "no_address"))
        return allowed


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


async def _resolved(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    host = host.removeprefix("[").removesuffix("]")
    try:
        return [str(ip_address(host))]
    except ValueError:
        # 2130706433, 0177.1 and 0x7f.1 are addresses to some libraries and names to others; what
        # two programs read differently is refused before anybody reads it.
        if _NUMBER_LAST.search(host) or "%" in host:
            raise AddressRefused("host_form") from None
    return await resolve(host, port)


def _address(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError:
        raise AddressRefused("host_form") from None


def _is_plain(network: str) -> bool:
    return not network.startswith(EXCEPT) and network != UNSAFE_LOOPBACK


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _is_reserved(address: Address) -> bool:
    return address in _THIS_NETWORK or (address.version == 4 and address.is_reserved)  # noqa: PLR2004


_NEVER: Final[dict[str, Callable[[Address], bool]]] = {
    "unspecified": lambda address: address.is_unspecified,
    "embedded_ipv4": lambda address: _within(address, _EMBEDDED),
    "link_local": lambda address: address.is_link_local,
    "multicast": lambda address: address.is_multicast,
    "reserved": _is_reserved,
    "scoped": lambda address: bool(getattr(address, "scope_id", None)),
}
"""Whatever was approved. Link-local holds the metadata services of clouds (169.254.169.254)."""
