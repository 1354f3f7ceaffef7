"""Where a request comes from: one rule, for the trail of people and for counting tries.

The peer's own address counts. Where the peer is a proxy of ours (`HUB_API_PROXIES`, or whoever
holds the Unix socket), the last address in `X-Forwarded-For` that is none of our proxies counts
(RFC 7239, section 8.1): what stands before it was written by a stranger, and may be anything.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.requests import HTTPConnection

Networks = tuple[IPv4Network | IPv6Network, ...]
Address = IPv4Address | IPv6Address

FORWARDED_FOR: Final = "x-forwarded-for"


def networks_of(text: str) -> Networks:
    """Return the networks in a setting, separated by spaces.

    Raises:
        ValueError: one is none.
    """
    return tuple(ip_network(one) for one in text.split())


def address_of(connection: HTTPConnection) -> str | None:
    """Return where a request comes from; None: nobody whose word counts has told."""
    proxies: Networks = connection.app.state.staff.browser.proxies
    told = ",".join(connection.headers.getlist(FORWARDED_FOR))
    hops = [hop.strip() for hop in told.split(",")] if told else []
    peer = connection.client
    return origin(hops if peer is None else [*hops, peer.host], proxies)


def origin(hops: Iterable[str], proxies: Networks) -> str | None:
    """Return the last of these that is no proxy; the nearest hop stands last.

    What is no address ends the search: behind it nothing can be believed.
    """
    found = None
    for hop in reversed(list(hops)):
        try:
            address = ip_address(hop)
        except ValueError:
            break
        found = str(address)
        if not any(address in network for network in proxies):
            break
    return found
