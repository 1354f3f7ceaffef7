"""`hub admin …` against an API that only pretends."""

import json
from datetime import UTC, datetime

import httpx2
import pytest
import typer
from lgsp_message.keys import public_jwk
from typer.testing import CliRunner

from hub.cli import admin, admin_api, documents, keys_of_systems, quarantine
from hub.cli.errors import CommandFailed
from hub.control.changes import ChangeSet
from hub.schemas.catalogue import load
from tests.control_support import new_key, proof

TOKEN = "synthetic admin token"
WHY = ["--reason", "Thử nghiệm (mẫu)"]


class Pretended:
    """Keeps the requests; answers each with `answer`."""

    def __init__(self):
        self.requests: list[httpx2.Request] = []
        self.answer = httpx2.Response(200, json={"version": 2, "changed": 1})
        self.answers: list[httpx2.Response] = []
        """Given one by one before `answer`."""

    def __call__(self, request):
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else self.answer

    def changes(self):
        """Return the changes of the last request, as the control plane reads them."""
        return ChangeSet.model_validate_json(self.requests[-1].content).changes


@pytest.fixture
def hub(monkeypatch):
    pretended = Pretended()
    transport = httpx2.MockTransport(pretended)
    real = admin_api.AdminApi
    monkeypatch.setattr(admin_api, "AdminApi", lambda url, token: real(url, token, transport))
    return pretended


@pytest.fixture
def run(hub, tmp_path):  # noqa: ARG001  (no command may find a real hub)
    (tmp_path / "token").write_text(TOKEN)
    app = typer.Typer()
    admin.register(app)
    quarantine.register(app)
    documents.register(app)
    keys_of_systems.register(app)

    def invoked(*arguments, text=None, group="admin"):
        first = [group, "--token-file", str(tmp_path / "token")]
        return CliRunner().invoke(app, [*first, *map(str, arguments)], input=text)

    return invoked


