"""`hub connector …`, `hub dead-letter …`, `hub admin token` against an API that only pretends."""

import json
from hashlib import sha256

import httpx2
import pytest
import typer
from typer.testing import CliRunner

from hub.cli import admin, admin_api, connector, connector_adapters, dead_letter
from hub.cli.errors import CommandFailed
from hub.control.changes import ChangeSet
from hub.control.connector_changes import PutConnector

WHY = ["--reason", "Thử nghiệm (mẫu)"]
REASON = {"reason": WHY[1]}
CONNECTOR = """
name: so-mau          # tên bộ kết nối
adapter: mau
system: he-thong-a
config:
  url: http://10.9.8.7/
  country: no
windows:
  - {weekdays: [5, 6], start: 22:00, end: 06:00}
"""


class Pretended:
    """Keeps the requests; answers each with the next of `answers`, then with `answer`."""

    def __init__(self):
        self.requests: list[httpx2.Request] = []
        self.answers: list[httpx2.Response] = []
        self.answer = httpx2.Response(200, json={"version": 2, "changed": 1})

    def __call__(self, request):
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else self.answer

    def will(self, *told, status=200):
        self.answers += [httpx2.Response(status, json=one) for one in told]

    def asked(self):
        """Return method, path and body of each request."""
        return [
            (
                one.method,
                one.url.path.removeprefix("/v1/admin/"),
                json.loads(one.content),
            )
            for one in self.requests
        ]


@pytest.fixture
def hub(monkeypatch):
    pretended = Pretended()
    transport = httpx2.MockTransport(pretended)
    real = admin_api.AdminApi
    monkeypatch.setattr(admin_api, "AdminApi", lambda url, token: real(url, token, transport))
    return pretended


@pytest.fixture
def run(hub, tmp_path):  # noqa: ARG001  (no command may find a real hub)
    file = tmp_path / "token"
    file.write_text("synthetic admin token")
    app, adapters = typer.Typer(), typer.Typer()
    for module in (admin, connector, dead_letter):
        module.register(app)
    connector_adapters.mount(adapters)
    app.add_typer(adapters, name="adapter")

    def invoked(group, *arguments, text=None):
        words = [str(word) for word in arguments]
        where = ["--token-file", str(file)]
        words = [*words, *where] if group == "adapter" else [*where, *words]
        return CliRunner().invoke(app, [group, *words], input=text)

    return invoked


def test_a_file_is_put_as_it_says_without_the_surprises_of_yaml(hub, run, tmp_path):
    (tmp_path / "so-mau.yaml").write_text(CONNECTOR, encoding="utf-8")
    assert run("connector", "put", tmp_path / "so-mau.yaml", *WHY).exit_code == 0
    ((_, path, body),) = hub.asked()
    assert (path, body["changes"][0]["config"]["country"]) == ("changes", "no")
    (change,) = ChangeSet.model_validate(body).changes
    assert isinstance(change, PutConnector)
    assert (change.name, change.windows[0].start) == ("so-mau", "22:00")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "line 1"),
        ("name: a\nname: b", "line 2: a field twice"),
        ("a: &x [1]\nb: *x", "line 2: aliases are not taken"),
        ("- a", "an object"),
        ("1: a", "named fields"),
        ("a: !!python/object/apply:os.system [id]", "line 1"),
        ("[" * 5_000, "not YAML"),
        ("a" * 1_000_001, "at most"),
    ],
    ids=range(8),
)
def test_a_file_that_is_none_is_refused_before_anything_is_sent(hub, run, text, told):
    result = run("connector", "put", "-", *WHY, text=text)
    assert isinstance(result.exception, CommandFailed)
    assert told in str(result.exception)
    assert hub.requests == []


@pytest.mark.parametrize("order", ["pause", "resume", "stop", "restart"])
def test_an_order_is_sent_with_its_reason(hub, run, order):
    assert run("connector", order, "so-mau", *WHY).exit_code == 0
    assert hub.asked() == [("POST", f"connectors/so-mau:{order}", REASON)]


@pytest.mark.parametrize("words", [["pause", "so-mau"], ["networks", "ask", "a", "10.2.0.0/16"]])
def test_nothing_is_changed_without_a_reason(hub, run, words):
    assert run("connector", *words).exit_code == 2
    assert hub.requests == []


def test_a_deletion_is_a_change(hub, run):
    run("connector", "delete", "so-mau", *WHY)
    ((_, _, body),) = hub.asked()
    assert ChangeSet.model_validate(body).changes[0].change == "delete_connector"


@pytest.mark.parametrize(("ok", "status"), [(True, 0), (False, 1), (None, 3)])
def test_the_exit_status_of_a_test_says_how_the_other_side_is(hub, run, ok, status):
    hub.will({"id": "t", "ok": ok, "vi": "Kết nối tốt"})
    result = run("connector", "test", "so-mau", "--wait", 0)
    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (status, ok)
    assert hub.requests[0].url.params["wait"] == "0"


