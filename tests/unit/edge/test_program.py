"""The program: folder, keys, configuration, commands; and the small server for services."""

import asyncio
import json
import stat

import httpx2
import pytest
import typer
import yaml
from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Draft,
    Idempotence,
    Kind,
    Secret,
    Service,
    Sink,
    Spec,
    Text,
)
from lgsp_edge import folders, running, settings
from lgsp_edge.cli import app
from lgsp_edge.errors import EdgeError
from lgsp_edge.server import listening
from lgsp_edge.settings import ListenSettings, load
from lgsp_message.key_proof import check_key_proof
from lgsp_message.keys import load_jwk, verifying_key
from typer.core import TyperGroup
from typer.testing import CliRunner

from tests import edge_rig as rig
from tests.support import GOOD_BODY

HUB = ("--url", "https://hub.tinh.example", "--hub", "hub-test", "--system", rig.SYSTEM)


def command(*arguments):
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def made(folder):
    told = command("init", "-C", str(folder), *HUB, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_init_makes_keys_that_only_the_owner_reads_and_a_proof_that_the_hub_takes(tmp_path):
    told = made(tmp_path / "edge")
    key = verifying_key(load_jwk(told["jwk"]), told["alg"])
    check_key_proof(told["proof"], key, system=rig.SYSTEM, hub="hub-test", now=rig.now())
    for name in ("key.pem", "spool.keys", "edge.yaml"):
        assert stat.S_IMODE((tmp_path / "edge" / name).stat().st_mode) == 0o600
    assert load(tmp_path / "edge").hub.system == rig.SYSTEM


def test_init_never_overwrites_a_key(tmp_path):
    made(tmp_path / "edge")
    before = (tmp_path / "edge" / "key.pem").read_bytes()
    again = command("init", "-C", str(tmp_path / "edge"), *HUB)
    assert again.exit_code == 1
    assert (tmp_path / "edge" / "key.pem").read_bytes() == before


def test_status_counts_what_waits(tmp_path):
    made(tmp_path / "edge")
    told = json.loads(command("status", "-C", str(tmp_path / "edge"), "--json").stdout)
    assert told["outgoing"]["messages"] == 0
    assert told["running"] is False
    assert "Chờ gửi" in command("status", "-C", str(tmp_path / "edge")).stdout


def test_pausing_an_unknown_connector_is_an_error_that_names_it(tmp_path):
    made(tmp_path / "edge")
    told = command("pause", "nobody", "-C", str(tmp_path / "edge"))
    assert told.exit_code == 1
    assert "nobody" in told.stderr


def test_run_without_a_configuration_says_what_to_do_and_is_a_configuration_error(tmp_path):
    told = command("run", "-C", str(tmp_path))
    assert told.exit_code == 78
    assert "hub-edge init" in told.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hub: {url: x}", "hub.id: missing"),
        ("hub: [", "not YAML"),
        ("mat-khau: bi-mat", "extra_forbidden"),
    ],
)
def test_a_wrong_configuration_names_the_field_and_never_the_value(tmp_path, text, told):
    (tmp_path / "edge.yaml").write_text(text)
    with pytest.raises(EdgeError, match=told) as caught:
        load(tmp_path)
    assert "bi-mat" not in str(caught.value)


def test_whom_to_believe_must_be_said(tmp_path):
    made(tmp_path / "edge")
    with pytest.raises(EdgeError, match=r"hub\.trust"):
        settings.trust(tmp_path / "edge", load(tmp_path / "edge").hub, None)


def test_a_second_program_in_the_same_folder_is_kept_out(tmp_path):
    with (
        folders.only_one(tmp_path),
        pytest.raises(EdgeError, match="another"),
        folders.only_one(tmp_path),
    ):
        pass


def test_every_command_has_an_example_in_its_help():
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for name in group.commands:
        assert "Ví dụ" in command(name, "--help").stdout, name