TYPE = "vn.gov.dossier.received.v1"
COMMANDS = [
    ["organisation", "xa-a", "--name", "Xã A", "--level", "commune", "--code", "H99.01"],
    ["system", "he-thong-a", "--organisation", "xa-a", "--name", "Một cửa", "--represents", "xa-b"],
    ["revoke-key", "he-thong-a", "A" * 43],
    ["endpoint", "xa-a", "he-thong-a", "--type", TYPE],
    ["right", "quyen-1", "--system", "he-thong-a", "--type", TYPE, "--to", "urn:hub:all"],
    ["suspend", "he-thong-a"],
    ["resume", "he-thong-a"],
    ["document-policy", TYPE, "require"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_each_command_asks_what_the_control_plane_understands(hub, run, arguments):
    result = run(*arguments, *WHY)
    assert result.exit_code == 0, result.output
    assert hub.changes()
    assert json.loads(result.stdout) == {"version": 2, "changed": 1}


def test_an_agency_and_its_code_are_one_version(hub, run):
    run(*COMMANDS[0], *WHY)
    assert [change.change for change in hub.changes()] == ["put_organisation", "put_code"]


def test_a_system_hands_in_on_kafka_only_where_it_is_said(hub, run):
    run(*COMMANDS[1], *WHY)
    run(*COMMANDS[1], "--kafka-in", *WHY)
    asked = [json.loads(request.content)["changes"][0] for request in hub.requests]
    assert [change["kafka_in"] for change in asked] == [False, True]


def test_a_held_message_is_released_with_a_reason(hub, run):
    hub.answer = httpx2.Response(200, json={"released": [{"offset": 7, "id": "msg-7"}]})
    result = run("release", "7", *WHY, group="quarantine")
    assert json.loads(result.stdout) == {"offset": 7, "id": "msg-7"}
    (request,) = hub.requests
    assert (request.method, request.url.path) == ("POST", "/v1/admin/quarantine/7:release")
    assert json.loads(request.content) == {"reason": WHY[1]}


def test_a_held_message_is_not_released_without_a_reason(hub, run):
    assert run("release", "7", group="quarantine").exit_code == 2
    assert hub.requests == []


def test_all_held_messages_are_listed_page_by_page(hub, run):
    pages = [{"items": [{"offset": 3}], "next": 3}, {"items": [{"offset": 7}], "next": None}]
    hub.answers = [httpx2.Response(200, json=page) for page in pages]
    result = run("list", group="quarantine")
    assert [json.loads(line)["offset"] for line in result.stdout.splitlines()] == [3, 7]
    assert [request.url.params["after"] for request in hub.requests] == ["-1", "3"]


def test_a_key_is_registered_with_its_proof(hub, run):
    key = new_key()
    told = {"system": "he-thong-a", "jwk": public_jwk(key.public_key()), "alg": "ES256"}
    told["proof"] = proof(key, at=datetime.now(UTC))
    assert run("key", "-", *WHY, text=json.dumps(told)).exit_code == 0
    assert hub.changes()[0].proof == told["proof"]


def test_a_key_is_registered_with_its_certificate(hub, run, tmp_path):
    (tmp_path / "chain.pem").write_text("-----BEGIN CERTIFICATE-----")
    key = new_key()
    told = {"system": "he-thong-a", "jwk": public_jwk(key.public_key()), "alg": "ES256"}
    told["proof"] = proof(key, at=datetime.now(UTC))
    run("key", "-", "--certificate", tmp_path / "chain.pem", *WHY, text=json.dumps(told))
    assert hub.changes()[0].certificate == "-----BEGIN CERTIFICATE-----"


def test_a_key_ends_at_a_moment_with_its_zone(hub, run):
    named = ["end", "he-thong-a", "A" * 43, *WHY, "--until"]
    assert run(*named, "2026-12-01T09:00:00+07:00", group="keys").exit_code == 0
    assert hub.changes()[0].valid_to == datetime(2026, 12, 1, 2, tzinfo=UTC)
    for guess in ("2026-12-01T09:00:00", "mai"):
        assert run(*named, guess, group="keys").exit_code == 2


def test_a_compromised_key_is_reported_with_the_moment(hub, run):
    named = ["compromised", "he-thong-a", "A" * 43, "--since", "2026-11-20T09:00:00+07:00"]
    assert run(*named, *WHY, group="keys").exit_code == 0
    [request] = hub.requests
    assert (request.method, request.url.path) == ("POST", "/ops/compromises")
    assert json.loads(request.content)["since"] == "2026-11-20T09:00:00+07:00"


def test_the_messages_in_question_are_listed_page_by_page(hub, run):
    pages = [{"items": [{"id": "a"}], "next": "n"}, {"items": [{"id": "b"}], "next": None}]
    hub.answers = [httpx2.Response(200, json=page) for page in pages]
    result = run("messages", "0" * 36, group="keys")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "b"]
    assert [request.url.params["after"] for request in hub.requests] == ["", "n"]


def test_a_schema_is_published_under_its_own_name(hub, run, tmp_path):
    (tmp_path / "schema.json").write_bytes(load("urn:hub:schema:receipt:1.0").raw)
    assert run("schema", tmp_path / "schema.json", *WHY).exit_code == 0
    assert hub.changes()[0].schema_name == "receipt:1.0"


def test_apply_hands_on_every_kind_of_change_as_it_stands(hub, run):
    changes = [{"change": "delete_right", "id": "quyen-1"}, {"change": "delete_code", "code": "X1"}]
    text = json.dumps({"reason": "Thử nghiệm (mẫu)", "changes": changes})
    assert run("apply", "-", text=text).exit_code == 0
    assert [change.change for change in hub.changes()] == ["delete_right", "delete_code"]


def test_a_change_without_a_reason_is_not_sent(hub, run):
    assert run("suspend", "he-thong-a").exit_code == 2
    assert hub.requests == []


def test_the_token_goes_in_the_header_and_nowhere_else(hub, run):
    result = run("rules")
    request = hub.requests[0]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(request.url)
    assert TOKEN not in result.output


def test_a_refusal_names_code_detail_and_place(hub, run):
    problem = {"code": "unknown_entity", "detail": "no system x", "place": "changes/0"}
    hub.answer = httpx2.Response(422, json=problem)
    result = run("suspend", "xyz", *WHY)
    assert isinstance(result.exception, CommandFailed)
    assert str(result.exception) == (
        "the hub refuses (422): unknown_entity, no system x, changes/0"
    )


def test_a_hub_that_does_not_answer_has_its_own_status(run, monkeypatch):
    def away(_self, _request):
        raise httpx2.ConnectError("refused")

    monkeypatch.setattr(Pretended, "__call__", away)
    result = run("rules")
    assert isinstance(result.exception, CommandFailed)
    assert result.exception.status == admin_api.EX_UNAVAILABLE


def test_the_token_is_not_sent_readable_over_a_network(hub, run):
    result = run("--url", "http://hub.example", "rules")
    assert isinstance(result.exception, CommandFailed)
    assert hub.requests == []


def test_a_list_is_read_to_its_end(run, monkeypatch):
    pages = {"": {"items": [{"id": "a"}], "next": "a"}, "a": {"items": [{"id": "b"}], "next": None}}
    monkeypatch.setattr(
        Pretended,
        "__call__",
        lambda _self, request: httpx2.Response(200, json=pages[request.url.params["after"]]),
    )
    assert run("list", "systems").stdout.splitlines() == ['{"id": "a"}', '{"id": "b"}']


@pytest.mark.parametrize("word", ["release", "drop", "recheck"])
def test_a_word_about_a_held_document_needs_a_reason(hub, run, word):
    assert run(word, "he-thong-a", "m-1", group="documents").exit_code == 2
    hub.answer = httpx2.Response(200, json={"source": "he-thong-a", "id": "m-1"})
    result = run(word, "he-thong-a", "m-1", *WHY, group="documents")
    assert result.exit_code == 0, result.output
    request = hub.requests[-1]
    path = f"/v1/admin/documents/he-thong-a/m-1:{word}"
    assert (request.method, request.url.path) == ("POST", path)


def test_held_documents_are_listed_page_by_page_those_for_a_person_alone_if_asked(hub, run):
    rows = [{"id": "m-1", "review": True}, {"id": "m-2", "review": False}]
    pages = [
        httpx2.Response(200, json={"items": rows[:1], "next": "he-thong-a/m-1"}),
        httpx2.Response(200, json={"items": rows[1:], "next": None}),
    ]
    hub.answers = list(pages)
    assert len(run("list", group="documents").stdout.splitlines()) == 2
    hub.answers = list(pages)
    assert json.loads(run("list", "--review", group="documents").stdout)["id"] == "m-1"


def test_to_subscribe_is_to_ask(run, hub):
    hub.answer = httpx2.Response(200, json={"id": "0190-1", "kind": "rules"})
    ran = run(
        *("subscribe", "dk-1", "--system", "he-thong-a", "--type", "vn.gov.dossier.received.v1"),
        *("--area", "so-mau", "--copies", "--since", "2026-11-20T00:00:00Z", *WHY),
    )
    assert ran.exit_code == 0, ran.output
    assert hub.requests[-1].url.path == "/v1/admin/proposals"
    (change,) = hub.changes()
    assert (change.change, change.areas, change.copies) == ("put_subscription", ("so-mau",), True)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["pause-subscription", "dk-1"], "/v1/admin/subscriptions/dk-1:pause"),
        (["resume-subscription", "dk-1"], "/v1/admin/subscriptions/dk-1:resume"),
        (["end-subscription", "dk-1"], "/v1/admin/subscriptions/dk-1:end"),
        (["pause-right", "q-1"], "/v1/admin/rights/q-1:pause"),
        (["resume-right", "q-1"], "/v1/admin/rights/q-1:resume"),
        (["end-right", "q-1"], "/v1/admin/rights/q-1:end"),
        (["approve", "0190-1"], "/ops/requests/0190-1:approve"),
        (["refuse", "0190-1"], "/ops/requests/0190-1:refuse"),
        (["withdraw", "0190-1"], "/ops/requests/0190-1:withdraw"),
    ],
)
def test_each_step_of_a_share_is_one_command(run, hub, arguments, path):
    assert run(*arguments, *WHY).exit_code == 0
    assert hub.requests[-1].url.path == path


