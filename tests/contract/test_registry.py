"""`/registry` against the client that it is for: confluent-kafka's, as it is, over real HTTP."""

import asyncio
import contextlib
import json
import socket
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn
from confluent_kafka.schema_registry import (
    Schema,
    SchemaRegistryClient,
    header_schema_id_serializer,
)
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from hub.api.app import serve
from hub.api.registry.mount import ROUTES
from hub.api.tokens import Caller, TokenRefused
from hub.control.people.rights import ROLES, Action, Role
from hub.control.people.second_person import Decision
from hub.control.seed import seed_schemas
from hub.control.service import Control
from hub.io.sql.engine import open_engine
from hub.schemas.catalogue import load
from hub.schemas.lint import DIALECT
from tests.admin_rig import OWNER, TOKEN, admin_app
from tests.control_support import HUB

TYPE = "vn.gov.thu-nghiem.v1"
SUBJECT = f"{TYPE}-value"
STEP = "vn.gov.dossier.step.v1"
CLOSED: dict[str, Any] = {
    "$schema": DIALECT,
    "title": "Mẫu thử",
    "type": "object",
    "properties": {"ma": {"type": "string", "maxLength": 20}},
    "required": ["ma"],
    "additionalProperties": False,
}
WIDER = {**CLOSED, "properties": {**CLOSED["properties"], "ghi_chu": {"type": "string"}}}
NARROWER = {**WIDER, "required": ["ma", "ghi_chu"]}


class OneSystem:
    """Stands for access tokens: one of them is good."""

    def caller(self, token):
        if token != "token-cua-he-thong":
            raise TokenRefused("not this one")
        return Caller(system="mot-cua-mau", key_id="k", expires=0)


@pytest.fixture
async def app(migrated_sqlite):
    engine = open_engine(migrated_sqlite)
    control = Control(engine, HUB)
    await seed_schemas(control)
    app = admin_app(control)
    serve(app, ROUTES)
    app.state.deps = SimpleNamespace(log=None, tokens=OneSystem())
    yield app
    await engine.dispose()


@pytest.fixture
async def url(app):
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/registry"
    server.should_exit = True
    await task


@pytest.fixture
async def http(app):
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub/registry", headers=OWNER
    ) as client:
        yield client


@pytest.fixture
def client_of(url):
    """Make clients of the library; each is closed at the end."""
    with contextlib.ExitStack() as opened:

        def make(token=TOKEN):
            conf = {"url": url, "basic.auth.user.info": f"any:{token}"}
            return opened.enter_context(SchemaRegistryClient(conf))

        yield make


def as_sent(document):
    return {"schema": json.dumps(document), "schemaType": "JSON"}


def _exchange(client_of):
    """Serialize with a registering client, deserialize with another; both of the library."""
    headers: list[Any] = []
    ctx = SerializationContext(TYPE, MessageField.VALUE, headers)
    writer = JSONSerializer(
        json.dumps(CLOSED),
        client_of(),
        conf={"schema.id.serializer": header_schema_id_serializer},
    )
    body = writer({"ma": "H99-1"}, ctx)
    reader = JSONDeserializer(
        None,
        schema_registry_client=client_of("token-cua-he-thong"),
        conf={"use.latest.version": False},
    )
    return body, dict(headers), reader(body, ctx)


async def test_the_serializer_puts_the_schema_id_into_a_header_and_leaves_the_body_alone(client_of):
    body, headers, read = await asyncio.to_thread(_exchange, client_of)
    assert json.loads(body) == read == {"ma": "H99-1"}
    assert len(headers["__value_schema_id"]) == 17


