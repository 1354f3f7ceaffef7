"""The console's files: what is built is served, and nothing else."""

import gzip
import re
from pathlib import Path

import pytest
from lgsp_message.reason import Reason
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub.api.console.files import PAGE, built
from hub.api.console.routes import ROUTES
from hub.api.problems import Code, Problem
from hub.control.refusals import Refusal

WORDS = Path(__file__).parents[3] / "dashboard" / "src" / "words"


@pytest.fixture(scope="module")
def client():
    app = Starlette(routes=ROUTES)
    app.add_exception_handler(Problem, lambda _, error: error.response())
    with TestClient(app) as found:
        yield found


def test_the_page_is_served_for_every_address_of_the_console(client):
    pages = [client.get(path) for path in ("/console/", "/console", "/console/messages/a/b")]
    assert {page.status_code for page in pages} == {200}
    assert {page.content for page in pages} == {built()[PAGE].body}
    assert pages[0].headers["cache-control"] == "no-cache"


def test_whatever_the_page_names_is_there_and_kept_for_ever(client):
    named = re.findall(r'(?:src|href)="(/console/[^"]+)"', client.get("/console/").text)
    assert len(named) >= 3
    for path in named:
        found = client.get(path)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]


def test_nothing_in_the_page_is_inline_or_from_elsewhere():
    page = built()[PAGE].body.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert re.findall(r"<script[^>]*>(?!</script>)", page) == []
    assert "//" not in page.replace("<!doctype", "")


def test_a_missing_asset_is_not_answered_with_the_page(client):
    assert client.get("/console/assets/none.js").status_code == 404
    assert client.get("/console/assets/%2e%2e/%2e%2e/files.py").status_code == 404


def test_what_did_not_change_is_not_sent_again(client):
    first = client.get("/console/")
    again = client.get("/console/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_text_is_compressed_and_fonts_are_not(client):
    kinds = {path.rpartition(".")[2]: path for path in built()}
    script = client.get(f"/console/{kinds['js']}")
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["content-type"].startswith("text/javascript")
    font = client.get(f"/console/{kinds['woff2']}")
    assert "content-encoding" not in font.headers
    assert font.headers["content-type"] == "font/woff2"


def test_the_address_of_the_hub_leads_to_the_console(client):
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


def test_scripts_and_styles_stay_within_200_kilobytes():
    # Stated in docs/console.md: the first page on a slow line of a commune (1 Mbit/s) in 2 s.
    sent = sum(
        len(gzip.compress(f.body)) for path, f in built().items() if path.endswith(("js", "css"))
    )
    assert 10_000 < sent <= 200_000


@pytest.mark.parametrize("page", ["vi.ts", "en.ts"])
def test_every_problem_is_told_in_words(page):
    text = (WORDS / page).read_text(encoding="utf-8")
    assert [one.value for one in (*Code, *Refusal) if f"{one.value}: " not in text] == []


def test_every_reason_is_told_in_words():
    texts = (WORDS / "codes.ts").read_text(encoding="utf-8").split("export const codesEn")
    for text in texts:
        assert [one.value for one in Reason if f"{one.value}: " not in text] == []
