"""`hub send`, `hub receive`, `hub upload`, `hub key`: what they print and how they end."""

import json
import stat
from datetime import UTC, datetime
from functools import partial

import httpx2
import orjson
import pytest
import typer
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Backoff, FileCursor, Identity, SyncHubClient
from lgsp_message.directory_copy import joined
from lgsp_message.key_proof import check_key_proof
from lgsp_message.keys import load_jwk, public_jwk, thumbprint, verifying_key
from typer.testing import CliRunner

from hub.cli import client_side, directory, keys, receive, send
from tests.copy_support import HUB_KEY, copy_of
from tests.support import DOSSIER, GOOD_BODY, HUB, RECEIVER, SENDER, build_rules, key_of, signed
from tests.unit.client.fakes import URL, Clock, FakeHub, problem, reply


@pytest.fixture
def hub(monkeypatch):
    fake = FakeHub()
    quick = Backoff(attempts=2, first=0.001)
    client = partial(SyncHubClient, transport=fake.transport, backoff=quick, world=Clock().world)
    monkeypatch.setattr(client_side, "SyncHubClient", client)
    return fake


@pytest.fixture
def run(tmp_path):
    """Run `hub …` as the receiving system; return the result."""
    app = typer.Typer()
    for module in (send, receive, keys, directory):
        module.register(app)
    pem = key_of(RECEIVER).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    env = {
        "LGSP_URL": URL,
        "LGSP_HUB": HUB,
        "LGSP_SYSTEM": RECEIVER,
        "LGSP_KEY": str(tmp_path / "key.pem"),
    }

    def invoked(*arguments, **options):
        return CliRunner().invoke(app, list(map(str, arguments)), env=env, **options)

    return invoked


@pytest.fixture
def ring(tmp_path):
    file = tmp_path / "keys.json"
    jwk = public_jwk(key_of(SENDER).public_key()) | {"alg": "ES256"}
    file.write_bytes(orjson.dumps({SENDER: [jwk]}))
    return file


def test_a_file_is_sent_byte_for_byte(run, hub, tmp_path):
    (tmp_path / "body.json").write_bytes(b' {"a" : 1} \n')
    result = run("send", DOSSIER, "--body", tmp_path / "body.json", "--to", "org:H99.02")
    assert result.exit_code == 0, result.output
    assert hub.requests[0].content == b' {"a" : 1} \n'
    assert hub.requests[0].headers["ce-recipients"] == "urn:hub:org:H99.02"


def test_the_input_is_sent_where_no_file_is_named(run, hub):
    result = run("send", DOSSIER, "--json", "--wait", "0", input=GOOD_BODY)
    assert json.loads(result.stdout)["state"] == "accepted"
    assert hub.requests[0].content == GOOD_BODY
    assert "prefer" not in hub.requests[0].headers


def test_a_refusal_ends_with_1_and_is_told_in_two_languages(run, hub):
    hub.faults.append(problem(403, "peer_mismatch", place="source"))
    result = run("send", DOSSIER, input=b"{}")
    assert result.exit_code == 1
    assert "Bị từ chối / Refused: peer_mismatch (source)" in result.stderr


def test_a_refusal_for_programs_is_one_json_object(run, hub):
    hub.faults.append(reply(200, {"state": "refused", "reason": "not_permitted"}))
    result = run("send", DOSSIER, "--json", input=b"{}")
    assert result.exit_code == 1
    assert json.loads(result.stderr)["reason"] == "not_permitted"


def test_a_hub_that_is_away_ends_with_3(run, hub):
    hub.faults += [httpx2.ConnectError("away")] * 2
    result = run("send", DOSSIER, input=b"{}")
    assert result.exit_code == 3
    assert "hãy thử lại" in result.stderr


def test_a_secret_document_is_refused_before_it_is_sent(run, hub):
    result = run("send", DOSSIER, input='{"degree": "TUYỆT MẬT"}'.encode())
    assert result.exit_code == 1
    assert hub.requests == []


def test_a_check_lists_every_error(run, hub):
    hub.faults.append(
        reply(200, {"errors": [{"reason": "not_permitted"}, {"reason": "no_endpoint"}]})
    )
    result = run("send", DOSSIER, "--check", input=b"{}")
    assert result.exit_code == 1
    assert "- not_permitted" in result.stdout
    assert "- no_endpoint" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", DOSSIER, "--time", "2026-11-22T10:00:00"),
        ("send", DOSSIER, "--time", "hôm nay"),
        ("send", DOSSIER, "--body", "/nowhere/body.json"),
        ("send", DOSSIER, "--key", "/nowhere/key.pem"),
        ("send", DOSSIER, "--system", "Sở"),
        ("send", DOSSIER, "--url", "http://hub.tinh.example"),
        ("send", DOSSIER, "--algorithm", "PS256"),
        ("receive",),
        ("receive", "--keys", "/nowhere/keys.json"),
        ("upload", "/nowhere/a.pdf"),
        ("key", "new", "/nowhere/key.pem"),
        ("key", "new", "new.pem", "--system", "Sở"),
    ],
)
def test_wrong_usage_ends_with_2(run, hub, arguments):
    result = run(*arguments, input=b"{}")
    assert result.exit_code == 2, result.output
    assert hub.requests == []


