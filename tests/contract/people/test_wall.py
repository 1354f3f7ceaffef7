"""A screen on a wall: it sees figures, for a week, and changes nothing."""

from hub.api.rights import ON_A_WALL
from tests.people_rig import WHY, problem

OPERATOR = {"role": "operator"}


async def on_a_wall(desk):
    browser = await desk.arrive("binh", OPERATOR)
    before = dict(browser.cookies)
    answer = await browser.post("/ops/session/wall", json={"reason": WHY})
    assert answer.status_code == 200, answer.text
    assert answer.json()["wall"] is True
    browser.headers["x-csrf-token"] = answer.json()["csrf"]
    return browser, before


async def test_a_wall_sees_figures_and_nothing_else(desk):
    browser, _ = await on_a_wall(desk)
    assert (await browser.get("/ops/overview")).status_code == 200
    assert (await browser.get("/ops/me")).json()["wall"] is True
    for path in ("/ops/messages", "/ops/views", "/ops/sessions", "/v1/admin/connectors"):
        problem(await browser.get(path), 403, "wall_only")


async def test_a_wall_changes_nothing_although_the_person_may(desk):
    browser, _ = await on_a_wall(desk)
    why = {"reason": WHY}
    for path in ("/ops/system/bundle", "/v1/admin/connectors/so-mau:pause", "/ops/session/wall"):
        problem(await browser.post(path, json=why), 403, "wall_only")
    assert {one for one in ON_A_WALL if not one.startswith("GET ")} == {"DELETE /ops/session"}


async def test_a_wall_outlasts_an_idle_session_but_not_a_week(desk, clock):
    browser, _ = await on_a_wall(desk)
    clock.pass_by(days=6)
    assert (await browser.get("/ops/me")).status_code == 200
    clock.pass_by(days=1, seconds=1)
    problem(await browser.get("/ops/me"), 401, "unauthorized")


async def test_the_session_that_put_it_there_is_over(desk):
    browser, before = await on_a_wall(desk)
    old = desk.browser()
    old.cookies.update(before)
    problem(await old.get("/ops/me"), 401, "unauthorized")
    assert (await browser.delete("/ops/session")).status_code == 204


async def test_the_trail_tells_where_each_deed_came_from(desk):
    await on_a_wall(desk)
    machine = desk.machine()
    (entry,) = (await machine.get("/ops/audit", params={"action": "open_wall"})).json()["items"]
    assert (entry["actor"], entry["reason"], entry["address"]) == ("binh", WHY, "127.0.0.1")
    lines = (await machine.get("/ops/audit.csv")).text.splitlines()
    assert all("127.0.0.1" in line for line in lines[1:] if "open_wall" in line)
