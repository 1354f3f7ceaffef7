"""The client library and the page with curl against a whole hub."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import (
    FileCursor,
    HubClient,
    HubRefused,
    HubUnauthorised,
    Identity,
    KeyRing,
    MemoryCursor,
    Submitted,
    SyncHubClient,
)
from lgsp_message.keys import public_jwk, verifying_key

from hub.cli.home import OwnKey
from tests.scenarios.curl_doc import PAGE, README, SCRIPT, script_of
from tests.support import GOOD_BODY, key_of

DOSSIER = "vn.gov.dossier.received.v1"
CURL_SECONDS = 120


def test_the_script_is_the_page():
    assert SCRIPT.read_text() == script_of(PAGE.read_text())


@pytest.mark.kafka
def test_the_curl_example_of_the_readme_runs_as_written(running_hub, tmp_path):
    script = tmp_path / "readme.sh"
    script.write_text(script_of(README.read_text(encoding="utf-8")), encoding="utf-8")
    assert "received, unchanged" in _run(script, running_hub)


@pytest.mark.kafka
def test_the_page_with_curl_and_openssl_runs_as_written(running_hub):
    assert "Verified OK" in _run(SCRIPT, running_hub)


def _run(script, running_hub):
    for tool in ("curl", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} on this machine: the page for the command line is not run")
    environ = os.environ | {"HOME_OF_HUB": str(running_hub.home.root), "URL": running_hub.url}
    ran = subprocess.run(
        ["bash", str(script)],
        env=environ,
        capture_output=True,
        text=True,
        timeout=CURL_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.kafka
def test_the_python_of_the_client_page_runs_as_written(running_hub, tmp_path, monkeypatch):
    page = (PAGE.parent / "client.md").read_text()
    running_hub.register_all({"so-mau": None, "phuong-mau": None})
    running_hub.allow("so-mau")
    for system in ("so-mau", "phuong-mau"):
        write_key(tmp_path / f"{system}.pem", running_hub.identities[system])
    jwk = public_jwk(running_hub.identities["so-mau"].key.public_key()) | {"alg": "ES256"}
    (tmp_path / "keys.json").write_text(json.dumps({"so-mau": [jwk]}))
    seal = running_hub.home.own_key(OwnKey.SEAL)
    own = {**public_jwk(seal.public_key), "alg": seal.algorithm}
    (tmp_path / "hub-keys.json").write_text(json.dumps({running_hub.hub: [own]}))
    monkeypatch.chdir(tmp_path)
    names = {"URL": running_hub.url, "HUB": running_hub.hub}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        exec(compile(block, "docs/client.md", "exec"), names)
    assert (tmp_path / "inbox.cursor").exists()
    assert names["senders"]


class Pair:
    """A sender and a recipient of their own for each test: they share one hub."""

    def __init__(self, hub):
        run = uuid.uuid4().hex[:6]
        self.hub, self.sender, self.receiver = hub, f"mau-gui-{run}", f"mau-nhan-{run}"
        self.to = f"system:{self.receiver}"
        hub.register_all({self.sender: None, self.receiver: None})
        hub.allow(self.sender)

    def client(self, system, kind=SyncHubClient):
        return kind(self.hub.url, self.hub.identities[system])

    @property
    def ring(self):
        """The keys that the recipient was given by the sender, not by the hub."""
        sender = self.hub.identities[self.sender]
        key = verifying_key(sender.key.public_key(), sender.algorithm)
        return KeyRing({self.sender: {key.thumbprint: key}})

    def send(self, *, body=GOOD_BODY, **options):
        with self.client(self.sender) as client:
            return client.submit(DOSSIER, body, wait=30, recipients=[self.to], **options)

    def read(self, stage="delivered", **options):
        """Read the inbox to its end; state `stage` about each."""
        seen = []
        with self.client(self.receiver) as client:
            inbox = client.receive(verify=self.ring, until_empty=True, **options)
            with inbox as deliveries:
                for delivery in deliveries:
                    seen.append(delivery)
                    delivery.ack(stage)
        return seen

    def state(self, id_, expected):
        """Wait until the recipient's state is `expected`: receipts are decided in turn."""
        deadline = time.monotonic() + 30
        with self.client(self.sender) as client:
            while True:
                told = client.status(self.sender, id_)
                if told["recipients"][0]["state"] == expected or time.monotonic() > deadline:
                    return told["recipients"][0]["state"]
                time.sleep(0.2)


