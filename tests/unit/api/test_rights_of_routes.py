"""Who may use which route: the page in docs, the code and the running app say the same."""

import hashlib
import re
from pathlib import Path

import httpx2
import pytest
from fastapi import APIRouter

from hub.api import admin_tokens
from hub.api.admin_route import AdminRoute
from hub.api.app import guarded_routes
from hub.api.browser import Browser
from hub.api.change_rights import RIGHT_OF_CHANGE
from hub.api.rights import ROLES, Action, Role
from hub.api.rights_page import render
from hub.control.changes import ChangeSet
from hub.control.people.rights import BOUND_ROLES, MEANINGS, ROLE_NAMES
from hub.control.service import Control
from hub.io.sql.engine import open_engine
from tests.admin_rig import admin_app
from tests.control_support import HUB, SampleAdapters, change_set, organisation
from tests.people_rig import ORIGIN, WHY, Desk, problem

PAGE = Path(__file__).parents[3] / "docs" / "rights.md"
TOKENS = {role: f"ma-cua-{role}" for role in Role}
FOR_PEOPLE = ("/ops", "/v1/admin")
LAST = ("DELETE", "/ops/session")
"""It ends the session that the walk goes with."""


def rows():
    """Return (method, path, roles that may) of each route, as the page says."""
    text = PAGE.read_text(encoding="utf-8").partition("## Routes")[2].partition("\n## ")[0]
    found = []
    for line in text.splitlines()[4:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) > len(Role):
            marks = dict(zip(Role, cells[3:], strict=True))
            found.append((cells[0], cells[1].strip("`"), {one for one in Role if marks[one]}))
    return sorted(found, key=lambda row: row[:2] == LAST)


def test_the_page_is_current():
    """`make docs` writes it."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_path_for_people_is_guarded():
    routes = [route for route in guarded_routes() if isinstance(route, AdminRoute)]
    paths = {route.path for route in routes}
    assert len(routes) == len(guarded_routes())
    assert {path for _, path, _ in rows()} == paths


def test_the_app_serves_no_other_path_for_people(desk):
    served = {path for path in desk.app.openapi()["paths"] if path.startswith(FOR_PEOPLE)}
    assert served == {path.replace(":path}", "}") for _, path, _ in rows()}


def test_a_route_that_declares_no_right_cannot_be_made():
    router = APIRouter(route_class=AdminRoute)

    with pytest.raises(TypeError, match="declares one right"):

        @router.get("/x")
        async def open_to_all() -> str:
            return "x"


def test_every_right_and_role_has_words_and_a_holder():
    assert set(MEANINGS) == set(Action)
    assert set(ROLE_NAMES) == set(ROLES) == set(Role)
    held = frozenset().union(*(ROLES[role] for role in Role if role is not Role.ADMINISTRATOR))
    only_administrators = {Action.MANAGE_USERS, Action.MANAGE_HUB}
    assert set(Action) - held == only_administrators


def test_every_kind_of_change_has_its_right():
    schema = ChangeSet.model_json_schema()
    kinds = set(re.findall(r"'const': '([a-z_]+)'", str(schema)))
    assert kinds == set(RIGHT_OF_CHANGE)


@pytest.fixture
async def desk(migrated_sqlite):
    engine = open_engine(migrated_sqlite)
    control = Control(engine, HUB, adapters=SampleAdapters())
    await control.write(change_set(organisation()), actor="an")
    app = admin_app(control, browser=Browser(public_url=ORIGIN))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    made = Desk(
        app, lambda **more: httpx2.AsyncClient(transport=transport, base_url=ORIGIN, **more)
    )
    yield made
    await made.close()
    await engine.dispose()


async def given(desk, role):
    """Add a person with this role alone; return his token's client and his browser."""
    place = {"organisation": "xa-a"} if role in BOUND_ROLES else {}
    name = role.replace("_", "-")
    browser = await desk.arrive(name, {"role": role.value} | place)
    digest = hashlib.sha256(TOKENS[role].encode()).hexdigest()
    body = {"name": name, "token_sha256": digest, "reason": WHY}
    # His own, where he may: a token for another administrator would need a second person.
    adding = browser if role is Role.ADMINISTRATOR else desk.machine()
    made = (await adding.post("/v1/admin/administrators", json=body)).json()
    assert made["waiting"] is None
    return desk.machine(TOKENS[role]), browser


def filled(path):
    """Return a path about things that are not there."""
    return re.sub(r"{[^}]*}", lambda name: NUMBERS.get(name.group(), "khong-co"), path)


NUMBERS = {"{offset}": "7", "{version}": "7", "{entry}": "7"}


async def ask(client, method, path):
    """Ask without anything in the body, so that whoever may changes nothing either."""
    if method == "POST":
        return await client.post(filled(path), json={})
    return await client.request(method, filled(path))


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_what_the_page_says_and_nothing_else(desk, monkeypatch, role):
    monkeypatch.setattr(admin_tokens, "FRESH_SECONDS", 0.0)
    for client in await given(desk, role):
        for method, path, may in rows():
            answer = await ask(client, method, path)
            denied = answer.status_code == 403 and answer.json()["code"] == "forbidden"
            where = (role, method, path, answer.status_code)
            assert answer.status_code < 500, where
            assert answer.status_code != 401 or path == "/ops/session", where
            assert denied is (role not in may) or path == "/ops/password", where


async def test_a_stranger_may_nothing_but_sign_in(desk):
    for method, path, _ in rows():
        answer = await ask(desk.browser(), method, path)
        if path.endswith(".ics"):  # Its address is the secret.
            problem(answer, 404, "not_found")
        elif path not in {"/ops/sign-in", "/ops/session", "/ops/oidc/start", "/ops/oidc/callback"}:
            problem(answer, 401, "unauthorized")
    problem(await desk.browser().delete("/ops/session"), 401, "unauthorized")


async def test_a_role_for_an_agency_is_not_one_for_the_hub(desk):
    browser = await desk.arrive("binh", {"role": "operator", "organisation": "xa-a"})
    problem(await browser.get("/v1/admin/rules"), 403, "forbidden")
    narrow = await desk.arrive("chi", {"role": "operator", "types": ["vn.gov.dossier.received.v1"]})
    problem(await narrow.get("/v1/admin/rules"), 403, "forbidden")


async def test_a_change_needs_its_own_right(desk):
    browser = await desk.arrive("khoa", {"role": "key_officer"})
    change = organisation("xa-z")
    answer = await browser.post("/v1/admin/changes", json={"reason": WHY, "changes": [change]})
    found = problem(answer, 403, "forbidden")
    assert (found["place"], "rules.change" in found["detail"]) == ("changes/0", True)
    assert (await desk.machine().get("/v1/admin/organisations/xa-z")).status_code == 404


async def test_a_denial_is_in_the_trail(desk):
    browser = await desk.arrive("binh", {"role": "operator"})
    problem(await browser.get("/ops/users/an"), 403, "forbidden")
    found = await desk.machine().get("/ops/audit", params={"result": "denied"})
    (entry,) = found.json()["items"]
    (target,) = entry["targets"]
    assert (entry["actor"], target["action"]) == ("binh", "users.view")
    assert target["entity"] == "route/GET /ops/users/{name}"
