"""People at their browsers, and how they sign in. Passwords here are synthetic."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.admin_rig import OWNER

ORIGIN = "https://hub.test"
WHY = "Thử nghiệm (mẫu)"
PASSWORD = "một câu dài để thử (mẫu)"


def problem(answer, status, code):
    """Check that this is an RFC 9457 problem; return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["status"], document["code"]) == (status, code)
    return document


@dataclass
class Desk:
    """Opens browsers, and adds people by the first administrator's token."""

    app: Any
    opened: Any
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def browser(self, **headers):
        """Return a browser that nobody has signed in with."""
        client = self.opened(headers={"origin": ORIGIN} | headers)
        self.clients.append(client)
        return client

    def machine(self, token=None):
        """Return a client with a token, by default the first administrator's."""
        headers = OWNER if token is None else {"authorization": f"Bearer {token}"}
        client = self.opened(headers=headers)
        self.clients.append(client)
        return client

    async def add(self, name, *grants, **more):
        """Add a person; return the answer's document."""
        body = {"name": name, "display": f"{name} (mẫu)", "grants": list(grants), "reason": WHY}
        answer = await self.machine().post("/ops/users", json=body | more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def arrive(self, name, *grants):
        """Add a person who has chosen his password; return his browser, signed in."""
        made = await self.add(name, *grants)
        browser = self.browser()
        await sign_in(browser, name, made["first_password"])
        answer = await choose(browser, made["first_password"], PASSWORD)
        assert answer.status_code == 200, answer.text
        return browser

    async def close(self):
        for client in self.clients:
            await client.aclose()


async def sign_in(browser, name, password):
    """Sign in; the browser carries the session's token from then on, as the console does."""
    answer = await browser.post("/ops/session", json={"name": name, "password": password})
    if answer.status_code == 200:
        browser.headers["x-csrf-token"] = answer.json()["csrf"]
    return answer


async def choose(browser, present, new):
    answer = await browser.post("/ops/password", json={"present": present, "new": new})
    if answer.status_code == 200:
        browser.headers["x-csrf-token"] = answer.json()["csrf"]
    return answer


def looks_like_a_first_password(text):
    return re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", text) is not None
