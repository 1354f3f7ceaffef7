"""A method that a path does not take: 405 with all that it takes, also where paths overlap."""

import asyncio
import re
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from hub.api.admin_dependencies import Admin
from hub.api.app import create_app, guarded_routes
from hub.api.browser import Browser
from hub.api.methods import MethodsFirst
from hub.api.metrics import ApiMetrics

UPLOAD = "/v1/objects/uploads/0190b6a0-0000-7000-8000-000000000001"
NOTHING: Any = None
NO_STAFF: Any = SimpleNamespace(browser=Browser())
NOBODY = replace(
    Admin(**dict.fromkeys((field.name for field in fields(Admin)), NOTHING)), staff=NO_STAFF
)


def fresh_app():
    deps: Any = SimpleNamespace(admin=NOBODY, ops=None, log=None, copies=None, metrics=ApiMetrics())
    return create_app(deps)


@pytest.fixture(scope="module")
def app():
    return fresh_app()


@pytest.fixture
async def client(app):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        # Each of these paths also fits a later, wider one.
        ("GET", "/v1/messages/mot-cua/abc:withdraw", "POST"),
        ("GET", "/v1/objects/uploads", "POST"),
        ("GET", f"{UPLOAD}:complete", "POST"),
        ("GET", "/v1/admin/changes", "POST"),
        ("GET", "/v1/admin/quarantine/7:release", "POST"),
        ("POST", "/v1/messages/mot-cua/abc", "GET"),
        ("DELETE", "/v1/messages", "POST"),
        ("PUT", "/v1/inbox", "GET, HEAD"),
        # One path, several routes: all methods are named.
        ("POST", UPLOAD, "DELETE, GET, PATCH"),
        ("DELETE", "/v1/objects/sha256:" + "0" * 64, "GET, HEAD"),
        ("OPTIONS", "/healthz", "GET"),
    ],
)
async def test_another_method_is_405_and_names_those_that_the_path_takes(
    client, method, path, allow
):
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "method_not_allowed"


async def test_every_documented_method_reaches_its_own_path(app, client):
    for template, operations in app.openapi()["paths"].items():
        for method in operations:
            path = re.sub(r"{\w+}", "7", template)
            assert (await client.request(method, path)).status_code != 405, (method, template)


async def test_all_who_ask_for_the_document_at_once_get_the_whole_one():
    transport = httpx2.ASGITransport(fresh_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as opened:
        answers = await asyncio.gather(*(opened.get("/openapi.json") for _ in range(4)))
    assert len({answer.content for answer in answers}) == 1
    assert "/v1/messages" in answers[0].json()["paths"]


async def test_a_fault_of_the_hub_is_answered_with_the_policy_for_browsers_too(client):
    answer = await client.get("/readyz")  # there are no stores to ask
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_path_that_is_none_is_404(client):
    assert (await client.get("/v1/nothing")).status_code == 404


@pytest.mark.parametrize("tab", ["rules", "silences", "channels", "notices", "tellings"])
def test_what_people_set_about_alerts_can_be_read_where_it_is_written(tab):
    known = MethodsFirst(NOTHING, guarded_routes())
    assert "GET" in (known._methods(f"/ops/alerts/{tab}") or ())