@pytest.fixture
def pair(running_hub):
    return Pair(running_hub)


@pytest.mark.kafka
async def test_a_message_goes_in_at_one_agency_and_comes_out_proven_at_another(pair):
    async with pair.client(pair.sender, HubClient) as sender:
        done = await sender.submit(
            DOSSIER, GOOD_BODY, recipients=[pair.to], subject="Hồ sơ mẫu 1", wait=30
        )
    assert done.state == "admitted"
    async with (
        pair.client(pair.receiver, HubClient) as receiver,
        receiver.receive(verify=pair.ring) as inbox,
    ):
        delivery = await anext(aiter(inbox))
        await delivery.ack("processed")
    assert (delivery.source, delivery.id, delivery.body) == (pair.sender, done.id, GOOD_BODY)
    assert delivery.proven
    assert delivery.attributes.subject == "Hồ sơ mẫu 1"
    assert pair.state(done.id, "processed") == "processed"


@pytest.mark.kafka
async def test_a_stream_that_is_open_is_sent_what_comes_later(pair):
    first = await asyncio.to_thread(pair.send)
    async with (
        pair.client(pair.receiver, HubClient) as receiver,
        receiver.receive(verify=pair.ring, stream=True) as inbox,
    ):
        deliveries = aiter(inbox)
        arrived = [await anext(deliveries)]
        # The stream is open now, and idle.
        coming = asyncio.ensure_future(anext(deliveries))
        later = await asyncio.to_thread(pair.send)
        arrived.append(await coming)
        for delivery in arrived:
            await delivery.ack("processed")
    assert [one.id for one in arrived] == [first.id, later.id]
    assert inbox._core.position == arrived[-1].cursor
    for done in (first, later):
        assert pair.state(done.id, "processed") == "processed"


@pytest.mark.kafka
def test_the_same_signed_bytes_twice_are_one_delivery(pair):
    with pair.client(pair.sender) as client:
        message = client.compose(DOSSIER, GOOD_BODY, recipients=[pair.to])
        assert not client.send(message, wait=30).known
        assert client.send(message, wait=30).known
    assert [delivery.id for delivery in pair.read()] == [message.id]


@pytest.mark.kafka
def test_a_decision_against_the_message_names_reason_and_place(pair):
    with pytest.raises(HubRefused) as refusal:
        pair.send(body={"state": "2"})
    assert refusal.value.reason == "schema_violation"
    assert pair.read() == []


@pytest.mark.kafka
def test_a_check_finds_all_errors_and_stores_nothing(pair):
    with pair.client(pair.receiver) as client:
        found = client.check(DOSSIER, {"state": "2"}, recipients=["system:nobody-here"])
    assert {one.reason for one in found.findings} >= {"not_permitted", "schema_violation"}
    with pair.client(pair.sender) as client:
        assert client.check(DOSSIER, GOOD_BODY, recipients=[pair.to]).admitted
    assert pair.read() == []


@pytest.mark.kafka
def test_a_batch_arrives_whole_and_in_order(pair):
    with pair.client(pair.sender) as client:
        messages = [client.compose(DOSSIER, GOOD_BODY, recipients=[pair.to]) for _ in range(120)]
        outcomes = client.send_many(messages)
        assert all(isinstance(outcome, Submitted) for outcome in outcomes)
        client.submit(DOSSIER, GOOD_BODY, recipients=[pair.to], id="last", wait=30)
    sent = [message.id for message in messages]
    assert [delivery.id for delivery in pair.read(limit=50)] == [*sent, "last"]


