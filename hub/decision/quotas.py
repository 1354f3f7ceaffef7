"""How much each system may hand in: what one minute allows. Pure."""

from typing import Final

import msgspec


class QuotaRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`quota/<system>`: what this system may hand in. Without a record: `DEFAULT`."""

    messages_per_minute: int = 60_000
    """A thousand a second: a fifth of what one router decides, so that no sender fills a queue
    that others stand in. The largest province has some 40,000 dossier events on a whole day."""
    bytes_per_minute: int = 600_000_000
    """Of message bodies: 10 MB a second, what a line of 100 Mbit/s carries."""
    urgent_per_minute: int = 300
    """Messages marked `urgent`. They go before all others, so not everything can be urgent."""


DEFAULT: Final = QuotaRecord()