def _life(client_of):
    client = client_of()
    first = client.register_schema(SUBJECT, Schema(json.dumps(CLOSED), "JSON"))
    client_of().register_schema(SUBJECT, Schema(json.dumps(WIDER), "JSON"))
    again = client_of().register_schema(SUBJECT, Schema(json.dumps(CLOSED), "JSON"))
    assert first == again
    assert client.get_versions(SUBJECT) == [1, 2]
    assert client.get_latest_version(SUBJECT).version == 2
    found = client.lookup_schema(SUBJECT, Schema(json.dumps(CLOSED), "JSON"))
    assert (found.schema_id, found.version) == (first, 1)
    text = client_of().get_schema(first).schema_str
    assert json.loads(text) == {"$id": "urn:hub:schema:thu-nghiem:1.0", **CLOSED}
    assert client_of().get_schema_by_guid(found.guid).schema_str == text
    assert f"{STEP}-value" in client.get_subjects()
    shipped = Schema(load("urn:hub:schema:dossier.step:1.0").raw.decode(), "JSON")
    assert client.lookup_schema(f"{STEP}-value", shipped).version == 1
    assert client.test_compatibility(SUBJECT, Schema(json.dumps(WIDER), "JSON"))
    assert not client.test_compatibility(SUBJECT, Schema(json.dumps(NARROWER), "JSON"))
    with pytest.raises(SchemaRegistryError) as refused:
        client.register_schema(SUBJECT, Schema(json.dumps(NARROWER), "JSON"))
    assert (refused.value.http_status_code, refused.value.error_code) == (409, 409)
    assert "required" in str(refused.value)
    assert client.set_compatibility(SUBJECT, "NONE") == {"compatibility": "NONE"}
    assert client.get_compatibility(SUBJECT) == "NONE"
    third = client.register_schema(SUBJECT, Schema(json.dumps(NARROWER), "JSON"))
    assert len({first, found.schema_id, third}) == 2


async def test_a_client_registers_reads_compares_and_sets_levels(client_of):
    await asyncio.to_thread(_life, client_of)


ERRORS = [
    ("GET", "/subjects/vn.gov.khong-co.v1-value/versions", 404, 40401),
    ("GET", "/subjects/nonsense/versions/1", 404, 40401),
    ("GET", f"/subjects/{STEP}-value/versions/7", 404, 40402),
    ("GET", f"/subjects/{STEP}-value/versions/0", 422, 42202),
    ("GET", f"/subjects/{STEP}-value/versions/x", 422, 42202),
    ("GET", "/schemas/ids/999999", 404, 40403),
    ("GET", "/schemas/guids/%00", 404, 40403),
    ("GET", f"/config/{STEP}-value", 404, 40408),
    ("DELETE", f"/subjects/{STEP}-value", 422, 42205),
    ("DELETE", f"/subjects/{STEP}-value/versions/1", 422, 42205),
    ("PUT", "/mode", 422, 42205),
]


async def test_errors_are_those_that_clients_know(http):
    for method, path, status, code in ERRORS:
        answer = await http.request(method, path)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code), path


async def test_a_level_that_nobody_knows_is_refused(http):
    answer = await http.put("/config", json={"compatibility": "SIDEWAYS"})
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42203)
    assert (await http.get("/config")).json() == {"compatibilityLevel": "BACKWARD_TRANSITIVE"}


