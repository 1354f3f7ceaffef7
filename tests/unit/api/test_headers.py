"""What every answer tells browsers not to do."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hub.api.headers import CONTENT_SECURITY_POLICY, SecurityHeaders


async def plain(_):
    return PlainTextResponse("mẫu")


async def broken(_):
    raise RuntimeError


async def cached(_):
    return PlainTextResponse("mẫu", headers={"cache-control": "max-age=60"})


ROUTES = [Route("/plain", plain), Route("/broken", broken), Route("/ops/x", plain)]
ROUTES += [Route("/ops/y", cached)]


@pytest.fixture
def open_client():
    def opened(*, secure=False):
        app = SecurityHeaders(Starlette(routes=ROUTES), secure=secure)
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://hub")

    return opened


@pytest.mark.parametrize(("path", "status"), [("/plain", 200), ("/none", 404), ("/broken", 500)])
async def test_every_answer_has_the_policy_also_a_failed_one(open_client, path, status):
    async with open_client() as client:
        answer = await client.get(path)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert answer.status_code == status
    assert policy == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_policy_lets_nothing_inline_and_nothing_of_others_in():
    assert CONTENT_SECURITY_POLICY == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }


async def test_tls_is_insisted_on_only_where_there_is_tls(open_client):
    for secure in (True, False):
        async with open_client(secure=secure) as client:
            headers = (await client.get("/plain")).headers
        assert ("strict-transport-security" in headers) is secure


async def test_what_people_see_stays_in_no_cache_unless_the_answer_says_so(open_client):
    async with open_client() as client:
        assert (await client.get("/ops/x")).headers["cache-control"] == "no-store"
        assert (await client.get("/ops/y")).headers["cache-control"] == "max-age=60"
        assert "cache-control" not in (await client.get("/plain")).headers
