"""What the adapters of all recipes share: templates, secrets, one HTTP exchange, words."""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.errors import AdapterError, Fatal
from lgsp_adapter.net import http_fault, open_client
from lgsp_adapter.recipe.fields import plain_values
from lgsp_adapter.recipe.mapping import RAW, Outcome, outcome
from lgsp_adapter.recipe.model import Ask, Recipe
from lgsp_adapter.recipe.template import as_text, as_url_part, fill, fill_text
from lgsp_adapter.values import Check


class Cook:
    """Mixed into `Source`, `Sink` and `Service` by the classes beside this one."""

    recipe: ClassVar[Recipe]
    config: Config
    ctx: Context
    transport: httpx2.AsyncBaseTransport | None = None
    """Instead of the guarded one: for the tests in a recipe, which connect to nothing."""
    _client: httpx2.AsyncClient | None = None

    async def prepare(self) -> None:
        """Resolve the secrets and open the client."""
        self.plain = plain_values(self.recipe, self.config)
        self.secrets = {
            name: (await self.ctx.secret(getattr(self.config, name))).get_secret_value()
            for name, each in self.recipe.config.items()
            if each.type == "secret"
        }
        if self.transport is not None:
            self._client = httpx2.AsyncClient(transport=self.transport, trust_env=False)
        elif self.recipe.request is not None:
            self._client = open_client(self.ctx.networks)

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()

    async def ask(
        self, ask: Ask, values: Mapping[str, Any], raw: bytes = b""
    ) -> tuple[httpx2.Response, Outcome]:
        """Make one request; return the answer and what it means.

        Raises:
            Retryable: there was no answer.
            Reject: a template points at what is not there.
            Fatal: the address is none, or not an approved one.
        """
        if self._client is None:
            raise Fatal("the adapter is not open")
        try:
            answer = await self._client.send(self._request(self._client, ask, values, raw))
        except httpx2.InvalidURL:
            raise Fatal("request.url: not an address; correct the configuration") from None
        except httpx2.HTTPError as error:
            raise http_fault(error) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        now = self.ctx.now()
        return answer, outcome(self.recipe, answer.status_code, headers, answer.content, now)

    def _request(
        self, client: httpx2.AsyncClient, ask: Ask, values: Mapping[str, Any], raw: bytes
    ) -> httpx2.Request:
        known = {**values, "config": {**self.plain, **self.secrets}}
        url = fill_text(ask.url, known, as_url_part) if "{{" in ask.url else ask.url
        headers = {name: fill_text(text, known, as_text) for name, text in ask.headers.items()}
        if ask.body is None:
            return client.build_request(ask.method, url, headers=headers)
        if ask.body == RAW:
            headers = {"content-type": "application/json", **headers}
            return client.build_request(ask.method, url, headers=headers, content=raw)
        body = fill(ask.body, known)
        return client.build_request(ask.method, url, headers=headers, json=body)

    async def looked(self, ask: Ask, values: Mapping[str, Any]) -> Check:
        """Make a request that changes nothing, and say how it went."""
        try:
            _, fault = await self.ask(ask, values)
        except AdapterError as error:
            return told(error)
        return told(fault)


def told(error: AdapterError | None) -> Check:
    """Return a check in words."""
    if error is None:
        return Check(ok=True, vi="Kết nối tốt", en="Reachable")
    return Check(ok=False, vi=f"Không dùng được: {error}", en=f"Not usable: {error}")
