"""A small OpenID Connect provider over real HTTP: discovery, PKCE, codes that count once, keys.

It is what the standards say (OpenID Connect Core and Discovery 1.0, RFC 7636), read independently
of the hub; `lie` lets it break one rule at a time. Its people and secrets are synthetic.
"""

import base64
import contextlib
import hashlib
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

OTHER_KEY = RSAKey.generate_key(2048, {"kid": "k1"})
"""A key that no provider shows."""
CLIENT = "hub-mau"
SECRET = "bi-mat-cua-hub-mau"


@dataclass
class OidcProvider:
    """One issuer. Whoever asks is let in as `person`."""

    person: dict[str, Any] = field(default_factory=dict)
    lie: dict[str, Any] = field(default_factory=dict)
    """Claim to a wrong value; None leaves it out. `kid`, `alg`, `key`: of the signature."""
    configuration: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    issuer: str = ""

    def __post_init__(self):
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
        self._app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    @contextlib.asynccontextmanager
    async def serving(self, tasks):
        """Listen on a free port of loopback; `tasks` is a task group."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._app, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        task = tasks.create_task(server.serve(sockets=[listener]))
        try:
            yield self
        finally:
            server.should_exit = True
            await task

    async def _about(self, _):
        self.asked.append("about")
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return JSONResponse(found | self.configuration)

    async def _keys(self, _):
        self.asked.append("keys")
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request):
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}"
        return RedirectResponse(back, status_code=302)

    async def _token(self, request):
        form = dict(await request.form())
        asked = self.codes.pop(form.get("code", ""), None)  # a code counts once
        if asked is None or not self._is_client(request) or not _fits(asked, form):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        tokens = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        return JSONResponse(tokens | {"id_token": self.id_token(asked["nonce"])})

    def _is_client(self, request):
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {expected}"

    def id_token(self, nonce):
        """Return a signed ID token of `person`, with the lies in it."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        told = claims | self.person | self.lie
        kept = {
            name: value
            for name, value in told.items()
            if value is not None and name not in {"kid", "alg", "key"}
        }
        header = {"alg": self.lie.get("alg", "ES256"), "kid": self.lie.get("kid", "k1")}
        key = self.lie.get("key", self.key)
        return jwt.encode(header, kept, key, algorithms=["ES256", "RS256", "HS256"])


def _fits(asked, form):
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (challenge, form.get("redirect_uri")) == (asked["code_challenge"], asked["redirect_uri"])
