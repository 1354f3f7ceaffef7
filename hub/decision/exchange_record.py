"""Which types are requests, and how they are answered."""

import msgspec


class ExchangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`exchange/<request type>`: messages of this type are requests."""

    answer: str
    """The type of the answers."""
    several: bool = False
    """Whether one system may answer more than once."""
    officer: str = ""
    """The member of the body with the officer's code; empty: nobody in particular asks."""
    per_hour: int = 0
    """Most requests of one officer of one system within an hour; 0: no limit."""
