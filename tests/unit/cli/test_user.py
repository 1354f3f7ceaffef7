"""`hub user …` against an API that only pretends."""

import json

import httpx2
import pytest
import typer
from typer.testing import CliRunner

from hub.api.ops_user_models import RolesRequest, UserRequest
from hub.cli import admin_api, init, user

WHY = ["--reason", "Thử nghiệm (mẫu)"]


@pytest.fixture
def asked(monkeypatch):
    """Return the requests that were made, as (method, path, body)."""
    requests = []

    def pretended(request):
        body = json.loads(request.content) if request.content else None
        requests.append((request.method, request.url.path, body))
        return httpx2.Response(200, json={"items": [], "next": None})

    transport, real = httpx2.MockTransport(pretended), admin_api.AdminApi
    monkeypatch.setattr(admin_api, "AdminApi", lambda url, token: real(url, token, transport))
    return requests


@pytest.fixture
def run(asked, tmp_path):  # noqa: ARG001  (no command may find a real hub)
    file = tmp_path / "token"
    file.write_text("synthetic admin token")
    app = typer.Typer()
    user.register(app)

    def invoked(*arguments):
        return CliRunner().invoke(app, ["user", "--token-file", str(file), *arguments])

    return invoked


def test_a_person_is_added_with_roles_as_the_api_reads_them(run, asked):
    roles = ("--role", "operator", "--role", "clerk@so-mau")
    ended = run("add", "binh", "--display", "Trần Bình (mẫu)", *roles, *WHY)
    assert ended.exit_code == 0, ended.output
    ((method, path, body),) = asked
    assert (method, path) == ("POST", "/ops/users")
    read = UserRequest.model_validate(body)
    assert [(one.role, one.organisation) for one in read.grants] == [
        ("operator", None),
        ("clerk", "so-mau"),
    ]


def test_a_person_of_the_identity_provider_is_named_by_both_claims(run, asked):
    run("add", "binh", "--provider", "https://id.test/realms/a#u-1", *WHY)
    provider = UserRequest.model_validate(asked[0][2]).provider
    assert provider is not None
    assert (provider.issuer, provider.subject) == ("https://id.test/realms/a", "u-1")


def test_no_role_is_an_empty_set_and_not_a_question(run, asked):
    run("roles", "binh", *WHY)
    assert asked[0][1] == "/ops/users/binh:roles"
    assert RolesRequest.model_validate(asked[0][2]).grants == ()


@pytest.mark.parametrize("order", ["disable", "enable", "reset"])
def test_an_order_carries_its_reason(run, asked, order):
    assert run(order, "binh", *WHY).exit_code == 0
    assert asked == [("POST", f"/ops/users/binh:{order}", {"reason": WHY[1]})]


@pytest.mark.parametrize("order", ["approve", "refuse"])
def test_a_second_person_decides_with_a_reason(run, asked, order):
    assert run(order, "0190-x", *WHY).exit_code == 0
    assert asked == [("POST", f"/ops/requests/0190-x:{order}", {"reason": WHY[1]})]


@pytest.mark.parametrize("command", ["add", "roles", "disable", "enable", "reset", "approve"])
def test_without_a_reason_nothing_is_sent(run, asked, command):
    assert run(command, "binh").exit_code != 0
    assert asked == []


@pytest.mark.parametrize("role", ["clerk@", "@so-mau", ""])
def test_a_role_that_is_none_is_not_sent(run, asked, role):
    assert run("roles", "binh", "--role", role, *WHY).exit_code != 0
    assert asked == []


def test_the_first_password_is_shown_once_in_both_languages(tmp_path):
    first = init.next_steps(tmp_path, "hub-mau", new=True, password="aaaaa-bbbbb")
    assert first.count("aaaaa-bbbbb") == 2
    again = init.next_steps(tmp_path, "hub-mau", new=False, password=None)
    assert again.count("hub user reset admin") == 2