def test_shares_are_listed_page_by_page_with_what_narrows_them(run, hub):
    hub.answers = [
        httpx2.Response(200, json={"items": [{"id": "q-1"}], "next": "right/q-1"}),
        httpx2.Response(200, json={"items": [{"id": "q-2"}], "next": None}),
    ]
    ran = run("shares", "--who", "so-mau", "--state", "paused")
    assert [json.loads(line)["id"] for line in ran.output.splitlines()] == ["q-1", "q-2"]
    last = hub.requests[-1].url
    assert (last.path, last.params["who"], last.params["after"]) == (
        "/ops/shares",
        "so-mau",
        "right/q-1",
    )


def test_rules_go_back_and_types_get_owners_answers_and_systems_quotas(run, hub):
    for arguments, kind in (
        (["restore", "41"], "restore_rules"),
        (["type-owner", "vn.gov.dossier.received.v1", "so-mau"], "put_type_owner"),
        (["exchange", "vn.gov.a.v1", "vn.gov.b.v1", "--per-hour", "60"], "put_exchange"),
        (["quota", "so-mau", "--messages", "600"], "put_quota"),
        (["delete-quota", "so-mau"], "delete_quota"),
    ):
        assert run(*arguments, *WHY).exit_code == 0
        assert [change.change for change in hub.changes()] == [kind]


def test_a_change_is_tried_from_the_same_file_that_makes_it(run, hub):
    hub.answer = httpx2.Response(200, json={"differing": 412})
    change = {"change": "restore_rules", "version": 41}
    text = json.dumps({"reason": "Thử nghiệm (mẫu)", "changes": [change]})
    ran = run("preview", "-", "--hours", "48", text=text)
    assert json.loads(ran.output) == {"differing": 412}
    assert json.loads(hub.requests[-1].content)["hours"] == 48


def test_all_that_waits_is_listed(run, hub):
    hub.answers = [
        httpx2.Response(200, json={"items": [{"id": "2"}], "next": "2"}),
        httpx2.Response(200, json={"items": [{"id": "1"}], "next": None}),
    ]
    assert run("proposals").output.split() == ['{"id":', '"2"}', '{"id":', '"1"}']
