"""A support bundle tells how a hub is, and nothing that is secret or personal."""

import json
import logging
import stat
import zipfile

import pytest
import structlog
from typer.testing import CliRunner

from hub.cli import home as homes
from hub.cli.bundle.masking import Masking, place_of
from hub.cli.bundle.settings import shown
from hub.cli.main import app

PERSON, NUMBER, TELEPHONE = "Nguyễn Văn Mẫu", "001099000001", "0912000111"
CANARIES = {
    "sql-mat-khau-mau-9",
    "khoa-cua-bo-noi-mau",
    "tep-bi-mat-mau-17",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXUifQ.c2lnbmF0dXJl",
    "dia-chi-mau@congdan.example",
    "duong-dan-bi-mat",
    "chua-ai-biet-bien-nay",
    PERSON,
    NUMBER,
    TELEPHONE,
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a home whose log and settings hold what must not leave it; nothing runs."""
    made = homes.Home(root=tmp_path / ".hub")
    homes.create(made, homes.Identity(hub="hub-mau", partitions=6))
    (made.connector_secrets / "so-mau").write_text("tep-bi-mat-mau-17\n")
    for name, text in {
        "HUB_HOME": str(made.root),
        # Port 1: nobody listens there.
        "HUB_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "HUB_SQL_URL": "postgresql://hub:sql-mat-khau-mau-9@127.0.0.1:1/hub",
        "HUB_VIEWS_HEARTBEAT_URL": "https://nhip.mau.example/duong-dan-bi-mat?x=1",
        "HUB_API_SOCKET": str(tmp_path / "api.sock"),
        "CONNECTOR_MAU": "khoa-cua-bo-noi-mau",
    }.items():
        monkeypatch.setenv(name, text)
    lines = [
        {"event": "seen", "id": "m-1", "body": PERSON, "offset": 41},
        {"event": f"secret {made.admin_token()} sql-mat-khau-mau-9 tep-bi-mat-mau-17"},
        {"event": "env khoa-cua-bo-noi-mau", "number": int("1" + NUMBER)},
        {"event": f"of {NUMBER}, tel. {TELEPHONE}, dia-chi-mau@congdan.example"},
        {"event": "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXUifQ.c2lnbmF0dXJl"},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    made.log("router").write_text(text + f"ValueError: {PERSON} {NUMBER}\n", encoding="utf-8")
    return made


@pytest.fixture
def made(home, tmp_path):
    """Give what the command said, and the parts of its file."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    out = tmp_path / "goi.zip"
    ended = CliRunner().invoke(app, ["support", "bundle", "-o", str(out), "--json"])
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)
    assert ended.exit_code == 0, ended.output
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    return json.loads(ended.stdout), parts, out, home


def test_nothing_secret_or_personal_is_in_any_part(made):
    told, parts, _, home = made
    whole = json.dumps(told, ensure_ascii=False) + "".join(parts.values())
    secrets = {home.admin_token(), home.token_key_file.read_text().strip(), *CANARIES}
    assert {one for one in secrets if one in whole} == set()
    log = [json.loads(line) for line in parts["logs/router.log"].splitlines()[:-1]]
    assert log[0] == {"event": "seen", "id": "m-1", "body": "[removed]", "offset": 41}
    assert log[2]["number"] == "[digits]"
    assert "1 lines that are not the hub's own" in parts["logs/router.log"]


def test_the_list_names_every_part_and_what_could_not_be_had(made):
    told, parts, out, _ = made
    assert {one["name"] for one in told["parts"]} | {"manifest.json"} == set(parts)
    problems = {one["name"]: one["problem"] for one in told["parts"] if one["problem"]}
    assert {"topics.json", "lags.json", "migrations.json", "connectors.json"} <= set(problems)
    assert "Kafka" in problems["topics.json"]
    assert "SQL" in problems["migrations.json"]
    assert json.loads(parts["about.json"])["hub"] == "hub-mau"
    assert json.loads(parts["disk.json"])["free"] > 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_file_that_exists_is_kept(home, tmp_path, monkeypatch):
    async def nothing(*_):
        return []

    monkeypatch.setattr("hub.cli.bundle.parts.gather", nothing)
    monkeypatch.setattr("hub.cli.logs.configure", lambda *_, **__: None)
    (tmp_path / "goi.zip").write_text("cũ")
    ended = CliRunner().invoke(app, ["support", "bundle", "-o", str(tmp_path / "goi.zip")])
    assert ended.exit_code == 1
    assert "exists already" in ended.stderr
    assert (tmp_path / "goi.zip").read_text() == "cũ"
    assert home.root.is_dir()


def test_settings_show_what_is_set_without_secrets_and_unknown_names_alone():
    found = shown(
        {
            "HUB_KAFKA_BOOTSTRAP": "kafka:9092",
            "HUB_KAFKA_PASSWORD": "mat-khau",
            "HUB_KAFKA_PASWORD": "chua-ai-biet-bien-nay",
            "HUB_OBJECTS_URL": "s3://ten:khoa@kho/thung",
        }
    )
    assert found == {
        "HUB_KAFKA_BOOTSTRAP": "kafka:9092",
        "HUB_KAFKA_PASSWORD": "[secret]",
        "HUB_KAFKA_PASWORD": "[not a setting of the hub]",
        "HUB_OBJECTS_URL": "s3://kho/…",
    }


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("partition 5, offset 12345678", "partition 5, offset 12345678"),
        ("2026-11-28T22:20:44.123456Z", "2026-11-28T22:20:44.123456Z"),
        ("CCCD 001099000001.", "CCCD [digits]."),
        ("gọi +84912000111 ngay", "gọi [digits] ngay"),
        ("tới a.b@mau.example", "tới [address]"),
        ("authorization: Bearer abcdefgh12345", "authorization: Bearer [token]"),
        ("https://ten:khoa@mau.example/x", "https://mau.example/x"),
        ("mật mã rất-bí-mật", "mật mã [secret]"),
    ],
)
def test_what_looks_personal_or_secret_is_masked_and_the_rest_is_not(text, masked):
    assert Masking(["rất-bí-mật", "ngắn"]).words(text) == masked


def test_an_address_shows_its_place_alone():
    assert place_of("https://u:p@mau.example:8443/a?b=c") == "https://mau.example:8443/…"
    assert place_of("http://mau.example") == "http://mau.example"
