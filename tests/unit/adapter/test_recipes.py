"""Adapters that are one YAML file: they keep the promises that hand-written ones keep."""

import hashlib
import hmac
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lgsp_adapter import Answer, Context, Fatal, Reject, Request, load_config, render
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused
from lgsp_adapter.kit import (
    Caller,
    Say,
    ServiceKit,
    SinkKit,
    SinkPeer,
    SourceKit,
    SourcePeer,
    promises,
    run_kit,
    secret_behind,
)
from lgsp_adapter.recipe import RecipeError, load_recipe, loads_recipe, run_trials
from lgsp_adapter.recipe.template import fill
from lgsp_adapter.testing.web import WebServer

FOLDER = Path(__file__).parents[3] / "packages" / "adapter" / "recipes"
FILES = sorted(FOLDER.glob("*.yaml"))
STATUS = {Say.OK: 200, Say.DOWN: 503, Say.LOST: 504, Say.SLOW_DOWN: 429, Say.REJECT: 422}


def adapter_in(name):
    return load_recipe(FOLDER / f"{name}.yaml").adapter


def said(answer, **values):
    headers = {} if answer.after is None else {"retry-after": str(int(answer.after))}
    body = {"code": answer.code, **values} if answer.code else values
    return Answer(status=STATUS[answer.say], headers=headers, body=json.dumps(body).encode())


class Served:
    """A fake with an address."""

    handle: Any

    async def start(self):
        self.server = WebServer(self.handle)
        self.url = await self.server.start()

    async def stop(self):
        await self.server.stop()

    @property
    def config(self):
        return {"url": getattr(self, "url", "http://127.0.0.1:9"), "token": "test:token"}


class Outbox(Served, SourcePeer):
    def __init__(self):
        super().__init__()
        self.rows, self.given = [], 0

    def put(self, id_, text, subject):
        row = {"stt": len(self.rows) + 1, "id": id_, "maHoSo": subject, "noiDung": text}
        self.rows.append(row)

    def put_newer(self, id_, text, subject):
        self.put(id_, text, subject)
        self.rows[-1]["truongMoi"] = {"mau": 1}
        return True

    def put_unreadable(self):
        self.rows.append({"stt": len(self.rows) + 1})

    @property
    def handed_out(self):
        return self.given

    async def handle(self, request):
        answer = await self.script.answer()
        if request.headers["authorization"] != f"Bearer {secret_behind('token')}":
            return Answer(status=401)
        start, count = int(request.query["sau"]), int(request.query["toi-da"])
        rows = self.rows[start : start + count] if answer.say is Say.OK else []
        self.given += len(rows)
        return said(answer, data=rows)


class Intake(Served, SinkPeer):
    def __init__(self):
        super().__init__()
        self.effects, self.keys = [], set()

    @property
    def taken(self):
        return self.effects

    async def handle(self, request):
        answer = await self.script.answer(request.headers.get("x-message-id"))
        key = request.headers.get("idempotency-key")
        takes = answer.say in (Say.OK, Say.LOST) and request.method == "POST"
        if takes and key not in self.keys:
            self.keys.add(key)
            self.effects.append((request.headers["x-message-id"], request.body))
        return said(answer)


