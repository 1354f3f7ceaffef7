"""Access tokens: client credentials with `private_key_jwt` in, a short bearer token out.

RFC 6749 section 4.4, RFC 7523 section 2.2, RFC 9068. A token is checked without SQL, against the
rules in memory: a suspended system or a revoked key ends its tokens at once.
"""

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
import structlog
from cryptography.exceptions import InvalidSignature
from lgsp_message.attributes import is_system_name
from lgsp_message.jsontext import parse_json
from lgsp_message.keys import b64url, unb64url
from lgsp_message.reason import Refused

from hub.decision.rules import RegisteredKey, Rules
from hub.ports import Unavailable

ASSERTION_TYP: Final = "client-authentication+jwt"
ACCESS_TYP: Final = "at+jwt"
TOKEN_SECONDS: Final = 300
"""Life of an access token: so long a token of a stolen machine works, at most."""
ASSERTION_SECONDS: Final = 60
"""Longest life of an assertion; it is made for one request."""
CLOCK_SECONDS: Final = 30
"""How far the client's clock may differ."""
MAX_TOKEN_CHARS: Final = 4096

_KNOWN_TOKENS: Final = 4096
_KNOWN_IDS: Final = 100_000
_MAX_ID_CHARS: Final = 128

_log = structlog.get_logger()


class TokenRefused(Exception):
    """The assertion or token is not accepted. The text says why, without its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: the peer of admission."""

    system: str
    key_id: str
    """The key that asked for the token."""
    expires: float
    """Seconds since 1970."""


class UseOnce(Protocol):
    """Remembers used assertions for all API processes of a hub."""

    async def first_use(self, digest: str, until: int) -> bool:
        """Note one until a time in seconds since 1970; say whether it was not noted before.

        Raises:
            Unavailable: whether it was used elsewhere is unknown.
        """
        ...


class Tokens:
    """Makes and checks access tokens.

    An assertion's `jti` counts once per hub; while SQL is away once per process, because SQL away
    must stop no message (the ADR on client assertions says what that is worth to an attacker).
    """

    def __init__(
        self,
        key: bytes,
        rules: Callable[[], Rules],
        clock: Callable[[], float],
        everywhere: UseOnce,
    ) -> None:
        self._key, self._rules, self._clock = key, rules, clock
        self._everywhere = everywhere
        self._known: OrderedDict[str, Caller] = OrderedDict()
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def exchange(self, assertion: str) -> str:
        """Return an access token for a client assertion.

        Raises:
            TokenRefused: the assertion is not acceptable.
            Unavailable: no rules have been read yet.
        """
        rules, now = self._rules(), self._clock()
        header, claims, signature, signed = _parts(assertion)
        system, key_id = _issuer(header, claims)
        key = _usable_key(rules, system, key_id, now)
        if header["alg"] != key.key.algorithm:
            raise TokenRefused("alg is not the one that the key is registered for")
        try:
            key.key.check(signature, signed)
        except InvalidSignature:
            raise TokenRefused("the signature does not fit") from None
        _check_times(claims, rules.hub, now)
        await self._use_once(system, claims["jti"], claims["exp"], now)
        return self._issue(rules.hub, system, key_id, int(now))

    def caller(self, token: str) -> Caller:
        """Return who calls with this access token.

        Raises:
            TokenRefused: it is not a valid token of this hub, or its system or key has gone.
            Unavailable: no rules have been read yet.
        """
        now = self._clock()
        caller = self._known.get(token) or self._read(token)
        if caller.expires <= now:
            raise TokenRefused("the token has expired")
        _usable_key(self._rules(), caller.system, caller.key_id, now)
        return caller

    def _issue(self, hub: str, system: str, key_id: str, now: int) -> str:
        claims = {
            "iss": hub,
            "aud": hub,
            "sub": system,
            "client_id": system,
            "kid": key_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(12),
        }
        signed = f"{_HEADER}.{b64url(orjson.dumps(claims))}"
        return f"{signed}.{b64url(self._mac(signed))}"

    def _read(self, token: str) -> Caller:
        header, claims, signature, signed = _parts(token)
        genuine = hmac.compare_digest(self._mac(signed.decode()), signature)
        hub = self._rules().hub
        if not genuine or header != _ACCESS_HEADER or (claims["iss"], claims["aud"]) != (hub, hub):
            raise TokenRefused("not an access token of this hub")
        caller = Caller(system=claims["sub"], key_id=claims["kid"], expires=claims["exp"])
        self._known[token] = caller
        if len(self._known) > _KNOWN_TOKENS:
            self._known.popitem(last=False)
        return caller

    def _mac(self, signed: str) -> bytes:
        return hmac.digest(self._key, signed.encode(), "sha256")

    async def _use_once(self, system: str, jti: str, expires: float, now: float) -> None:
        until = expires + CLOCK_SECONDS
        # First here: two that come at once are told apart without SQL.
        self._use_here(system, jti, until, now)
        digest = hashlib.sha256(f"{system}\n{jti}".encode()).hexdigest()
        try:
            first = await self._everywhere.first_use(digest, math.ceil(until))
        except Unavailable as error:
            _log.warning("assertion counted in this process only", cause=str(error))
            return
        if not first:
            raise TokenRefused("this jti was used before")

    def _use_here(self, system: str, jti: str, until: float, now: float) -> None:
        while self._used and (
            next(iter(self._used.values())) < now or len(self._used) > _KNOWN_IDS
        ):
            self._used.popitem(last=False)
        if (system, jti) in self._used:
            raise TokenRefused("this jti was used before")
        self._used[system, jti] = until


