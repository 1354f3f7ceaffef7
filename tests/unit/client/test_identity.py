"""Keys, ids, cursors, trust."""

import uuid
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from lgsp_client import FileCursor, Identity, KeyRing, MemoryCursor, uuid7
from lgsp_client.wire import checked_url
from lgsp_message.keys import KeyUnusable, default_algorithm, public_jwk

from tests.support import HUB, SENDER, key_for, key_of


def pem(key, secret=None):
    how = NoEncryption() if secret is None else BestAvailableEncryption(secret)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "RS256", "PS256"])
def test_every_kind_of_key_is_read_from_pem(algorithm, tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(pem(key_for(algorithm)))
    identity = Identity.from_pem(file, system=SENDER, hub=HUB, algorithm=algorithm)
    assert identity.algorithm == algorithm
    again = Identity.from_pem(file.read_bytes(), system=SENDER, hub=HUB, algorithm=algorithm)
    assert identity.key_id == again.key_id


def test_an_encrypted_key_needs_its_password():
    locked = pem(key_of(SENDER), b"mau")
    Identity.from_pem(locked, system=SENDER, hub=HUB, password=b"mau")
    with pytest.raises(KeyUnusable):
        Identity.from_pem(locked, system=SENDER, hub=HUB)


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)]
)
def test_a_key_that_no_hub_takes_is_refused_here(key):
    with pytest.raises(KeyUnusable):
        Identity.of(key, system=SENDER, hub=HUB)


def test_the_private_key_is_never_printed():
    assert "PrivateKey" not in repr(Identity.of(key_of(SENDER), system=SENDER, hub=HUB))


def test_a_name_that_is_no_system_is_refused():
    with pytest.raises(ValueError, match="name"):
        Identity.of(key_of(SENDER), system="urn:hub:system:sender", hub=HUB)


def test_ids_are_uuid_version_7_and_sort_by_time():
    ids = [uuid.UUID(uuid7()) for _ in range(100)]
    assert {id_.variant for id_ in ids} == {uuid.RFC_4122}
    assert {id_.version for id_ in ids} == {7}
    assert len(set(ids)) == 100
    stamps = [id_.int >> 80 for id_ in ids]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("url", ["http://hub.tinh.example", "ftp://hub.test", "hub.test"])
def test_a_token_never_travels_in_the_clear(url):
    with pytest.raises(ValueError, match="https"):
        checked_url(url, allow_plain_http=False)


@pytest.mark.parametrize("url", ["https://hub.test/", "http://127.0.0.1:8640", "http://[::1]:1"])
def test_https_and_this_machine_are_fine(url):
    assert checked_url(url, allow_plain_http=False) == url.rstrip("/")


def test_a_cursor_survives_the_process(tmp_path):
    file = tmp_path / "new" / "cursor.json"
    assert FileCursor(file).load() is None
    FileCursor(file).save("c1")
    FileCursor(file).save("c2")
    assert FileCursor(file).load() == "c2"
    assert [path.name for path in file.parent.iterdir()] == ["cursor.json"]


def test_a_crash_while_saving_leaves_the_old_cursor(tmp_path, monkeypatch):
    store = FileCursor(tmp_path / "cursor.json")
    store.save("c1")

    def crash(_self, _goal):
        raise OSError("crash before the rename")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="crash"):
        store.save("c2")
    assert store.load() == "c1"


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"cursor": 1}', b"\x00", b""])
def test_a_damaged_cursor_file_is_an_error_not_the_beginning(tmp_path, text):
    file = tmp_path / "cursor.json"
    file.write_bytes(text)
    with pytest.raises(ValueError, match=r"cursor file|char|empty"):
        FileCursor(file).load()


def test_a_memory_cursor_keeps_the_last():
    store = MemoryCursor("c0")
    store.save("c1")
    assert store.load() == "c1"


def test_a_key_ring_holds_keys_under_their_own_system_only(tmp_path):
    public = key_of(SENDER).public_key()
    file = tmp_path / "ring.json"
    jwk = public_jwk(public) | {"alg": default_algorithm(public)}
    file.write_bytes(orjson.dumps({SENDER: [jwk]}))
    ring = KeyRing.load(file)
    assert len(ring.keys_of(SENDER)) == 1
    assert ring.keys_of("other") == {}


@pytest.mark.parametrize("text", [b"[]", b'{"a": [{}]}', b'{"a": 1}', b"x", b'{"a": [{"alg": 1}]}'])
def test_a_file_that_is_no_key_ring_is_refused(tmp_path, text):
    file = tmp_path / "ring.json"
    file.write_bytes(text)
    with pytest.raises(KeyUnusable):
        KeyRing.load(file)
