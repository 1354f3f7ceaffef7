"""Who calls: system id and secret key in headers, or a token made of them."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import SecretStr


class Access:
    """The credentials of one e-office.

    Tokens are stateless: they survive a restart of the hub, and a rotated secret ends them.
    """

    def __init__(self, system_id: str, secret: SecretStr, *, token_life: timedelta) -> None:
        self._system_id = system_id
        self._secret = secret
        self._life = token_life

    def knows(self, system_id: str, secret: str) -> bool:
        """Say whether these are the credentials, in a time that tells nothing of them."""
        # Both are always compared, as hashes: neither length nor first difference shows.
        same_system = _same(system_id, self._system_id)
        return _same(secret, self._secret.get_secret_value()) and same_system

    def knows_headers(self, headers: Mapping[str, str]) -> bool:
        """Say whether X-SystemId and X-SecretKey are the credentials."""
        return self.knows(headers.get("x-systemid", ""), headers.get("x-secretkey", ""))

    def token(self, now: datetime) -> str:
        """Return a new token."""
        ends = str(int((now + self._life).timestamp()))
        return f"{ends}.{self._mac(ends)}"

    def knows_token(self, headers: Mapping[str, str], now: datetime) -> bool:
        """Say whether the Bearer token was made here and has not ended."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        ends, _, mac = token.strip().partition(".")
        made_here = _same(mac, self._mac(ends))
        alive = ends.isascii() and ends.isdigit() and int(ends[:12]) > now.timestamp()
        return scheme.lower() == "bearer" and made_here and alive

    def _mac(self, ends: str) -> str:
        key = hashlib.sha256(b"edxml-endpoint token\n" + self._secret.get_secret_value().encode())
        text = f"{self._system_id}\n{ends}".encode(errors="replace")
        return hmac.new(key.digest(), text, hashlib.sha256).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(_digest(given), _digest(wanted))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