@pytest.mark.kafka
def test_a_reader_that_dies_reads_on_where_it_had_acknowledged(pair, tmp_path):
    store = FileCursor(tmp_path / "cursor")
    ids = [pair.send().id for _ in range(3)]
    with pair.client(pair.receiver) as client, pytest.raises(RuntimeError):  # noqa: PT012, SIM117
        with client.receive(verify=pair.ring, cursors=store) as inbox:
            for delivery in inbox:
                if delivery.id == ids[1]:
                    raise RuntimeError("the agency's own fault")
                delivery.ack("delivered")
    assert [delivery.id for delivery in pair.read(cursors=store)] == ids[1:]
    assert pair.read(cursors=store) == []


@pytest.mark.kafka
def test_an_inbox_can_be_read_again_from_a_moment(pair):
    done = pair.send()
    pair.read()
    with pair.client(pair.receiver) as client:
        cursor = client.seek(datetime.now(UTC) - timedelta(hours=1))
        with client.receive(
            verify=pair.ring, cursors=MemoryCursor(cursor), until_empty=True
        ) as inbox:
            assert [delivery.id for delivery in inbox] == [done.id]


@pytest.mark.kafka
def test_a_withdrawn_message_is_not_handed_out_but_the_withdrawal_is(pair):
    done = pair.send()
    with pair.client(pair.sender) as client:
        client.withdraw(done.id, "Gửi nhầm (mẫu)", wait=30)
    assert [delivery.type for delivery in pair.read()] == ["vn.hub.withdrawal.v1"]
    assert pair.state(done.id, "withdrawn") == "withdrawn"


@pytest.mark.kafka
def test_an_object_reaches_the_recipient_of_the_message_and_nobody_else(pair, tmp_path):
    file = tmp_path / "van-ban-mau.pdf"
    file.write_bytes(b"%PDF mau " + os.urandom(9_000_000))
    with pair.client(pair.sender) as client:
        ref = client.upload(file)
    with pair.client(pair.receiver) as client:
        with pytest.raises(HubRefused, match="not_found"):
            client.download(ref.hash, tmp_path / "early.pdf")
        pair.send(objects=[ref.hash])
        copy = client.download(ref.hash, tmp_path / "copy.pdf")
    assert copy.read_bytes() == file.read_bytes()


@pytest.mark.kafka
def test_a_key_that_is_not_registered_gets_no_token(pair):
    stranger = Identity.of(key_of("stranger"), system=pair.sender, hub=pair.hub.hub)
    with SyncHubClient(pair.hub.url, stranger) as client, pytest.raises(HubUnauthorised):
        client.submit(DOSSIER, GOOD_BODY, recipients=[pair.to])


@pytest.mark.kafka
def test_hub_send_and_hub_receive_do_the_same_from_a_shell(pair, tmp_path):
    hub, into = pair.hub, tmp_path / "nhan"
    sent = hub.command("send", DOSSIER, "--to", pair.to, *as_(pair, pair.sender, tmp_path))
    assert sent.returncode == 1  # nothing on its input: refused before it is sent
    (tmp_path / "body.json").write_bytes(GOOD_BODY)
    body = ("--body", str(tmp_path / "body.json"))
    sent = hub.command("send", DOSSIER, *body, "--to", pair.to, *as_(pair, pair.sender, tmp_path))
    assert sent.returncode == 0, sent.stderr
    got = hub.command(
        "receive",
        "--once",
        "--dangerously-unverified",
        *("--into", str(into)),
        *as_(pair, pair.receiver, tmp_path),
    )
    assert got.returncode == 0, got.stderr
    assert [file.read_bytes() for file in into.iterdir()] == [GOOD_BODY]


def as_(pair, system, folder):
    """Return the options that say who one is."""
    file = folder / f"{system}.pem"
    write_key(file, pair.hub.identities[system])
    return (
        *("--url", pair.hub.url),
        *("--hub", pair.hub.hub),
        *("--system", system),
        *("--key", str(file)),
    )


def write_key(file, identity):
    file.write_bytes(identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