ITEM = {"id": "so-mau", "adapter": "mau", "system": "he-thong-a", "wanted": "running"}
REPORTED = {"lag_messages": 40, "dead_letters": 3, "vi": "Không trả lời", "en": "No answer"}


def test_the_list_shows_how_each_one_is_over_all_pages(hub, run):
    first = ITEM | {"state": "waiting", "reported": REPORTED}
    second = ITEM | {"id": "so-hai", "state": "silent", "reported": None}
    hub.will({"items": [first], "next": "so-mau"}, {"items": [second], "next": None})
    result = run("connector", "list")
    _, one, two = result.stdout.splitlines()
    assert one.split()[:7] == ["so-mau", "mau", "he-thong-a", "running", "waiting", "40", "3"]
    assert one.endswith("Không trả lời / No answer")
    assert two.split() == ["so-hai", "mau", "he-thong-a", "running", "silent"]
    assert [one.url.params["after"] for one in hub.requests] == ["", "so-mau"]


def test_the_list_as_json_is_one_object_a_line(hub, run):
    hub.will({"items": [ITEM, ITEM], "next": None})
    told = run("connector", "list", "--json").stdout.splitlines()
    assert [json.loads(line) for line in told] == [ITEM, ITEM]


@pytest.mark.parametrize(
    ("order", "path"),
    [("ask", "networks"), ("approve", "networks:approve"), ("withdraw", "networks:withdraw")],
)
def test_networks_are_asked_for_approved_and_withdrawn(hub, run, order, path):
    run("connector", "networks", order, "so-mau", "10.20.0.0/16", *WHY)
    body = {"cidr": "10.20.0.0/16"} | REASON
    assert hub.asked() == [("POST", f"connectors/so-mau/{path}", body)]


def test_a_signal_is_given_with_what_belongs_to_it(hub, run):
    hub.will({"id": "s"}, {"id": "s"})
    run("connector", "signal", "so-mau", "flush", *WHY)
    run("connector", "signal", "so-mau", "log_level", "--level", "DEBUG", "--minutes", "5", *WHY)
    where = "connectors/so-mau/signals"
    assert hub.asked() == [
        ("POST", where, {"signal": "flush"} | REASON),
        ("POST", where, {"signal": "log_level", "level": "DEBUG", "minutes": 5} | REASON),
    ]


ID = "he-thong-b/msg-1/he-thong-a"
JOB = {"id": "j", "action": "retry", "count": 7, "ended_at": None, "second_person": False}


@pytest.mark.parametrize("action", ["retry", "drop"])
def test_dead_letters_are_ordered_by_id(hub, run, action):
    hub.will({"ordered": [ID], "job": None})
    result = run("dead-letter", action, ID, *WHY)
    assert json.loads(result.stdout)["ordered"] == [ID]
    assert hub.asked() == [("POST", f"dead-letters:{action}", REASON | {"ids": [ID]})]


def test_one_is_sent_to_another_system_or_waits_for_another_person(hub, run):
    hub.will({"waits": "req-1"})
    result = run("dead-letter", "redirect", ID, "--to", "he-thong-c", *WHY)
    assert json.loads(result.stdout) == {"waits": "req-1"}
    path = f"/ops/dead-letters/{ID}:redirect"
    assert hub.asked() == [("POST", path, REASON | {"to": "he-thong-c"})]


def test_by_filter_the_number_is_told_and_asked_about_first(hub, run):
    hub.will({"ordered": [], "job": JOB})
    result = run("dead-letter", "retry", "--code", "timeout", *WHY, text="n\n")
    assert (result.exit_code, len(hub.requests)) == (1, 1)
    assert "retry: 7?" in result.stderr


def test_a_confirmed_job_is_followed_to_its_end(hub, run):
    done = JOB | {"ended_at": "2026-01-02T03:04:05Z", "handled": 7}
    hub.will({"ordered": [], "job": JOB}, JOB, done)
    result = run("dead-letter", "drop", "--connector", "so-mau", "--yes", *WHY)
    assert json.loads(result.stdout) == done
    assert hub.asked()[0][2] == REASON | {"filter": {"connector": "so-mau"}}
    assert hub.asked()[1:] == [("POST", "dead-letters/jobs/j:confirm", {"count": 7})] * 2


def test_a_drop_of_many_says_who_must_confirm_it_and_another_does(hub, run):
    asked = JOB | {"action": "drop", "second_person": True}
    hub.will({"ordered": [], "job": asked}, asked, asked | {"ended_at": "2026-01-02T03:04:05Z"})
    result = run("dead-letter", "drop", "--adapter", "mau", "--yes", *WHY)
    assert (result.exit_code, len(hub.requests)) == (0, 1)
    assert "hub dead-letter confirm j" in result.stderr
    run("dead-letter", "confirm", "j", *WHY, text="y\n")
    request = hub.requests[-1]
    assert request.url.path == "/v1/admin/dead-letters/jobs/j:confirm"
    assert json.loads(request.content) == {"count": 7} | REASON