def test_an_upload_prints_the_reference_for_the_body(run, hub, tmp_path):
    file = tmp_path / "van-ban.pdf"
    file.write_bytes(b"%PDF mau")
    ref = json.loads(run("upload", file).stdout)
    assert ref["hash"] in hub.objects
    assert (ref["media_type"], ref["name"], ref["size"]) == ("application/pdf", "van-ban.pdf", 8)


def test_a_received_body_is_a_file_before_it_is_acknowledged(run, hub, ring, tmp_path):
    hub.deliver(signed())
    result = run("receive", "--once", "--keys", ring, "--into", tmp_path / "in")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "in" / "sender.msg-0001.json").read_bytes() == GOOD_BODY
    assert hub.receipts[0]["stage"] == "delivered"


def test_the_next_run_goes_on_behind_the_last(run, hub, ring, tmp_path):
    arguments = ("receive", "--once", "--json", "--keys", ring, "--cursor", tmp_path / "c")
    hub.deliver(signed())
    assert len(run(*arguments).stdout.splitlines()) == 1
    assert run(*arguments).stdout == ""
    assert FileCursor(tmp_path / "c").load() == "c000001"


def test_looking_acknowledges_nothing(run, hub, ring):
    hub.deliver(signed())
    result = run("receive", "--once", "--ack", "none", "--keys", ring)
    assert "đã xác minh / proven" in result.stdout
    assert hub.receipts == []


def test_a_message_that_cannot_be_proven_stops_the_reading(run, hub, ring):
    hub.deliver(signed(source="urn:hub:system:stranger"))
    result = run("receive", "--once", "--keys", ring)
    assert result.exit_code == 1
    assert "Không xác minh được chữ ký" in result.stderr
    assert hub.receipts == []


def test_not_checking_must_be_said_and_is_shown(run, hub):
    hub.deliver(signed())
    result = run("receive", "--once", "--dangerously-unverified")
    assert "CHƯA XÁC MINH / UNPROVEN" in result.stdout


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "PS256", "RS256"])
def test_a_new_key_is_private_and_comes_with_its_proof(run, tmp_path, algorithm):
    file = tmp_path / "new.pem"
    told = json.loads(run("key", "new", file, "--algorithm", algorithm, "--json").stdout)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"BEGIN PRIVATE KEY" in file.read_bytes()
    who = Identity.from_pem(file, system=RECEIVER, hub=HUB, algorithm=algorithm)
    assert told["thumbprint"] == who.key_id == thumbprint(told["jwk"])
    key = verifying_key(load_jwk(told["jwk"]), algorithm)
    check_key_proof(told["proof"], key, system=RECEIVER, hub=HUB, now=datetime.now(UTC))


def test_a_key_is_never_overwritten(run, tmp_path):
    file = tmp_path / "key.pem"
    before = file.read_bytes()
    assert run("key", "new", file).exit_code == 2
    assert file.read_bytes() == before


def test_a_fresh_proof_is_made_for_an_old_key(run):
    told = json.loads(run("key", "proof", "--json").stdout)
    key = verifying_key(load_jwk(told["jwk"]), "ES256")
    check_key_proof(told["proof"], key, system=RECEIVER, hub=HUB, now=datetime.now(UTC))


@pytest.mark.parametrize("command", ["send", "receive", "upload"])
def test_every_command_explains_itself(run, command):
    assert run(command, "--help").exit_code == 0


@pytest.fixture
def copied(tmp_path):
    """Give a kept copy and the options that verify it."""
    jws, content = copy_of(build_rules(), at=datetime.now(UTC))
    (tmp_path / "directory.copy").write_bytes(joined(jws, content))
    jwk = public_jwk(HUB_KEY.public_key()) | {"alg": "ES256"}
    (tmp_path / "hub-keys.json").write_bytes(orjson.dumps({HUB: [jwk]}))
    return tmp_path / "directory.copy", "--hub-keys", tmp_path / "hub-keys.json"


def test_a_kept_directory_is_verified_and_asked_without_the_hub(run, copied):
    shown = run("directory", "copy", "show", *copied)
    assert shown.exit_code == 0
    assert (told := json.loads(shown.output))["hub"] == HUB
    assert (told["stale"], told["systems"]) == (False, 5)
    asked = ("org:H99.01", "--type", DOSSIER)
    found = run("directory", "copy", "find", copied[0], *asked, *copied[1:])
    assert json.loads(found.output) == {"systems": ["receiver"], "via": [], "choose": False}


def test_a_kept_directory_that_was_changed_ends_with_status_1_and_says_why(run, copied):
    copied[0].write_bytes(copied[0].read_bytes().replace(b"receiver", b"deceiver"))
    shown = run("directory", "copy", "show", *copied)
    assert shown.exit_code == 1
    assert "damaged" in shown.stderr
