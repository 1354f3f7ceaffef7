"""The tools of an adapter's author."""

import ast
import asyncio
import json
import subprocess
import sys
from typing import Any

import httpx2
import pytest
from lgsp_adapter import Answer
from lgsp_adapter.testing.web import WebServer
from lgsp_adapter.tools.dev import DevOptions, develop
from lgsp_adapter.tools.find import NotFound, adapters_of
from lgsp_adapter.tools.lint import RULES, lint_file, lint_package
from lgsp_adapter.tools.new import KINDS, CannotMake, new_adapter
from lgsp_adapter.tools.pages import stale_pages
from typer.testing import CliRunner

from hub.cli.main import app

LOOPBACK = ("unsafe-allow-loopback",)


def made(tmp_path, kind, name="mau-h99"):
    new_adapter(name, kind, tmp_path)
    return tmp_path / f"hub-adapter-{name}"


QUICK = {"source", "sink"}
"""Each kind costs a pytest of its own, so a change meets two of them."""


@pytest.mark.parametrize(
    "kind",
    [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.long) for kind in KINDS],
)
def test_a_new_adapter_passes_the_kit_at_once(kind, tmp_path):
    root = made(tmp_path, kind)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "promises are kept" in done.stdout
    assert lint_package(root, adapters_of(root)) == []
    assert stale_pages(root, adapters_of(root)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_adapter_is_tidy(kind, tmp_path):
    root = made(tmp_path, kind)
    options = ["--isolated", "--no-cache", "--line-length", "100"]
    for words in (["check", "--select", "E,F,I,B,UP,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, *options, "."]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["new", "test", "docs", "lint", "dev"])
def test_each_command_has_help_with_examples_in_both_languages(command):
    told = CliRunner().invoke(app, ["adapter", command, "--help"]).stdout
    assert f"  hub adapter {command} " in told
    assert "Examples / ví dụ:" in told


@pytest.mark.parametrize("kind", ["source", "sink", "service"])
def test_a_new_adapter_has_at_most_thirty_lines_that_translate(kind, tmp_path):
    root = made(tmp_path, kind)
    tree = ast.parse((root / "hub_adapter_mau_h99" / "__init__.py").read_text())
    (adapter,) = [node for node in tree.body if getattr(node, "name", "") == "Adapter"]
    methods = [node for node in adapter.body if isinstance(node, ast.AsyncFunctionDef)]
    assert sum((node.end_lineno or 0) - node.lineno for node in methods) <= 30


@pytest.mark.parametrize(
    ("name", "kind"), [("Một Cửa", "poll"), ("../x", "poll"), ("a" * 41, "poll"), ("mau", "soap")]
)
def test_what_cannot_be_made_leaves_nothing(name, kind, tmp_path):
    with pytest.raises(CannotMake):
        new_adapter(name, kind, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_package_that_is_there_is_not_written_over(tmp_path):
    root = made(tmp_path, "poll")
    (root / "README.md").write_text("của tôi")
    with pytest.raises(CannotMake):
        new_adapter("mau-h99", "sink", tmp_path)
    assert (root / "README.md").read_text() == "của tôi"


TRY = "\n    try:\n        await ask()\n    except OSError:\n"

FAULTY = {
    "print": "print('x')",
    "own-log": "import logging\nlog = logging.getLogger('x')",
    "sleep": "await asyncio.sleep(1)",
    "retry-loop": f"while True:{TRY}        pass",
    "naive-time": "datetime.now()",
    "hub-import": "from hub.io import kafka",
    "own-client": "client = httpx2.AsyncClient()",
    "syntax": "def",
}


@pytest.mark.parametrize(("rule", "code"), FAULTY.items())
def test_lint_finds_each_fault_with_its_line(rule, code, tmp_path):
    file = tmp_path / "x.py"
    file.write_text(f"# Mẫu\n{code}\n")
    found = lint_file(file, "x.py")
    assert {each.rule for each in found} == {rule}
    assert all(each.line > 1 for each in found)


def test_every_rule_of_lint_has_a_fault_that_it_finds():
    assert {*FAULTY, "secret-as-text", "stale-page"} == set(RULES)


@pytest.mark.parametrize(
    "code",
    [
        "ctx.now()",
        "datetime.now(UTC)",
        f"for row in rows:{TRY}        bad += 1",
        f"for _ in range(3):{TRY}        raise Retryable",
    ],
)
def test_lint_lets_good_code_pass(code, tmp_path):
    file = tmp_path / "x.py"
    file.write_text(code)
    assert lint_file(file, "x.py") == []


def test_lint_finds_a_secret_that_is_a_text_and_an_old_page(tmp_path):
    root = made(tmp_path, "sink")
    file = root / "hub_adapter_mau_h99" / "__init__.py"
    file.write_text(file.read_text().replace("token: Annotated[Secret,", "token: Annotated[str,"))
    found = CliRunner().invoke(app, ["adapter", "lint", str(root), "--json"])
    assert found.exit_code == 1
    assert {each["rule"] for each in json.loads(found.stdout)} == {"secret-as-text", "stale-page"}


def test_docs_writes_what_check_then_finds_in_order(tmp_path):
    root = made(tmp_path, "poll")
    (root / "REFERENCE.md").unlink()
    runner = CliRunner()
    assert runner.invoke(app, ["adapter", "docs", str(root), "--check"]).exit_code == 1
    assert not (root / "REFERENCE.md").exists()
    assert runner.invoke(app, ["adapter", "docs", str(root)]).exit_code == 0
    assert runner.invoke(app, ["adapter", "docs", str(root), "--check"]).exit_code == 0


def test_the_tests_of_a_recipe_decide_the_exit_status(tmp_path):
    root = made(tmp_path, "poll")
    recipe = root / "hub_adapter_mau_h99" / "adapter.yaml"
    runner = CliRunner()
    assert runner.invoke(app, ["adapter", "test", str(recipe)]).exit_code == 0
    recipe.write_text(recipe.read_text().replace("messages: [{id: HS-8", "messages: [{id: HS-9"))
    found = runner.invoke(app, ["adapter", "test", str(recipe), "--json"])
    assert found.exit_code == 1
    assert not json.loads(found.stdout)["passed"]


@pytest.mark.parametrize("name", ["khong-co", "khong-co.yaml"])
@pytest.mark.parametrize("command", ["test", "docs", "lint"])
def test_what_is_no_adapter_is_said_and_no_stack_is_shown(command, name, tmp_path):
    found = CliRunner().invoke(app, ["adapter", command, str(tmp_path / name)])
    assert found.exit_code == 1
    assert "khong-co" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_entry_point_with_another_name_than_the_adapter_is_refused(tmp_path):
    root = made(tmp_path, "poll")
    project = root / "pyproject.toml"
    project.write_text(project.read_text().replace("mau-h99 = ", "khac = "))
    with pytest.raises(NotFound, match="must be the same"):
        adapters_of(root)


class Agency:
    """Gives one record; counts the calls."""

    calls = 0

    async def answer(self, request):
        self.calls += 1
        rows = [{"number": 1, "id": "HS-1", "subject": "H99-1", "text": "Mẫu"}]
        start = int(request.query["after"])
        return Answer(body=json.dumps({"records": rows[start:]}).encode())


async def run_dev(tmp_path, root, url, **options):
    config = tmp_path / "config.json"
    secret = tmp_path / "token"
    secret.write_text("bi-mat-mau-77")
    config.write_text(json.dumps({"url": url, "token": f"file:{secret}"}))
    told: list[dict[str, Any]] = []
    wanted = DevOptions(target=root, config=config, networks=LOOPBACK, once=True, **options)
    return await develop(wanted, told.append), told


@pytest.mark.parametrize("kind", ["source", "poll"])
async def test_dev_records_the_other_side_and_plays_it_back_without_it(kind, tmp_path):
    root, tape, agency = made(tmp_path, kind), tmp_path / "tape.jsonl", Agency()
    server = WebServer(agency.answer)
    url = await server.start()
    well, first = await run_dev(tmp_path, root, url, record=tape)
    await server.stop()
    calls = agency.calls
    again, second = await run_dev(tmp_path, root, url, replay=tape)
    assert well
    assert again
    assert first == second
    assert [each["id"] for each in second if each["event"] == "message"] == ["HS-1"]
    assert agency.calls == calls
    assert "bi-mat-mau-77" not in tape.read_text()


async def test_dev_tells_what_is_wrong_with_an_adapter_and_does_not_end_by_it(tmp_path):
    root = made(tmp_path, "source")
    (root / "hub_adapter_mau_h99" / "__init__.py").write_text("def")
    well, told = await run_dev(tmp_path, root, "http://127.0.0.1:9")
    assert not well
    assert told[-1]["event"] == "failed"
    assert "SyntaxError" in told[-1]["why"]


async def test_dev_runs_again_when_a_file_changes(tmp_path):
    root = made(tmp_path, "service")
    told: list[dict[str, Any]] = []
    served = asyncio.Queue[None]()

    def say(what):
        told.append(what)
        if what["event"] == "serving":
            served.put_nowait(None)

    config = tmp_path / "config.json"
    secret = tmp_path / "token"
    secret.write_text("mau")
    config.write_text(json.dumps({"token": f"file:{secret}"}))
    loop = asyncio.create_task(develop(DevOptions(target=root, config=config), say))
    file = root / "hub_adapter_mau_h99" / "__init__.py"

    async with asyncio.timeout(20):
        await served.get()
        file.write_text(file.read_text().replace("Ready to answer", "Ready again"))
        await served.get()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert [each["en"] for each in told if each["event"] == "check"][-1] == "Ready again"


async def serve_once(tmp_path, root, calls, **options):
    """Run a service under `dev`, make `calls` of it over HTTP, and end it; return the answers."""
    url = asyncio.get_running_loop().create_future()

    def say(what):
        if what["event"] == "serving":
            url.set_result(what["url"])

    loop = asyncio.create_task(develop(service_options(tmp_path, root, **options), say))
    async with asyncio.timeout(20), httpx2.AsyncClient(base_url=await url) as client:
        answers = [await client.request(*call, **more) for *call, more in calls]
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    return answers


def service_options(tmp_path, root, token="bi-mat-mau-77", **options):
    secret, config = tmp_path / "token", tmp_path / "config.json"
    secret.write_text(token)
    config.write_text(json.dumps({"token": f"file:{secret}"}))
    return DevOptions(target=root, config=config, **options)


async def test_dev_records_the_calls_into_a_service_and_makes_them_again(tmp_path):
    root, tape = made(tmp_path, "service"), tmp_path / "tape.jsonl"
    good = {"authorization": "Bearer bi-mat-mau-77"}
    record = {"id": "HS-1", "subject": "H99-1", "text": "Mẫu"}
    calls = [
        ("POST", "/messages", {"headers": good, "json": record}),
        ("GET", "/waiting", {"headers": {"authorization": "Bearer cua-nguoi-khac"}}),
    ]
    answers = await serve_once(tmp_path, root, calls, record=tape)
    assert [each.status_code for each in answers] == [200, 401]
    assert "bi-mat-mau-77" not in tape.read_text()
    assert "cua-nguoi-khac" not in tape.read_text()
    told: list[dict[str, Any]] = []
    # Another secret: the tape plays where the secrets are others.
    wanted = service_options(tmp_path, root, token="khac-88", replay=tape, once=True)
    assert await develop(wanted, told.append)
    assert [each["as_recorded"] for each in told if each["event"] == "answered"] == [True, True]
    assert [each["id"] for each in told if each["event"] == "message"] == ["HS-1"]


async def test_dev_says_which_recorded_call_is_answered_otherwise_now(tmp_path):
    root, tape = made(tmp_path, "service"), tmp_path / "tape.jsonl"
    call = {"method": "GET", "path": "/waiting", "query": {}, "headers": {}, "body": ""}
    line = {"call": call, "answer": {"status": 200, "body": ""}}
    tape.write_text(json.dumps(line) + "\n")
    told: list[dict[str, Any]] = []
    assert not await develop(service_options(tmp_path, root, replay=tape, once=True), told.append)
    assert [each["status"] for each in told if each["event"] == "answered"] == [401]
    assert told[-1]["event"] == "failed"