@pytest.mark.parametrize("words", [[], [ID, "--code", "timeout"]])
def test_dead_letters_are_named_either_by_id_or_by_filter(hub, run, words):
    result = run("dead-letter", "retry", *words, *WHY)
    assert isinstance(result.exception, CommandFailed)
    assert hub.requests == []


def test_causes_are_listed_with_their_number(hub, run):
    group = {"count": 5, "fingerprint": "aa", "connector": "so-mau", "code": "timeout"}
    group |= {
        "adapter": "mau",
        "peer_code": None,
        "last_at": "2026-01-02T03:04:05Z",
        "text": "field /a",
    }
    hub.will({"items": [group], "next": None})
    result = run("dead-letter", "list", "--groups", "--system", "he-thong-a")
    assert result.stdout.splitlines()[1].split()[:5] == ["5", "aa", "mau", "so-mau", "timeout"]
    (request,) = hub.requests
    assert request.url.path == "/v1/admin/dead-letters/groups"
    assert request.url.params["system"] == "he-thong-a"


def test_one_dead_letter_is_shown(hub, run):
    run("dead-letter", "show", ID)
    assert hub.requests[0].url.path == f"/v1/admin/dead-letters/{ID}"


ADAPTERS = {
    "items": [
        {
            "name": "hong",
            "kind": None,
            "version": None,
            "title": None,
            "problem": "ImportError",
            "config_schema": None,
        },
        {
            "name": "mau",
            "kind": "sink",
            "version": "1.0.0",
            "title": {"vi": "Mẫu", "en": "Sample"},
            "problem": None,
            "config_schema": {"type": "object"},
        },
    ]
}


def test_adapters_are_listed_with_what_is_wrong_with_them(hub, run):
    hub.will(ADAPTERS, ADAPTERS)
    _, broken, sample = run("adapter", "list").stdout.splitlines()
    assert broken.split() == ["hong", "ImportError"]
    assert sample.split() == ["mau", "sink", "1.0.0", "Mẫu"]
    assert len(run("adapter", "list", "--json").stdout.splitlines()) == 2


def test_the_schema_of_an_adapter_is_printed(hub, run):
    hub.will(ADAPTERS, ADAPTERS, ADAPTERS)
    assert json.loads(run("adapter", "schema", "mau").stdout) == {"type": "object"}
    for name, told in (("hong", "ImportError"), ("khac", "not installed")):
        assert told in str(run("adapter", "schema", name).exception)


def test_a_token_stays_here_and_only_its_hash_is_sent(hub, run, tmp_path):
    file = tmp_path / "binh.token"
    for _ in range(2):
        result = run("admin", "token", "binh", "--out", file, *WHY)
        assert result.exit_code == 0, result.output
    token = file.read_text().strip()
    assert (len(token) >= 43, file.stat().st_mode & 0o777) == (True, 0o600)
    digest = sha256(token.encode()).hexdigest()
    body = {"name": "binh", "token_sha256": digest} | REASON
    assert hub.asked() == [("POST", "administrators", body)] * 2
    assert token not in result.output


def test_a_token_that_was_refused_is_not_left_behind(hub, run, tmp_path):
    hub.will({"code": "name_taken"}, status=409)
    result = run("admin", "token", "binh", "--out", tmp_path / "binh.token", *WHY)
    assert "name_taken" in str(result.exception)
    assert not (tmp_path / "binh.token").exists()


def test_a_token_whose_fate_is_unknown_is_kept_for_the_next_try(hub, run, tmp_path):
    hub.will({"code": "unavailable"}, status=503)
    run("admin", "token", "binh", "--out", tmp_path / "binh.token", *WHY)
    assert (tmp_path / "binh.token").exists()


def test_the_token_of_a_refused_name_that_was_there_before_is_kept(hub, run, tmp_path):
    (tmp_path / "binh.token").write_text("cũ".replace("ũ", "u"))
    hub.will({"code": "name_taken"}, status=409)
    run("admin", "token", "binh", "--out", tmp_path / "binh.token", *WHY)
    assert (tmp_path / "binh.token").read_text() == "cu"


def test_a_token_is_revoked(hub, run):
    run("admin", "revoke-token", "binh", *WHY)
    assert hub.asked() == [("POST", "administrators/binh:revoke", REASON)]


@pytest.mark.parametrize("name", ["../binh", "Bình", "a/b", ""])
def test_a_name_that_is_no_file_name_makes_no_file(hub, run, name):
    result = run("admin", "token", name, *WHY)
    assert isinstance(result.exception, CommandFailed)
    assert hub.requests == []
