"""The life of a schema over HTTP and by the command line, and what a change would have broken."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert

from hub.api import descriptions
from hub.api.app import serve
from hub.api.tokens import TokenRefused
from hub.control.people.second_person import Decision
from hub.control.seed import seed_schemas
from hub.control.service import Control
from hub.decision.rows import MessageRow, Outcome
from hub.io.sql.engine import open_engine
from hub.io.sql.projection_tables import deliveries, messages
from hub.schemas.catalogue import load
from hub.schemas.impact import Impact
from tests.admin_rig import OWNER, admin_app
from tests.control_support import HUB, schema
from tests.support import build_rules

VERSIONS = "/v1/admin/schema-versions"
WHY = {"reason": "thử nghiệm (mẫu)"}
SECOND = {"authorization": "Bearer other"}
NAME = "thu-nghiem:1.0"


@pytest.fixture
async def control(migrated_sqlite):
    engine = open_engine(migrated_sqlite)
    yield Control(engine, HUB)
    await engine.dispose()


@pytest.fixture
async def http(control, request):
    app = admin_app(control, four_eyes_on_schemas=getattr(request, "param", False))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as client:
        yield SimpleNamespace(get=client.get, post=client.post, put=client.put, app=app)


def document(name=NAME, **more):
    return schema(name, **more)["document"]


async def say(http, word, name=NAME, **options):
    return await http.post(f"{VERSIONS}/{name}:{word}", json=WHY, **options)


async def test_a_schema_lives_from_draft_to_retirement_and_keeps_its_number(http):
    made = await http.post(VERSIONS, json={"document": document(), **WHY})
    assert (made.status_code, made.json()["state"]) == (200, "draft")
    assert (await http.get(f"/v1/admin/schemas/{NAME}")).status_code == 404  # No rule yet.
    seen = [made.json()["id"]]
    for word, state in [
        ("submit", "review"),
        ("approve", "approved"),
        ("deprecate", "deprecated"),
        ("retire", "retired"),
    ]:
        told = await say(http, word)
        assert (told.status_code, told.json()["state"]) == (200, state), told.text
        assert (await say(http, word)).status_code in {200, 409}
        seen.append(told.json()["id"])
    assert len(set(seen)) == 1
    entry = (await http.get("/v1/admin/trail", params={"entity": f"schema/{NAME}"})).json()
    assert len(entry["items"]) == 4  # draft, publish, deprecate, retire; each with its reason
    assert (await http.get(f"{VERSIONS}/{NAME}")).json()["document"] == document()


async def test_what_is_not_deprecated_is_not_retired_and_what_is_published_is_not_dropped(http):
    await http.post(VERSIONS, json={"document": document(), **WHY})
    assert (await say(http, "retire")).status_code == 404
    await say(http, "approve")
    for word in ("retire", "drop", "submit"):
        told = await say(http, word)
        assert (told.status_code, told.json()["code"]) == (409, "schema_state")


async def test_a_dropped_number_is_never_given_again(http):
    await http.post(VERSIONS, json={"document": document(), **WHY})
    assert (await say(http, "drop")).json()["state"] == "dropped"
    other = await http.post(VERSIONS, json={"document": document(maxProperties=1), **WHY})
    assert other.json()["code"] == "already_published"
    later = document("thu-nghiem:1.1", maxProperties=1)
    told = await http.post(VERSIONS, json={"document": later, **WHY})
    assert told.json()["name"] == "thu-nghiem:1.1"
    change = schema(NAME, maxProperties=3)
    direct = await http.post("/v1/admin/changes", json={**WHY, "changes": [change]})
    assert (direct.status_code, direct.json()["code"]) == (409, "already_published")


@pytest.mark.parametrize("http", [True], indirect=True)
async def test_with_four_eyes_nobody_publishes_alone(http):
    await http.post(VERSIONS, json={"document": document(), **WHY})
    assert (await say(http, "approve")).json()["code"] == "second_person_needed"
    await say(http, "submit")
    assert (await say(http, "approve")).json()["code"] == "second_person_needed"
    change = schema("khac:1.0")
    direct = await http.post("/v1/admin/changes", json={**WHY, "changes": [change]})
    assert direct.json()["code"] == "second_person_needed"
    # A refusal gives the draft back.
    (asked,) = (await http.get("/ops/requests")).json()["items"]
    await http.app.state.staff.second.decide(
        asked["id"], Decision.REFUSED, actor="binh", reason="chưa đạt (mẫu)"
    )
    assert (await http.get(f"{VERSIONS}/{NAME}")).json()["state"] == "draft"


async def test_two_drafts_are_compared_again_when_they_are_published(http):
    await http.post(VERSIONS, json={"document": document(), **WHY})
    closed = document("thu-nghiem:1.1", additionalProperties=False)
    refused = await http.post(f"{VERSIONS}:compare", json={"document": closed})
    assert refused.json()["compatible"]  # Nothing is published yet.
    await http.post(VERSIONS, json={"document": closed, **WHY})
    await say(http, "approve")
    told = await say(http, "approve", "thu-nghiem:1.1")
    assert (told.status_code, told.json()["code"]) == (409, "incompatible_schema")
    assert "additionalProperties" in told.json()["detail"]


GOOD = {
    "dossier_code": "H99-1",
    "state": 4,
    "agency": {"code": "H99.1", "name": "Mẫu"},
    "processed_at": "2026-11-28T08:00:00+07:00",
}


async def test_impact_names_exactly_the_senders_that_a_change_would_break(control, http):
    await seed_schemas(control)
    now = control.clock()
    bodies: dict[Any, bytes] = {}
    async with control.engine.begin() as connection:
        for number in range(250):
            source = ("mot-cua-a", "mot-cua-b", "mot-cua-c")[number % 3]
            body = GOOD | ({} if source == "mot-cua-b" else {"content": "Bí mật riêng (mẫu)"})
            await add(connection, source, number, now - timedelta(seconds=number), bodies, body)
        await add(connection, "mot-cua-d", 900, now - timedelta(days=9), bodies, GOOD)
    http.app.state.ops.bodies.found.update(bodies)
    candidate = load("urn:hub:schema:dossier.step:1.0").document
    candidate["$id"] = "urn:hub:schema:dossier.step:1.1"
    candidate["required"] = [*candidate["required"], "content"]
    whole, after = Impact(), None
    told = await http.post("/ops/schemas:impact", json={"document": candidate, "days": 7})
    assert told.status_code == 200, told.text
    answer = told.json()
    assert answer["next"] is None
    whole.absorb(answer)
    broken = {one["system"]: one["broken"] for one in answer["senders"]}
    assert broken == {"mot-cua-a": 0, "mot-cua-b": 83, "mot-cua-c": 0}
    assert answer["recipients"] == [{"system": "cong-mau", "broken": 83}]
    assert (answer["looked_at"], answer["gone"]) == (250, 0)
    (rule,) = answer["senders"][1]["rules"]
    assert rule == {"rule": "required at the root: content", "messages": 83}
    assert len(answer["senders"][1]["examples"]) == 3
    assert "Bí mật" not in told.text
    assert "backward with dossier.step:1.0: required at the root: content" in answer["incompatible"]
    assert max(http.app.state.ops.bodies.asked) <= 100
    assert whole.document()["broken"] == 83
    assert after is None
    used = (await http.get("/ops/schemas/dossier.step:1.0/use")).json()["sent"]
    assert [(one["system"], one["messages"]) for one in used] == [
        *(("mot-cua-a", 84), ("mot-cua-b", 83), ("mot-cua-c", 83), ("mot-cua-d", 1)),
    ]


async def test_impact_shows_the_kind_of_a_value_never_the_value_and_counts_what_is_gone(
    control, http
):
    await seed_schemas(control)
    now = control.clock()
    bodies: dict[Any, bytes] = {}
    async with control.engine.begin() as connection:
        await add(connection, "mot-cua-a", 1, now, bodies, GOOD)
        await add(connection, "mot-cua-a", 2, now, {}, GOOD)
    http.app.state.ops.bodies.found.update(bodies)
    candidate = load("urn:hub:schema:dossier.step:1.0").document
    candidate["properties"]["dossier_code"]["maxLength"] = 3
    told = await http.post("/ops/schemas:impact", json={"document": candidate})
    (sender,) = told.json()["senders"]
    (example,) = sender["examples"]
    assert (example["pointer"], example["found"]) == ("/dossier_code", "a text of 5 characters")
    assert told.json()["gone"] == 1


@pytest.mark.parametrize("reference", ["https://example.org/x", "file:///etc/passwd"])
async def test_impact_of_an_unsafe_schema_is_refused_with_a_reason(http, reference):
    unsafe = document() | {"$ref": reference}
    told = await http.post("/ops/schemas:impact", json={"document": unsafe})
    assert (told.status_code, told.json()["place"]) == (422, "document")


async def test_systems_and_types_are_described_from_the_rules(control, http):
    await seed_schemas(control)
    serve(http.app, descriptions.router.routes)
    rules = build_rules()
    http.app.state.deps = SimpleNamespace(log=None, rules=lambda: rules, tokens=NoSystem())
    system = min(name for name, _ in rules.rights)
    told = await http.get(f"/v1/descriptions/systems/{system}/asyncapi.json")
    document = told.json()
    assert (told.status_code, document["asyncapi"]) == (200, "3.0.0")
    assert document["id"] == f"urn:hub:system:{system}"
    assert "submit" in document["channels"]
    shown = await http.get("/v1/descriptions/types/vn.gov.dossier.step.v1")
    assert "<code>dossier_code</code>" in shown.text
    for path in ("systems/khong-co", "types/vn.gov.khong-co.v1"):
        tail = "/asyncapi.json" if path.startswith("systems") else ""
        assert (await http.get(f"/v1/descriptions/{path}{tail}")).status_code == 404
    stranger = {"authorization": "Bearer x"}
    shown = await http.get("/v1/descriptions/types/vn.gov.dossier.step.v1", headers=stranger)
    assert shown.status_code == 401


async def test_a_conversion_is_declared_between_published_versions_of_one_schema(http):
    put: dict[str, Any] = {"change": "put_conversion", "source": "thu-nghiem:1.1", "target": NAME}
    put["steps"] = [{"op": "rename", "at": "/moi", "to": "/cu"}]

    async def write(*changes):
        return await http.post("/v1/admin/changes", json={**WHY, "changes": changes})

    assert (await write(schema(NAME), put)).json()["code"] == "unknown_entity"
    assert (await write(schema(NAME), schema("thu-nghiem:1.1"), put)).status_code == 200
    id_ = f"thu-nghiem:1.1/{NAME}"
    kept = (await http.get(f"/v1/admin/conversions/{id_}")).json()
    assert kept["steps"] == [{"op": "rename", "at": "/moi", "to": "/cu"}]
    other = {**put, "source": "khac:1.0"}
    assert (await write(schema("khac:1.0"), other)).json()["code"] == "config_refused"
    nowhere = {**put, "steps": [{"op": "rename", "at": "/moi"}]}
    assert (await write(nowhere)).json()["code"] == "config_refused"
    gone = {"change": "delete_conversion", "source": "thu-nghiem:1.1", "target": NAME}
    assert (await write(gone)).json()["changed"] == 1


class NoSystem:
    """Stands for access tokens: none is good."""

    def caller(self, _token):
        raise TokenRefused("not this one")


async def add(connection, source, number, at, bodies, body):
    """Let the projection and the topic hold one admitted message."""
    row = MessageRow(
        source=source,
        id=f"id-{number}",
        outcome=Outcome.ADMITTED,
        decided_at=at,
        type="vn.gov.dossier.step.v1",
        dataschema="urn:hub:schema:dossier.step:1.0",
        ingress_partition=0,
        ingress_offset=number,
    )
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    await connection.execute(insert(messages).values(**values))
    got = {"source": source, "id": row.id, "recipient": "cong-mau", "state": "delivered"}
    times = {"decided_at": at, "updated_at": at, "attempts": 0}
    await connection.execute(insert(deliveries).values(**got, **times))
    bodies[0, number] = json.dumps(body).encode()


async def test_the_use_of_a_version_tells_its_level_its_history_and_who_did_it(http):
    await http.post(VERSIONS, json={"document": document(), **WHY})
    await say(http, "submit")
    told = (await http.get(f"/ops/schemas/{NAME}/use")).json()
    assert (told["level"], told["own"]) == ("BACKWARD_TRANSITIVE", False)
    assert [(one["what"], one["actor"]) for one in told["history"]] == [
        ("draft_schema", "an"),
        ("ask", "an"),
    ]
    await http.post(f"{VERSIONS}/{NAME}:approve", json=WHY, headers=SECOND)
    told = (await http.get(f"/ops/schemas/{NAME}/use")).json()
    last = [(one["what"], one["actor"], one["reason"]) for one in told["history"][-2:]]
    assert sorted(last) == [
        (what, "binh", WHY["reason"]) for what in ("approved", "publish_schema")
    ]


async def test_a_level_of_its_own_is_set_with_a_reason_and_taken_away_again(http):
    family = NAME.partition(".")[0]
    for level, counts, own in (("FULL", "FULL", True), (None, "BACKWARD_TRANSITIVE", False)):
        path = f"/ops/schemas/{family}/level"
        answer = await http.put(path, json={"level": level, **WHY})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["level"], answer.json()["own"]) == (counts, own)
    trail = (await http.get("/ops/audit", params={"action": "set_schema_level"})).json()
    assert len(trail["items"]) == 2


async def test_a_sample_is_checked_against_a_draft_and_an_unknown_version_is_404(http):
    await http.post(VERSIONS, json={"document": document(required=["a"]), **WHY})
    answer = await http.post(f"/ops/schemas/{NAME}:check", json={"sample": "{}"})
    (found,) = answer.json()["violations"]
    assert (found["keyword"], found["pointer"]) == ("required", "")
    missing = await http.post("/ops/schemas/khong.co:1.0:check", json={"sample": "{}"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
