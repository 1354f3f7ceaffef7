"""An OpenID Connect provider, as a client sees it. Errors of its libraries stop here.

Authlib speaks the protocol; what is trusted is decided here: the issuer's own word alone, keys of
its own set, signatures by public keys only, a nonce and a code verifier for each sign-in.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.ports import Unavailable

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "EdDSA", "Ed25519")
"""Signatures by private keys alone: with HS256 whoever knows the client's secret could sign."""

LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may be off."""

SECONDS: Final = 10
"""Longest wait for one answer of the provider: a person waits for it."""

KNOWN_SECONDS: Final = 3600
"""How long what the provider says about itself counts."""

REFETCH_SECONDS: Final = 60
"""An unknown key may be a new one: ask again, but not for each forged token."""

SCOPES: Final = "openid profile"

_SUBJECT: Final = re.compile(r"[\x20-\x7e]{1,255}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class OidcRefused(Exception):
    """The provider, or what came in its name, is not to be believed. The text holds no value."""


class Provider:
    """One issuer, asked for its endpoints and keys when they are needed."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        *,
        label: str = "OpenID Connect",
        clock: Callable[[], float] = time.time,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.issuer, self.label = issuer, label
        self._id, self._secret = client_id, client_secret
        self._clock, self._transport = clock, transport
        self._told: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._asking = asyncio.Lock()
        self._tls = ssl.create_default_context()
        """One for all: reading the trusted roots costs more than a request."""

    async def begin(self, redirect_uri: str, *, state: str, nonce: str, verifier: str) -> str:
        """Return the address at the provider to send the browser to.

        Raises:
            Unavailable: it does not answer.
            OidcRefused: what it says about itself is not about the issuer that was set.
        """
        told = await self._about()
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self._endpoint(told, "authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return str(url)

    async def finish(
        self, redirect_uri: str, *, code: str, nonce: str, verifier: str
    ) -> Mapping[str, Any]:
        """Change a code for an ID token; return its claims, all checked (OIDC Core, 3.1.3.7).

        Raises:
            Unavailable: the provider does not answer.
            OidcRefused: the code or the token is not good.
        """
        told = await self._about()
        tokens = await self._exchange(told, redirect_uri, code, verifier)
        text = tokens.get("id_token")
        if not isinstance(text, str):
            raise OidcRefused("the provider gave no ID token")
        return await self._believe(told, text, nonce, tokens.get("access_token"))

    async def _exchange(
        self, told: Mapping[str, Any], redirect_uri: str, code: str, verifier: str
    ) -> Mapping[str, Any]:
        endpoint = self._endpoint(told, "token_endpoint")
        async with self._client(redirect_uri) as client:
            try:
                found: Mapping[str, Any] = await client.fetch_token(
                    endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
                )
            except httpx2.HTTPError as error:
                raise _away(error) from error
            except (AuthlibBaseError, ValueError) as error:
                raise OidcRefused("the provider does not take the code") from error
        return found

    async def _believe(
        self, told: Mapping[str, Any], text: str, nonce: str, access_token: Any
    ) -> Mapping[str, Any]:
        try:
            token = await self._decoded(told, text)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._id},
                    "sub": {"essential": True},
                    "nonce": {"essential": True},
                },
                {"client_id": self._id, "nonce": nonce, "access_token": access_token},
            )
            claims.validate(int(self._clock()), LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise OidcRefused(f"the ID token is not good: {type(error).__name__}") from error
        if not _SUBJECT.fullmatch(str(claims["sub"])):
            raise OidcRefused("the ID token's subject is none (OpenID Connect Core, section 2)")
        return dict(claims)

    async def _decoded(self, told: Mapping[str, Any], text: str) -> jwt.Token:
        try:
            return jwt.decode(text, await self._key_set(told), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            fetched = self._keys[0] if self._keys else 0.0
            if self._clock() - fetched < REFETCH_SECONDS:
                raise
        self._keys = None
        return jwt.decode(text, await self._key_set(told), algorithms=ALGORITHMS)

    async def _about(self) -> Mapping[str, Any]:
        async with self._asking:
            if self._told is None or self._clock() - self._told[0] > KNOWN_SECONDS:
                url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                told = await self._get(url)
                # OIDC Discovery, 4.3: or one issuer could speak for another.
                if told.get("issuer") != self.issuer:
                    raise OidcRefused("the provider's configuration names another issuer")
                self._told = (self._clock(), told)
            return self._told[1]

    async def _key_set(self, told: Mapping[str, Any]) -> KeySet:
        async with self._asking:
            if self._keys is None or self._clock() - self._keys[0] > KNOWN_SECONDS:
                found: Any = await self._get(self._endpoint(told, "jwks_uri"))
                self._keys = (self._clock(), KeySet.import_key_set(found))
            return self._keys[1]

    async def _get(self, url: str) -> Mapping[str, Any]:
        try:
            async with self._plain() as client:
                answer = await client.get(url)
                answer.raise_for_status()
                found = answer.json()
        except httpx2.HTTPError as error:
            raise _away(error) from error
        except ValueError as error:
            raise OidcRefused("the provider's answer is not JSON") from error
        if not isinstance(found, dict):
            raise OidcRefused("the provider's answer is not an object")
        return found

    def _endpoint(self, told: Mapping[str, Any], name: str) -> str:
        url = httpx2.URL(str(told.get(name, "")))
        local = httpx2.URL(self.issuer).host in _LOOPBACK and url.host in _LOOPBACK
        if url.scheme != "https" and not (url.scheme == "http" and local):
            raise OidcRefused(f"the provider's {name} is not an https address")
        return str(url)

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._id,
            self._secret,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope=SCOPES,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
            transport=self._transport,
            verify=self._tls,
        )

    def _plain(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(timeout=SECONDS, transport=self._transport, verify=self._tls)


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"the identity provider did not answer: {type(error).__name__}")