_ACCESS_HEADER: Final = {"alg": "HS256", "typ": ACCESS_TYP}
_HEADER: Final = b64url(orjson.dumps(_ACCESS_HEADER))


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Split a compact JWS; both JSON parts are strict."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise TokenRefused("not a JWT")
    try:
        header_text, claims_text, signature_text = token.split(".")
        header, claims = parse_json(unb64url(header_text)), parse_json(unb64url(claims_text))
        signature = unb64url(signature_text)
    except (ValueError, Refused):
        raise TokenRefused("not a JWT") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenRefused("not a JWT")
    return header, claims, signature, f"{header_text}.{claims_text}".encode()


def _issuer(header: dict[str, Any], claims: dict[str, Any]) -> tuple[str, str]:
    """Return the system and key id that an assertion names."""
    if header.keys() != {"typ", "alg", "kid"} or header["typ"] != ASSERTION_TYP:
        raise TokenRefused(f'the header has typ "{ASSERTION_TYP}", alg and kid')
    system, key_id = claims.get("iss"), header["kid"]
    if not isinstance(system, str) or not is_system_name(system) or claims.get("sub") != system:
        raise TokenRefused("iss and sub are the name of the system")
    if not isinstance(key_id, str):
        raise TokenRefused("kid is text")
    return system, key_id


def _usable_key(rules: Rules, system: str, key_id: str, now: float) -> RegisteredKey:
    if rules.ref.version == 0:
        # Just started: nobody is known yet. That is the hub's fault, and no refusal.
        raise Unavailable("the rules have not been read yet")
    registered = rules.systems.get(system)
    key = None if registered is None or not registered.active else registered.keys.get(key_id)
    # One answer for all three: who is registered here is nobody else's business.
    if key is None or key.barred is not None:
        raise TokenRefused("no such active system with this key")
    early = key.valid_from is not None and now < key.valid_from.timestamp()
    late = key.valid_to is not None and now >= key.valid_to.timestamp()
    if early or late:
        raise TokenRefused("the key is outside its validity")
    return key


def _check_times(claims: dict[str, Any], hub: str, now: float) -> None:
    if claims.get("aud") != hub:
        raise TokenRefused("aud is the id of this hub, as text")
    issued, expires, jti = _number(claims, "iat"), _number(claims, "exp"), claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_ID_CHARS:
        raise TokenRefused(f"jti is a text of at most {_MAX_ID_CHARS} characters")
    if not 0 < expires - issued <= ASSERTION_SECONDS:
        raise TokenRefused(f"exp is at most {ASSERTION_SECONDS} seconds after iat")
    if not issued - CLOCK_SECONDS <= now <= expires + CLOCK_SECONDS:
        raise TokenRefused("the assertion is not valid now: check the clock")


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    # A bool is an int in Python; in JSON it is not a number.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TokenRefused(f"{name} is a number")
    return value