class HandIn(Service[Config]):
    """What a local system posts becomes a message; `told` is said once it is durable."""

    spec = Spec(
        name="hand-in",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=Config,
        title=Text(vi="Nhận", en="Hand in"),
        types=(rig.DOSSIER,),
    )

    async def check(self):
        return Check(ok=True, vi="Được", en="Fine")

    async def answer(self, request):
        id_ = request.query["id"]
        await self.desk.submit(Draft(id=id_, type=rig.DOSSIER, body=request.body, subject="a"))
        return Answer(body=b"told")


async def test_what_a_local_system_hands_in_is_on_the_disk_before_it_is_told_so(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    hub.away = True
    connector = {"name": "nhan", "adapter": "hand-in"}
    with rig.spool_at(tmp_path / "edge") as spool:
        parts = rig.settings_of(connector)
        edge = rig.edge_of(spool, hub, parts, adapters={"hand-in": HandIn})
        async with (
            rig.at_work(edge),
            listening(edge.services, ListenSettings(port=0), tmp_path) as port,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            await asyncio.sleep(0.1)
            told = await client.post("/nhan/gui?id=m-1", content=GOOD_BODY)
            assert (told.status_code, told.content) == (200, b"told")
            assert spool.do(lambda tx: tx.total("outgoing")[0]) == 1
            reused = await client.post("/nhan/gui?id=m-1", content=GOOD_BODY + b" ")
            assert reused.status_code == 400
            assert reused.json()["code"] == "id_reused"
            assert (await client.post("/khac/gui", content=b"")).status_code == 404
            hub.away = False
            await rig.until(lambda: hub.admitted == ["m-1"])


async def test_a_body_beyond_the_limit_is_refused_and_the_server_lives(tmp_path):
    async with (
        listening({}, ListenSettings(port=0, longest_mb=1), tmp_path) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        assert (await client.post("/x", content=bytes(1_100_000))).status_code == 413
        assert (await client.get("/x")).status_code == 404


async def test_other_machines_are_not_answered_without_tls(tmp_path):
    with pytest.raises(EdgeError, match=r"listen\.certificate"):
        async with listening({}, ListenSettings(host="0.0.0.0", port=0), tmp_path):
            pass


class KnockConfig(Config):
    password: Secret


class Knock(Sink[KnockConfig]):
    """Opens with a secret."""

    spec = Spec(
        name="knock",
        version="1.0.0",
        kind=Kind.SINK,
        config=KnockConfig,
        title=Text(vi="Gõ cửa", en="Knock"),
        types=("*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    async def open(self, ctx):
        self.value = (await ctx.secret(self.config.password)).get_secret_value()

    async def check(self):
        return Check(ok=True, vi=str(len(self.value)), en=str(len(self.value)))

    async def write(self, batch):
        raise NotImplementedError(batch)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("file:mat-khau", "12"),
        ("env:CONNECTOR_MAU", "12"),
        ("file:../key.pem", "outside the folder of secrets (secrets.folder)"),
        ("file:ra-ngoai", "outside the folder of secrets (secrets.folder)"),
        ("env:HOME", "begin with CONNECTOR_"),
    ],
)
async def test_an_adapter_reads_the_secrets_of_its_folder_and_prefix_and_no_other(
    tmp_path, monkeypatch, reference, told
):
    folder = tmp_path / "edge"
    made(folder)
    (folder / "secrets" / "mat-khau").write_text("mat-khau-mau\n")
    (folder / "secrets" / "ra-ngoai").symlink_to("../spool.keys")
    monkeypatch.setenv("CONNECTOR_MAU", "mat-khau-mau")
    monkeypatch.setattr(settings, "adapter_class", {"knock": Knock}.__getitem__)
    config = {"name": "go", "adapter": "knock", "config": {"password": reference}}
    text = yaml.safe_load((folder / "edge.yaml").read_text()) | {"connectors": [config]}
    text["hub"] |= {"url": "http://127.0.0.1:9", "allow_plain_http": True, "believe_the_hub": True}
    (folder / "edge.yaml").write_text(yaml.safe_dump(text))
    (found,) = [each for each in await running.check(folder) if each["name"] == "go"]
    assert told in found["en"]
    assert found["ok"] is (told == "12")
    assert "mat-khau" not in found["en"]