class Folder(SourcePeer):
    """The other side is a folder; it is "down" when it is gone."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.count = folder, 0

    @property
    def config(self):
        return {"folder": str(self.folder)}

    def drop(self, content):
        self.count += 1
        (self.folder / f"{self.count:05}.json").write_bytes(content)

    def put(self, id_, text, subject):
        self.drop(json.dumps({"id": id_, "maHoSo": subject, "noiDung": text}).encode())

    def put_unreadable(self):
        self.drop(b"<khong phai json>")

    @property
    def handed_out(self):
        return 0


class Hook(Caller):
    fetches = False

    @property
    def config(self):
        return {"khoa": "test:khoa"}

    def signed(self, request):
        key = secret_behind("khoa").encode()
        told = hmac.new(key, request.body, hashlib.sha256).hexdigest()
        return replace(request, headers={"x-signature": f"sha256={told}"})

    async def hand_in(self, ask, id_, text, subject):
        body = json.dumps({"id": id_, "maHoSo": subject, "noiDung": text}).encode()
        request = Request(method="POST", path="/ho-so", query={}, headers={}, body=body)
        return await ask(self.signed(request))

    def newer(self, request):
        body = json.dumps({**json.loads(request.body), "truongMoi": 1}).encode()
        return self.signed(replace(request, body=body))

    def as_stranger(self, request):
        return replace(request, headers={"x-signature": "sha256=00é"})


def kit_of(base: Any, name, make_peer, tmp_path, skipped=()):
    page = tmp_path / "reference.md"
    cls = adapter_in(name)
    page.write_text(render(cls.spec), encoding="utf-8")

    class Kit(base):  # type: ignore[misc]  # one of three, chosen at run time
        adapter, reference = cls, page

        def peer(self):
            return make_peer()

    for each in skipped:
        setattr(Kit, f"test_{each}", lambda _self: pytest.skip("does not apply"))
    return Kit


def broken(found):
    return {name: why for name, why in found.items() if why}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_tests_in_a_recipe_pass(file):
    found = run_trials(load_recipe(file))
    assert found
    assert not any(found.values()), found


def test_a_polling_recipe_keeps_every_promise(tmp_path):
    kit = kit_of(SourceKit, "rest-poll", Outbox, tmp_path)
    assert run_kit(kit) == dict.fromkeys(promises(kit))


def test_a_pushing_recipe_keeps_every_promise_but_the_order_of_unrelated_ones(tmp_path):
    class Sorted(Intake):
        @property
        def taken(self):
            # It posts all at a time; only what has the same order key stays in order.
            return sorted(self.effects)

    kit = kit_of(SinkKit, "rest-push", Sorted, tmp_path)
    assert run_kit(kit) == dict.fromkeys(promises(kit))


def test_a_webhook_recipe_keeps_every_promise(tmp_path):
    kit = kit_of(ServiceKit, "webhook-in", Hook, tmp_path)
    found = run_kit(kit)
    assert not broken(found), found
    # What is given out does not apply: this kind only takes in.
    assert len(promises(kit)) - len(found) == 6


def test_a_file_recipe_keeps_every_promise_that_a_folder_can_break(tmp_path):
    kit = kit_of(SourceKit, "file-drop", lambda: new_folder(tmp_path), tmp_path, FOLDER_CANNOT)
    found = run_kit(kit)
    assert not broken(found), found
    assert len(found) >= 18


FOLDER_CANNOT = (
    *("check_fails_with_a_message", "an_unavailable_peer_is_retryable", "retry_after_is_passed_on"),
    *("a_call_ends_when_it_is_cancelled", "a_cancelled_read_loses_nothing"),
)


def new_folder(tmp_path):
    folder = tmp_path / f"folder-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    return Folder(folder)


async def test_a_folder_that_is_gone_is_down_and_not_empty(tmp_path):
    adapter = adapter_in("file-drop")
    source = adapter(load_config(adapter.spec.config, {"folder": str(tmp_path / "khong-co")}))
    await source.open(Context("mau"), None)
    assert not (await source.check()).ok
    with pytest.raises(Exception, match="unavailable"):
        await source.read(1)


async def test_a_file_that_came_by_the_same_name_is_not_taken_for_the_one_that_was_read(tmp_path):
    adapter, peer = adapter_in("file-drop"), Folder(tmp_path)
    source = adapter(load_config(adapter.spec.config, peer.config))
    await source.open(Context("mau"), None)
    texts = []
    for text in ("một", "hai", "ba"):
        peer.count = 0
        peer.put("HS-1", text, "H99-1")
        (record,) = await source.read(5)
        texts.append(json.loads(record.message.body)["text"])
        if text == "một":
            # The second one comes before the first is durable.
            (tmp_path / "00001.json").unlink()
            peer.count = 0
            peer.put("HS-2", "mới", "H99-1")
            await source.ack(record.position)
            (record,) = await source.read(5)
            texts.append(json.loads(record.message.body)["text"])
        await source.ack(record.position)
    assert texts == ["một", "mới", "hai", "ba"]
    assert len(list((tmp_path / "done").iterdir())) == 3


async def test_a_table_is_read_behind_its_position(tmp_path):
    file = tmp_path / "mau.db"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE ho_so (stt INTEGER, id TEXT, ma_ho_so TEXT, noi_dung TEXT)"
        )
        rows = [(n, f"HS-{n}", f"H99-{n}", "Mẫu") for n in range(1, 8)]
        connection.executemany("INSERT INTO ho_so VALUES (?, ?, ?, ?)", rows)
    connection.close()
    adapter = adapter_in("sql-table")
    secret = tmp_path / "url"
    secret.write_text(f"sqlite:///{file}")
    config = load_config(adapter.spec.config, {"database": f"file:{secret}"})
    ids, position = [], None
    for _ in range(4):
        source = adapter(config)
        await source.open(Context("mau", networks=(UNSAFE_LOOPBACK,)), position)
        assert (await source.check()).ok
        records = await source.read(2)
        await source.close()
        ids += [record.message.id for record in records]
        position = records[-1].position
    assert ids == [f"HS-{n}" for n in range(1, 8)]


async def table_at(url, tmp_path, networks=()):
    """Return the open recipe of a table behind `url`."""
    adapter = adapter_in("sql-table")
    secret = tmp_path / "url"
    secret.write_text(url)
    source = adapter(load_config(adapter.spec.config, {"database": f"file:{secret}"}))
    await source.open(Context("mau", networks=networks), None)
    return source


@pytest.mark.parametrize("url", ["sqlite:///{}/mau.db", "postgresql+psycopg://hub@127.0.0.1:1/mau"])
async def test_a_table_where_nothing_is_approved_is_not_reached(url, tmp_path):
    source = await table_at(url.format(tmp_path), tmp_path)
    with pytest.raises(AddressRefused):
        await source.read(1)
    await source.close()
    assert not (tmp_path / "mau.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg_async://hub@10.20.0.1/mau",
        "postgresql+psycopg://hub@10.20.0.1/mau?hostaddr=127.0.0.1",
        "mysql+pymysql://hub@10.20.0.1/mau?read_default_file=/mau",
    ],
)
async def test_a_url_that_could_lead_past_the_guard_is_refused(url, tmp_path):
    with pytest.raises(Fatal, match=r"driver must be|may stand only"):
        await table_at(url, tmp_path, ("10.20.0.0/16",))


async def test_a_database_that_is_away_tells_no_password(tmp_path):
    adapter = adapter_in("sql-table")
    secret = tmp_path / "url"
    secret.write_text("khong-co://u:bi-mat-mau@127.0.0.1/x")
    source = adapter(load_config(adapter.spec.config, {"database": f"file:{secret}"}))
    with pytest.raises(Fatal) as stopped:
        await source.open(Context("mau"), None)
    assert "bi-mat-mau" not in f"{stopped.value!r}{stopped.value.__cause__!r}"


VALUES = {"item": {"id": 7, "a/b": "x", "ten": "Nguyễn", "khong": None, "ds": [1, {"x": "y"}]}}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ /item/id }}", 7),
        ("so-{{ /item/id }}", "so-7"),
        ("{{/item/a~1b}}", "x"),
        ("{{ /item/ds/1/x }}", "y"),
        ("{{ /item/ds }}", [1, {"x": "y"}]),
        ("{{ /item/mat? }}", None),
        ("a{{ /item/mat? }}b", "ab"),
        ("{{ /item/ten | url }}", "Nguy%E1%BB%85n"),
        ({"k": ["{{ /item/id }}", 1, None]}, {"k": [7, 1, None]}),
        ("{% import os %}", "{% import os %}"),
    ],
)
def test_an_expression_is_a_pointer_and_nothing_else(template, value):
    assert fill(template, VALUES) == value


@pytest.mark.parametrize("pointer", ["/item/mat", "/item/ds/2", "/item/ds/-1", "/item/id/x"])
def test_what_is_not_there_is_a_reject_that_names_the_place(pointer):
    with pytest.raises(Reject) as refused:
        fill(f"{{{{ {pointer} }}}}", VALUES)
    assert (refused.value.code, refused.value.detail) == ("missing", pointer)


def test_a_filled_in_text_is_never_filled_in_again():
    assert fill("{{ /item }}", {"item": "{{ /secret }}"}) == "{{ /secret }}"


GOOD = (FOLDER / "rest-poll.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: rest-poll", "kind: soap", "kind"),
        ("/config/token }}", "/config/token | eval }}", "filters are"),
        ("/item/id }}", "/item/id.__class__() + 1 }}", "an expression is"),
        ("/item/id }}", "/config/id }} {{ /secret/x }}", "begins with one of"),
        ("items: /data", "itemz: /data", "itemz"),
        ("name: mot-cua-mau", "name: Một Cửa", "name"),
        ("name: mot-cua-mau", "name: !!python/object/apply:os.system [echo]", "not YAML"),
        ("name: mot-cua-mau", "name: &a x\nx: *a", "aliases"),
        ("name: mot-cua-mau", "name: [", "line"),
        ("message:", "nothing:", "nothing"),
    ],
)
def test_a_wrong_recipe_is_refused_and_the_place_is_named(old, new, words):
    assert old in GOOD
    with pytest.raises(RecipeError, match=words.replace("(", "\\(")):
        loads_recipe(GOOD.replace(old, new, 1))


def test_a_test_in_a_recipe_can_fail():
    loaded = loads_recipe(GOOD.replace("id: HS-8, subject", "id: HS-9, subject"))
    found = run_trials(loaded)["một trang hồ sơ"]
    assert found == ["expect.messages[0].id: expected 'HS-9', found 'HS-8'"]


@pytest.mark.parametrize("id_", ["HS-1\\r\\nx-vai: quan-tri", "Hồ sơ"])
def test_a_message_cannot_begin_a_header_and_is_not_tried_for_ever(id_):
    recipe = (FOLDER / "rest-push.yaml").read_text(encoding="utf-8")
    recipe = recipe.replace("delivery: {id: HS-1,", f'delivery: {{id: "{id_}",')
    (found,) = run_trials(loads_recipe(recipe))["gửi nguyên văn nội dung đã ký"][-1:]
    assert "'error': 'reject', 'code': 'header_value'" in found


def test_a_record_cannot_leave_its_place_in_an_address():
    recipe = GOOD.replace("position: '[\"7\", 0]'", "position: '[\"7&toi-da=9#\", 0]'")
    found = run_trials(loads_recipe(recipe))["một trang hồ sơ"]
    assert any("sau=7%26toi-da%3D9%23&toi-da=20" in each for each in found)
