"""Imports over the API: previewed, confirmed by digest, and they ask before they close many."""

import json

from tests.people_rig import WHY, problem

ROWS = [
    {"code": "H99", "name": "UBND tỉnh Mẫu"},
    *({"code": f"H99.{number}", "name": f"Xã {number} (mẫu)"} for number in range(30)),
]


async def sent(desk, word, rows, **query):
    body = json.dumps(rows).encode()
    query = {"format": "json"} | query
    return await desk.machine().post(f"/v1/admin/directory:{word}", content=body, params=query)


async def imported(desk, rows, **query):
    told = (await sent(desk, "preview", rows, **query)).json()
    return told, await sent(desk, "import", rows, digest=told["digest"], reason=WHY, **query)


async def test_an_import_does_what_its_preview_told_and_nothing_else(desk):
    told, answer = await imported(desk, [*ROWS, {"code": "H99.77"}])
    assert (told["added"], told["left_out"], answer.status_code) == (31, 1, 200)
    assert [(one["place"], one["said"]) for one in told["findings"]] == [("row 32", "no_name")]
    stale = await sent(desk, "import", ROWS, digest=told["digest"], reason=WHY)
    problem(stale, 409, "count_differs")
    assert (await imported(desk, ROWS))[0]["changes"] == 0
    for refused in (
        await sent(desk, "preview", ROWS, format="xlsx"),
        await desk.machine().post("/v1/admin/directory:preview?format=json", content=b"[1"),
    ):
        problem(refused, 422, "unreadable")


async def test_an_import_that_would_close_many_stops_until_their_number_is_given(desk):
    await imported(desk, ROWS)
    told, answer = await imported(desk, ROWS[:2], close_missing=True)
    assert (told["asks"], told["closed"]) == (True, 32)
    assert problem(answer, 409, "count_differs")["place"] == "closing"
    assert await standing(desk, "H99.3") == "active", "nothing was done"
    known = {"digest": told["digest"], "reason": WHY, "closing": 32, "close_missing": True}
    assert (await sent(desk, "import", ROWS[:2], **known)).status_code == 200
    assert await standing(desk, "H99.3") == "closed"


async def standing(desk, id):
    return (await desk.machine().get(f"/ops/directory/{id}")).json()["stands"]


async def test_looking_is_for_those_who_see_the_rules_and_importing_for_those_who_change_them(desk):
    reader = await desk.arrive("binh", {"role": "auditor"})
    assert (await reader.get("/ops/directory")).status_code == 200
    answer = await reader.post("/v1/admin/directory:preview?format=json", content=b"[]")
    problem(answer, 403, "forbidden")
    clerk = await desk.arrive("chi", {"role": "clerk", "organisation": "xa-a"})
    problem(await clerk.get("/ops/directory/xa-a"), 403, "forbidden")
