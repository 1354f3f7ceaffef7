"""Words of the tests of the connectors' admin API."""

from tests.admin_rig import TOKEN

AN = {"authorization": f"Bearer {TOKEN}"}
BINH = {"authorization": "Bearer other"}
WHY = "Thử nghiệm (mẫu)"


def problem(answer, status, code):
    """Check that this is an RFC 9457 problem; return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["status"], document["code"]) == (status, code)
    return document


async def trail(client, entity):
    """Return (actor, reason) of each write that touched an entity, the newest first."""
    items = (await client.get("/trail", params={"entity": entity})).json()["items"]
    return [(item["actor"], item["reason"]) for item in items]
