"""Requests that carry a bearer token: fetched with the system's key, kept, renewed in time."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from lgsp_client.errors import HubProtocolError, HubUnauthorised
from lgsp_client.identity import Identity
from lgsp_client.ids import uuid7
from lgsp_client.plan import (
    OK,
    UNAUTHORISED,
    Answer,
    Ask,
    Backoff,
    Plan,
    World,
    after,
    expect,
    once,
    persistently,
    read_object,
    read_problem,
)

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_EARLY: Final = 0.2
"""The part of a token's life that is not used: a request begun late must still arrive in time."""


class Session:
    """The tokens of one system at one hub. May be shared by all requests of one client."""

    def __init__(self, identity: Identity, world: World, backoff: Backoff) -> None:
        self.identity, self.world, self.backoff = identity, world, backoff
        self._token: str | None = None
        self._good_until = 0.0

    def call(self, ask: Ask, backoff: Backoff | None = None) -> Plan[Answer]:
        """Ask until there is an answer, and return a successful one.

        The same request, byte for byte, each time: what it does happens once, because of its id.

        Raises:
            HubRefused, HubUnauthorised, HubUnavailable, HubProtocolError.
        """

        def attempt(pause: float) -> Plan[Answer]:
            return self.attempt(ask, pause)

        return (yield from persistently(attempt, backoff or self.backoff, self.world.chance))

    def attempt(self, ask: Ask, pause: float) -> Plan[Answer]:
        """Ask once, `pause` seconds from now, and return a successful answer.

        Raises:
            HubRefused, HubUnauthorised, HubUnavailable, HubProtocolError.
        """
        return expect((yield from self._authorised(ask, pause)))

    def bearing(self, ask: Ask) -> Plan[Ask]:
        """Return `ask` with a token, not sent: for an answer that does not end.

        Raises:
            HubUnauthorised, HubUnavailable, HubProtocolError.
        """
        token = self._held() or (yield from self._fetch(0.0))
        return _bearing(ask, token)

    def _authorised(self, ask: Ask, pause: float) -> Plan[Answer]:
        token = self._held()
        if token is None:
            token = yield from self._fetch(pause)
            pause = 0.0
        answer = yield from once(_bearing(after(ask, pause), token))
        if answer.status != UNAUTHORISED:
            return answer
        # Once: the hub was restarted with another token key, or the rules changed meanwhile.
        if token == self._token:
            self._token = None
        fresh = self._held() or (yield from self._fetch(0.0))
        return (yield from once(_bearing(ask, fresh)))

    def _held(self) -> str | None:
        return self._token if self.world.ticks() < self._good_until else None

    def _fetch(self, pause: float) -> Plan[str]:
        """Ask for a token.

        Raises:
            HubUnauthorised: the hub does not know this system or this key, or the clock is wrong.
        """
        asked_at = self.world.ticks()
        answer = yield from once(after(self._token_request(), pause))
        if answer.status not in OK:
            problem = read_problem(answer.body)
            why = problem.get("error_description") or problem.get("error") or answer.status
            raise HubUnauthorised(f"no token for {self.identity.system}: {why}")
        fields = read_object(answer)
        token, life = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not isinstance(life, (int, float)):
            raise HubProtocolError("the token answer has no access_token and expires_in")
        self._token, self._good_until = token, asked_at + life * (1 - _EARLY)
        return token

    def _token_request(self) -> Ask:
        # A new assertion for each try: the hub takes each `jti` once.
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self.identity.assertion(self.world.now(), uuid7()),
        }
        return Ask(
            method="POST",
            path="/oauth2/token",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )


def _bearing(ask: Ask, token: str) -> Ask:
    return replace(ask, headers={**ask.headers, "authorization": f"Bearer {token}"})
