"""What the three parts of this adapter tell each other through the state file."""

from typing import Final

DUE: Final = "payment-due"
"""Reference (MaThamChieu) to what was asked for."""
KEYS: Final = "payment-key"
"""Idempotency key of a delivery to its reference: what `find` needs after a crash."""
PAID: Final = "payment-paid"
"""Transaction (MaGiaoDich) to the body of the message that told of it."""
DIFFERENCES: Final = "payment-difference"
DAYS: Final = "payment-day"
