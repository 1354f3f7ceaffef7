"""HTTP answers as errors of the contract, for adapters over any HTTP client."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lgsp_adapter.errors import Backpressure, Fatal, Reject, Retryable

_OK: Final = range(200, 300)
_SERVER_ERROR: Final = 500
_REQUEST_TIMEOUT: Final = 408
_CONFLICT_LATER: Final = 425
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_OPERATOR: Final = (401, 403, 407)
"""Wrong or missing credentials are the connector's fault, not that of the message under way."""


def http_error(
    status: int,
    retry_after: str | None = None,
    *,
    now: datetime,
    peer_code: str | None = None,
) -> Retryable | Backpressure | Reject | Fatal | None:
    """Return what a status means (RFC 9110, section 15; 429: RFC 6585), or None for success.

    `peer_code` is the code in the answer's body, where there is one; else the status is kept.
    """
    code = peer_code or str(status)
    detail = f"HTTP {status}"
    if status in _OK:
        return None
    after = parse_retry_after(retry_after, now)
    if status == _TOO_MANY or (status == _UNAVAILABLE and after is not None):
        return Backpressure(detail, after=after, peer_code=code)
    if status >= _SERVER_ERROR or status in (_REQUEST_TIMEOUT, _CONFLICT_LATER):
        return Retryable(detail, after=after, peer_code=code)
    if status in _OPERATOR:
        return Fatal(detail, peer_code=code)
    return Reject("peer_refused", detail, peer_code=code)


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110, section 10.2.3): a number or a date.

    `now` is aware. Whatever is neither gives None: a broken header must not stop a delivery.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):  # TypeError: a date without a zone.
        return None
