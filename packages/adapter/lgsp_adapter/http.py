"""HTTP answers as errors of the contract and back, for adapters over any HTTP client."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lgsp_adapter.errors import AdapterError, Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.values import Answer

_OK: Final = range(200, 300)
_SERVER_ERROR: Final = 500
_REQUEST_TIMEOUT: Final = 408
_CONFLICT_LATER: Final = 425
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_BAD_REQUEST: Final = 400
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,32}")
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


def as_code(value: object) -> str | None:
    """Return the code in a field of the peer's answer as text; None where it holds none.

    Free text is none: it may quote a citizen, and codes stand in logs and dead letters (invariant
    9).
    """
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _CODE.fullmatch(text) else None


def error_answer(error: AdapterError, *, mask: Callable[[str], str] = str) -> Answer:
    """Return what a caller of a service is told when the service raised `error` (RFC 9457).

    400 for `Reject`: the same call will fail again. 429 or 503 with `Retry-After` for the others:
    nothing is lost, the caller tries again. `mask` hides secrets in the detail.
    """
    status = _UNAVAILABLE
    if isinstance(error, Reject):
        status = _BAD_REQUEST
    elif isinstance(error, Backpressure):
        status = _TOO_MANY
    # What is wrong with us (`Fatal`) is said to our operator, not to a caller outside.
    detail = "" if isinstance(error, Fatal) else mask(error.detail)
    problem = {"status": status, "code": error.code, "detail": detail}
    after = getattr(error, "after", None)
    return Answer(
        status=status,
        body=json.dumps(problem, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers={} if after is None else {"retry-after": str(math.ceil(after))},
    )


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
