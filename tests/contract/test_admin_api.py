"""`/v1/admin` over HTTP: who may, what is answered, and that any bytes end in a 4xx problem."""

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api import admin_route
from hub.control.changes import KINDS_OF_CHANGES
from hub.control.service import Control
from hub.control.versions import Versions
from hub.io.sql.engine import open_engine
from tests.admin_rig import OWNER, TOKEN, admin_app
from tests.control_support import (
    HUB,
    SampleAdapters,
    code,
    endpoint,
    key_id,
    new_key,
    organisation,
    register,
    schema,
    system,
)

WRITE = "/v1/admin/changes"


@pytest.fixture
async def control(migrated_sqlite):
    engine = open_engine(migrated_sqlite)
    yield Control(engine, HUB, adapters=SampleAdapters())
    await engine.dispose()


@pytest.fixture
def app(control):
    return admin_app(control)


@pytest.fixture
async def client(app):
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        yield client


async def put(client, *changes, reason="Thử nghiệm (mẫu)", headers=OWNER):
    request = {"reason": reason, "changes": list(changes)}
    return await client.post(WRITE, json=request, headers=headers)


def problem(response, status, code):
    """Check that this is an RFC 9457 problem; return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert (document["status"], document["code"]) == (status, code)
    return document


PATHS = ["/rules", "/rules/1", "/rules/1/changes", "/trail", "/trail/1/entities", "/systems"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer "},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Bearer \u00e9".encode("latin-1")},
    ],
)
async def test_without_the_token_nothing_is_read_or_written(client, headers):
    for path in PATHS:
        problem(await client.get(f"/v1/admin{path}", headers=headers), 401, "unauthorized")
    answer = await put(client, organisation(), headers=headers)
    assert problem(answer, 401, "unauthorized")
    assert "Bearer" in answer.headers["www-authenticate"]


async def test_a_stranger_is_turned_away_before_the_body_is_read(client):
    async def body():
        raise AssertionError("the body was read")
        yield b""

    problem(await client.post(WRITE, content=body()), 401, "unauthorized")


async def test_a_written_change_can_be_read(client):
    key = new_key()
    changes = [organisation(), code(), system(), register(key), endpoint(), schema()]
    answer = await put(client, *changes)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["changed"]) == (1, len(changes))
    for path in ("systems/he-thong-a", "endpoints/xa-a/he-thong-a", "schemas/thu-nghiem:1.0"):
        found = await client.get(f"/v1/admin/{path}", headers=OWNER)
        assert found.json()["id"] == path.partition("/")[2]
    page = (await client.get("/v1/admin/keys", headers=OWNER)).json()
    assert [item["id"] for item in page["items"]] == [f"he-thong-a/{key_id(key)}"]
    head = (await client.get("/v1/admin/rules", headers=OWNER)).json()
    assert (head["version"], head["published"]) == (1, False)
    version = (await client.get("/v1/admin/rules/1", headers=OWNER)).json()
    assert version["hash"] == answer.json()["hash"]
    stored = (await client.get("/v1/admin/rules/1/changes?limit=2", headers=OWNER)).json()
    assert [item["entity"] for item in stored["items"]] == [
        "code/H99.01",
        "endpoint/xa-a/he-thong-a",
    ]
    assert stored["next"] == "endpoint/xa-a/he-thong-a"


async def test_the_trail_names_the_holder_of_the_token(client):
    await put(client, organisation(), headers={"authorization": "Bearer other"})
    trail = (await client.get("/v1/admin/trail", headers=OWNER)).json()
    assert [(item["actor"], item["reason"]) for item in trail["items"]] == [
        ("binh", "Thử nghiệm (mẫu)")
    ]
    number = trail["items"][0]["id"]
    touched = await client.get(f"/v1/admin/trail/{number}/entities", headers=OWNER)
    assert touched.json()["items"] == [
        {"entity": "organisation/xa-a", "action": "put_organisation"}
    ]


async def test_what_contradicts_what_is_there_is_a_conflict(client):
    await put(client, schema())
    found = problem(await put(client, schema(title="khác")), 409, "already_published")
    assert found["place"] == "changes/0"


async def test_a_second_system_for_the_same_agency_and_type_is_a_conflict(client):
    await put(client, organisation(), system(), system("he-thong-b"), endpoint())
    answer = await put(client, endpoint(system="he-thong-b"))
    # Which of the two is the newcomer is not said: what contradicts is the pair.
    assert problem(answer, 409, "endpoint_taken")["place"].startswith("endpoint/xa-a/")
    page = (await client.get("/v1/admin/endpoints", headers=OWNER)).json()
    assert [item["id"] for item in page["items"]] == ["xa-a/he-thong-a"]


async def test_what_names_nobody_is_unprocessable(client):
    found = problem(await put(client, code(organisation="khong-co")), 422, "unknown_entity")
    assert found["place"] == "code/H99.01"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (organisation(id="a/b"), "changes/0/put_organisation/id"),
        (organisation(name="dòng\nhai"), "changes/0/put_organisation/name"),
        (organisation(name="NUL\0"), "changes/0/put_organisation/name"),
        (organisation(name="\u0065\u0301"), "changes/0/put_organisation/name"),
        (organisation(name="Ủy ban Mẫu" * 50), "changes/0/put_organisation/name"),
        (organisation(level="xã"), "changes/0/put_organisation/level"),
        (organisation(la="lùng"), "changes/0/put_organisation/la"),
        (code(valid_from="2026-01-02", valid_to="2026-01-01"), "changes/0/put_code"),
        (system(name="Tên") | {"system": "HOA"}, "changes/0/put_system/system"),
        (system(kafka_in="yes"), "changes/0/put_system/kafka_in"),
        (endpoint(types=[]), "changes/0/put_endpoint/types"),
        (endpoint(types=["vn.a.v1", "vn.a.v1"]), "changes/0/put_endpoint/types"),
        ({"change": "drop_everything"}, "changes/0"),
        ({}, "changes/0"),
    ],
)
async def test_a_field_that_breaks_its_grammar_is_named(client, change, place):
    found = problem(await put(client, change), 422, "invalid_request")
    assert place in [error["place"] for error in found["errors"]]


async def test_an_answer_never_repeats_a_key_or_a_proof(client):
    change = register(new_key(), jwk={"kty": "EC", "crv": "P-256", "x": "bí mật", "y": "x"})
    answer = await put(client, organisation(), system(), change)
    problem(answer, 422, "key_unusable")
    assert "bí mật" not in answer.text


async def test_a_body_beyond_the_limit_is_refused_while_it_comes(client, monkeypatch):
    monkeypatch.setattr(admin_route, "MAX_BODY_BYTES", 1_000)
    problem(await put(client, *[organisation()] * 50), 413, "too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/systems/khong-co",
        "/endpoints/a/b/c",
        "/rules/7",
        "/rules/0",
    ],
)
async def test_what_is_not_there_is_not_found(client, path):
    problem(await client.get(f"/v1/admin{path}", headers=OWNER), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/dau-do",
        "/systems?limit=0",
        "/systems?after=%00",
        "/systems/%00",
        "/rules/99999999999",
        "/trail?before=99999999999",
        "/trail?entity=%C3%A9",
    ],
)
async def test_a_query_that_breaks_its_grammar_is_refused(client, path):
    problem(await client.get(f"/v1/admin{path}", headers=OWNER), 422, "invalid_request")


HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b"null",
    b'{"reason": "\\ud800\\ud800\\ud800", "changes": []}',
    b'{"reason": NaN, "changes": [NaN]}',
    b'{"reason": "abc", "changes": [' + b"1" * 5_000 + b"]}",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bytes_end_in_a_problem(client, body):
    headers = OWNER | {"content-type": "application/json"}
    answer = await client.post(WRITE, content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=200))
async def test_any_bytes_end_in_a_problem(client, body):
    headers = OWNER | {"content-type": "application/json"}
    answer = await client.post(WRITE, content=body, headers=headers)
    assert answer.status_code in {400, 422}


async def test_a_database_that_is_away_is_a_503_with_retry_after(client, control, monkeypatch):
    def away(*_):
        raise OSError("no route")

    monkeypatch.setattr(control.engine.sync_engine, "raw_connection", away)
    monkeypatch.setattr(type(control.engine), "begin", away)
    monkeypatch.setattr(type(control.engine), "connect", away)
    answer = await put(client, organisation())
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    problem(await client.get("/v1/admin/rules", headers=OWNER), 503, "unavailable")


async def test_the_openapi_document_knows_every_change(app):
    document = app.openapi()
    operation = document["paths"][WRITE]["post"]
    assert set(operation["responses"]) == {"200", "400", "401", "403", "409", "413", "422", "503"}
    changes = document["components"]["schemas"]["ChangeSet"]["properties"]["changes"]
    assert len(changes["items"]["oneOf"]) == len(KINDS_OF_CHANGES)


async def test_a_refused_change_set_makes_no_version(client, control):
    await put(client, organisation(), code(organisation="khong-co"))
    assert await Versions(control.engine).head() == (0, "00" * 32)
