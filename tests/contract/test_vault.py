"""The store of secrets over HTTP, against a small server in the published shape of KV version 2."""

import asyncio
import json

import pytest
from lgsp_adapter import Answer, NoSecret
from lgsp_adapter.testing.web import WebServer

from hub.io import vault
from hub.io.vault import Vault
from hub.ports import Unavailable

TOKEN = "hvs.mau"
VALUE = "mat-khau-mau"


class Store:
    """What a Vault keeps, and what it was asked."""

    def __init__(self):
        self.entries = {"/v1/secret/data/so-mau": {"token": VALUE, "port": 7}}
        self.asked = []
        self.status = 200
        self.hangs = False
        self.body = None

    async def answer(self, request):
        self.asked.append(request.path)
        if self.hangs:
            await asyncio.Event().wait()
        if request.headers.get("x-vault-token") != TOKEN:
            return told(403, {"errors": ["permission denied"]})
        if self.status != 200:
            return told(self.status, {"errors": [VALUE]})
        if self.body is not None:
            return Answer(status=200, body=self.body)
        entry = self.entries.get(request.path)
        if entry is None:
            return told(404, {"errors": []})
        return told(200, {"data": {"data": entry, "metadata": {"version": 3}}})


def told(status, document):
    return Answer(status=status, body=json.dumps(document).encode())


@pytest.fixture
def store():
    return Store()


@pytest.fixture
async def url(store):
    server = WebServer(store.answer)
    yield await server.start()
    await server.stop()


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    return file


async def refused(asking, kind=NoSecret):
    with pytest.raises(kind) as refusal:
        await asking
    assert VALUE not in repr(refusal.value)
    assert TOKEN not in repr(refusal.value)
    return str(refusal.value)


async def test_a_field_of_an_entry_is_read_with_the_token_of_the_file(url, token_file, store):
    assert await Vault(url, token_file).read("secret/so-mau#token") == VALUE
    assert store.asked == ["/v1/secret/data/so-mau"]


async def test_the_token_is_read_anew_because_an_agent_renews_it(url, token_file):
    asked = Vault(url, token_file)
    token_file.write_text("hvs.cu")
    assert "refuses it to the hub's token (403)" in await refused(asked.read("secret/so-mau#token"))
    token_file.write_text(TOKEN)
    assert await asked.read("secret/so-mau#token") == VALUE
    token_file.unlink()
    assert "token" in await refused(asked.read("secret/so-khac#token"))


async def test_an_answer_is_used_again_for_a_while_then_asked_for_anew(url, token_file, store):
    now = [0.0]
    asked = Vault(url, token_file, lambda: now[0])
    await asyncio.gather(*(asked.read("secret/so-mau#token") for _ in range(3)))
    once = len(store.asked)
    store.entries["/v1/secret/data/so-mau"] = {"token": "moi"}
    assert await asked.read("secret/so-mau#token") == VALUE
    assert len(store.asked) == once
    now[0] = vault.KEPT_SECONDS
    assert await asked.read("secret/so-mau#token") == "moi"


async def test_what_is_kept_has_a_bound(url, token_file, store, monkeypatch):
    monkeypatch.setattr(vault, "MAX_KEPT", 2)
    asked = Vault(url, token_file)
    for name in ("a", "b", "c", "a"):
        store.entries[f"/v1/secret/data/{name}"] = {"token": VALUE}
        await asked.read(f"secret/{name}#token")
    assert [path[-1] for path in store.asked] == ["a", "b", "c", "a"]


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("secret/khong-co#token", "no such entry"),
        ("secret/so-mau#khong-co", "no such field"),
        ("secret/so-mau#port", "no such field"),
        ("secret/so-mau", "vault:MOUNT/PATH#FIELD"),
        ("secret/../so-mau#token", "vault:MOUNT/PATH#FIELD"),
        ("secret/so-mau?version=1#token", "vault:MOUNT/PATH#FIELD"),
        ("//khac/so-mau#token", "vault:MOUNT/PATH#FIELD"),
    ],
)
async def test_a_reference_to_nothing_is_refused_with_words(url, token_file, reference, says):
    assert says in await refused(Vault(url, token_file).read(reference))


@pytest.mark.parametrize("status", [429, 473, 500, 503, 307])
async def test_a_store_that_is_sealed_or_busy_is_away_and_not_without_it(
    url, token_file, store, status
):
    store.status = status
    said = await refused(Vault(url, token_file).read("secret/so-mau#token"), Unavailable)
    assert str(status) in said
    assert len(store.asked) == 1


async def test_a_store_that_hangs_or_is_not_there_is_away_in_time(
    url, token_file, store, monkeypatch
):
    monkeypatch.setattr(vault, "SECONDS", 0.2)
    store.hangs = True
    await refused(Vault(url, token_file).read("secret/so-mau#token"), Unavailable)
    nowhere = Vault("http://127.0.0.1:9", token_file)
    await refused(nowhere.read("secret/so-mau#token"), Unavailable)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[" * 100_000, b'{"data": {"token": "mat-khau-mau"}}', b"x" * 1_100_000]
)
async def test_what_is_no_answer_of_such_a_store_is_refused(url, token_file, store, body):
    store.body = body
    await refused(Vault(url, token_file).read("secret/so-mau#token"))
