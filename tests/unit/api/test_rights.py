"""`require`: asked before the body is read, and for the whole hub unless the route narrows."""

from types import SimpleNamespace
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

from hub.api.admin_route import AdminRoute
from hub.api.app import handle_failures
from hub.api.browser import Browser
from hub.api.rights import Action, Grant, Person, Role, Via, require
from hub.ports import Unavailable
from tests.people_rig import problem

CLERK = Grant(role=Role.CLERK, organisation="xa-a", within=frozenset({"xa-a"}))


class Trail:
    """Keeps denials, or is away."""

    def __init__(self):
        self.denied: list[tuple[str, str, str]] = []
        self.away = False

    async def record(self, actor, action, target, *, result):
        if self.away:
            raise Unavailable("SQL does not answer")
        assert result == "denied"
        self.denied.append((actor, action, target))


class Asked:
    """Counts how often it is asked who it is."""

    def __init__(self, *grants, must_change=False):
        self.times = 0
        self.person = Person(
            name="binh", via=Via.SESSION, grants=grants, must_change_password=must_change
        )

    async def __call__(self, _):
        self.times += 1
        return self.person


@pytest.fixture
def trail():
    return Trail()


@pytest.fixture
def open_client(trail):
    router = APIRouter(route_class=AdminRoute)

    @router.post("/scoped")
    async def scoped(
        person: Annotated[Person, Depends(require(Action.WHERE, scoped=True, writes=False))],
    ) -> list[str]:
        (grant,) = person.scope(Action.WHERE).grants
        return sorted(grant.within or ())

    @router.post("/whole/{id}")
    async def whole(
        body: dict[str, str],
        person: Annotated[Person, Depends(require(Action.WHERE, writes=False))],
    ) -> str:
        return person.name + body["x"]

    async def read_only():
        return SimpleNamespace(on=True)

    def opened(asked):
        app = FastAPI()
        app.include_router(router)
        handle_failures(app)
        flags = SimpleNamespace(read_only=read_only)
        staff: Any = SimpleNamespace(audit=trail, flags=flags, browser=Browser())
        app.state.identify, app.state.staff = asked, staff
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url="http://hub")

    return opened


async def test_a_route_that_narrows_is_told_where_the_role_counts(open_client):
    asked = Asked(CLERK)
    async with open_client(asked) as client:
        assert (await client.post("/scoped")).json() == ["xa-a"]
    assert asked.times == 1


async def test_a_route_that_does_not_narrow_takes_no_role_of_one_agency(open_client, trail):
    async with open_client(Asked(CLERK)) as client:
        problem(await client.post("/whole/bi-mat", json={"x": "y"}), 403, "forbidden")
    assert trail.denied == [("binh", "documents.where", "route/POST /whole/{id}")]


async def test_who_may_not_makes_the_hub_parse_nothing(open_client):
    async def body():
        raise AssertionError("the body was read")
        yield b""

    async with open_client(Asked()) as client:
        problem(await client.post("/whole/1", content=body()), 403, "forbidden")


async def test_a_denial_stands_also_where_the_trail_is_away(open_client, trail):
    trail.away = True
    async with open_client(Asked()) as client:
        problem(await client.post("/whole/1", json={"x": "y"}), 403, "forbidden")


async def test_before_his_own_password_nobody_does_anything(open_client):
    asked = Asked(Grant(role=Role.ADMINISTRATOR), must_change=True)
    async with open_client(asked) as client:
        answer = await client.post("/whole/1", json={"x": "y"})
        problem(answer, 403, "password_change_needed")