CHAIN = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(6_000)} | {"d6000": {}}
HOSTILE = {
    "remote": {**CLOSED, "properties": {"a": {"$ref": "https://example.org/x.json"}}},
    "file": {**CLOSED, "properties": {"a": {"$ref": "file:///etc/passwd"}}},
    "lookahead": {**CLOSED, "properties": {"ma": {"pattern": "^(?=a)(a+)+$"}}},
    "large pattern": {**CLOSED, "properties": {"ma": {"pattern": "((a{999}){999}){9}"}}},
    "chain": {"$schema": DIALECT, "$ref": "#/$defs/d0", "$defs": CHAIN},
    "circle": {"$schema": DIALECT, "$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    "old dialect": {**CLOSED, "$schema": "http://json-schema.org/draft-07/schema#"},
    "no such type": {**CLOSED, "type": "text"},
}


async def test_a_hostile_schema_is_refused_with_a_reason_and_nothing_changes(http):
    before = (await http.get("/schemas")).json()
    for name, document in HOSTILE.items():
        path = f"/subjects/{SUBJECT}/versions"
        answer = await http.post(path, json=as_sent(document))
        told = answer.json()
        assert (answer.status_code, told["error_code"]) == (422, 42201), name
        assert told["message"].startswith("unsafe_schema: ")
    assert (await http.get("/schemas")).json() == before


async def test_deep_nesting_is_no_schema(http):
    deep = '{"items":' * 10_000 + "{}" + "}" * 10_000
    sent = {"schema": deep, "schemaType": "JSON"}
    answer = await http.post(f"/subjects/{SUBJECT}/versions", json=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42201)
    answer = await http.post(f"/subjects/{SUBJECT}/versions", content=deep.encode())
    assert answer.status_code in {400, 422}


async def test_only_json_without_references_to_other_subjects(http):
    for more in ({"schemaType": "AVRO"}, {"references": [{"name": "a", "subject": "b"}]}):
        answer = await http.post(f"/subjects/{SUBJECT}/versions", json=as_sent(CLOSED) | more)
        assert (answer.status_code, answer.json()["error_code"]) == (422, 42201)


async def test_a_stranger_reads_nothing_and_a_system_registers_nothing(http):
    for told in ({"authorization": "Basic !"}, {"authorization": "Bearer x"}):
        answer = await http.get("/subjects", headers=told)
        assert (answer.status_code, answer.json()["error_code"]) == (401, 40101)
    system = {"authorization": "Bearer token-cua-he-thong"}
    assert (await http.get("/subjects", headers=system)).status_code == 200
    path = f"/subjects/{SUBJECT}/versions"
    answer = await http.post(path, json=as_sent(CLOSED), headers=system)
    assert (answer.status_code, answer.json()["error_code"]) == (403, 40301)
    answer = await http.put("/config", json={"compatibility": "NONE"}, headers=system)
    assert answer.status_code == 403
    step = load("urn:hub:schema:dossier.step:1.0").document
    answer = await http.post(f"/subjects/{STEP}-value/versions", json=as_sent(step), headers=system)
    assert answer.status_code == 200  # What is there is only read.


async def test_with_four_eyes_a_registered_schema_waits_for_another_person(migrated_sqlite):

    engine = open_engine(migrated_sqlite)
    app = admin_app(Control(engine, HUB), four_eyes_on_schemas=True)
    serve(app, ROUTES)
    app.state.deps = SimpleNamespace(log=None, tokens=OneSystem())
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub", headers=OWNER
    ) as http:
        answer = await http.post(f"/registry/subjects/{SUBJECT}/versions", json=as_sent(CLOSED))
        told = answer.json()
        assert (answer.status_code, told["state"]) == (200, "review")
        assert (await http.get(f"/registry/subjects/{SUBJECT}/versions")).status_code == 404
        (asked,) = (await http.get("/ops/requests")).json()["items"]
        own = await http.post(f"/ops/requests/{asked['id']}:approve", json={"reason": "mẫu"})
        assert own.status_code == 409
        found = await http.get(f"/registry/schemas/ids/{told['id']}")
        assert found.json()["state"] == "review"
        change = {"change": "publish_schema", "schema_name": "thu-nghiem:1.0", "document": {}}
        past = await http.post("/v1/admin/changes", json={"reason": "mẫu", "changes": [change]})
        assert past.json()["code"] == "second_person_needed"
    staff = app.state.staff
    await staff.second.decide(asked["id"], Decision.APPROVED, actor="binh", reason="đã xem (mẫu)")
    kept = await staff.schemas.by_id(told["id"])
    assert kept.state == "approved"
    await engine.dispose()


def test_who_publishes_is_an_integrator_or_an_administrator():

    may = {role for role in Role if Action.PUBLISH_SCHEMAS in ROLES[role]}
    assert may == {Role.INTEGRATOR, Role.ADMINISTRATOR}
