"""The worked example of docs/protocol.md, computed anew from the values the page itself gives.

Hashes, MACs and base64url are computed with the standard library alone; then the hub's own code
must say the same.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lgsp_message import limits
from lgsp_message.cloudevents import from_http, http_headers
from lgsp_message.directory_copy import Statement, encoded, read_content, read_statement, signed
from lgsp_message.directory_copy import joined as as_file
from lgsp_message.directory_lookup import open_copy
from lgsp_message.jws import decode, sign_message
from lgsp_message.keys import verifying_key
from lgsp_message.values import Place, Received

from hub.decision.events import Event
from hub.decision.pipeline import decide
from hub.decision.rulebook import version_hash
from hub.io.kafka.codec import encode_answer, encode_event, inbox_headers, seen_key
from hub.io.kafka.topics import partition_of
from hub.signing.macs import MacKeys
from tests import support

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- example: ([a-z0-9-]+) -->\n```[a-z]+\n(.*?)\n```\n", re.DOTALL)
GIVEN = dict(BLOCK.findall(PAGE))


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def joined(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def mac(*parts):
    return hmac.digest(bytes.fromhex(GIVEN["mac-key"]), joined(*parts), "sha256")


def signing_input():
    return GIVEN["protected"].encode() + b"." + GIVEN["body"].encode()


def signature():
    return f"{GIVEN['protected']}..{GIVEN['signature']}"


def body_hash():
    return hashlib.sha256(GIVEN["body"].encode()).digest()


def private_key():
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GIVEN["seed"]))


@cache
def decision():
    """What the hub decides about the example, under the page's keys and times."""
    attributes = json.loads(GIVEN["attributes"])
    received = Received(attributes=attributes, body=GIVEN["body"].encode(), signature=signature())
    stamped = support.stamp(
        received,
        at=datetime.fromisoformat(GIVEN["received-at"]),
        place=Place(partition=int(GIVEN["partition"]), offset=int(GIVEN["offset"])),
        macs=MacKeys(current="k2", keys={"k2": bytes.fromhex(GIVEN["mac-key"])}),
    )
    assert stamped.stamp is not None
    assert stamped.stamp.mac == GIVEN["stamp"]
    key = private_key()
    rules = support.build_rules({support.key_name("sender", key): support.key_record(key)})
    return decide(stamped, rules, support.Remembered(), stamped.stamp.received_at)


def test_the_key_and_its_thumbprint():
    jwk = json.loads(GIVEN["jwk"])
    public = private_key().public_key().public_bytes_raw()
    assert jwk == {"crv": "Ed25519", "kty": "OKP", "x": b64url(public)}
    assert GIVEN["jwk"] == json.dumps(jwk, separators=(",", ":"), sort_keys=True)
    assert b64url(hashlib.sha256(GIVEN["jwk"].encode()).digest()) == GIVEN["kid"]


def test_the_protected_header_and_the_signature():
    assert b64url(GIVEN["protected-json"].encode()) == GIVEN["protected"]
    assert json.loads(GIVEN["protected-json"]) == {
        "typ": "hub-msg+jws",
        "alg": "Ed25519",
        "kid": GIVEN["kid"],
        "hub": GIVEN["hub"],
        "b64": False,
        "crit": ["b64"],
        "ce": json.loads(GIVEN["attributes"]),
    }
    assert f"SHA-256 of the {len(signing_input())} bytes" in PAGE
    assert hashlib.sha256(signing_input()).hexdigest() == GIVEN["signing-input-sha256"]
    assert b64url(private_key().sign(signing_input())) == GIVEN["signature"]


def test_the_library_signs_and_reads_it_the_same():
    attributes = json.loads(GIVEN["attributes"])
    signed = sign_message(
        attributes,
        GIVEN["body"].encode(),
        key=private_key(),
        algorithm="Ed25519",
        hub=GIVEN["hub"],
    )
    assert signed == signature()
    received = Received(attributes=attributes, body=GIVEN["body"].encode(), signature=signed)
    assert decode(received, GIVEN["hub"]).key_id == GIVEN["kid"]


def test_the_http_headers():
    headers = dict(line.split(": ", 1) for line in GIVEN["http"].splitlines())
    attributes = json.loads(GIVEN["attributes"])
    assert {name: unquote(value) for name, value in headers.items()} == {
        "content-type" if name == "datacontenttype" else f"ce-{name}": value
        for name, value in attributes.items()
    }
    assert http_headers(attributes) == headers
    assert from_http(headers.items()) == attributes


def test_the_hashes():
    assert body_hash().hex() == GIVEN["body-hash"]
    attributes = json.loads(GIVEN["attributes"])
    assert GIVEN["content-attributes"] == json.dumps(
        attributes, separators=(",", ":"), sort_keys=True, ensure_ascii=False
    )
    content = hashlib.sha256(body_hash() + GIVEN["content-attributes"].encode()).hexdigest()
    assert content == GIVEN["content-hash"]
    assert decision().entries[0].event.detail["content_sha256"] == content


def test_the_partition_and_the_stamp():
    number = int.from_bytes(hashlib.sha256(b"sender").digest()[:8], "big")
    assert number % int(GIVEN["partitions"]) == int(GIVEN["partition"])
    assert partition_of("sender", int(GIVEN["partitions"])) == int(GIVEN["partition"])
    parts = (b"stamp", b"sender", GIVEN["received-at"].encode(), b"", signature().encode())
    joint = joined(*parts, body_hash())
    assert hashlib.sha256(joint).hexdigest() == GIVEN["stamp-input-sha256"]
    assert f"k2.{b64url(mac(*parts, body_hash()))}" == GIVEN["stamp"]


def test_the_delivery_token_and_the_headers_of_the_inbox():
    identity = json.loads(GIVEN["attributes"])["id"].encode()
    partition = GIVEN["partition"].encode()
    made = mac(b"delivery", b"sender", identity, b"receiver", body_hash(), partition)[:16]
    assert GIVEN["token"] == f"k2.{GIVEN['partition']}.{b64url(body_hash())}.{b64url(made)}"
    (delivery,) = decision().deliveries
    assert (delivery.system, delivery.token) == ("receiver", GIVEN["token"])
    headers = inbox_headers([], delivery, int(GIVEN["partition"]))
    lines = (f"{name}: {value.decode()}" for name, value in headers)
    assert "\n".join(lines) == GIVEN["inbox-headers"]


def test_the_decision_and_what_is_remembered():
    assert decision().outcome is Event.ADMITTED
    assert encode_event(decision().entries[0].event).decode() == GIVEN["audit"]
    (memory,) = decision().remembered
    assert seen_key(memory.source, memory.key).hex() == GIVEN["seen-key"]
    assert encode_answer(memory.answer).hex() == GIVEN["seen-value"]


def test_the_receipt_is_accepted():
    receipt = support.statement(support.RECEIPT, json.loads(GIVEN["receipt"]), "receiver")
    rules = support.build_rules()
    said = decide(receipt, rules, support.Remembered(), support.NOW)
    assert [entry.event.event for entry in said.entries] == [Event.ADMITTED, Event.ACKNOWLEDGED]


def test_the_hash_of_a_version_of_the_rules():
    changes = {k: v.encode() for k, v in json.loads(GIVEN["rules-changes"]).items()}
    hashed = {hashlib.sha256(k.encode()).digest(): v for k, v in changes.items()}
    told = {name: hashlib.sha256(v).digest() if v else b"" for name, v in hashed.items()}
    data = bytes(32) + b"".join(joined(name, v) for name, v in sorted(told.items()))
    assert hashlib.sha256(data).hexdigest() == GIVEN["rules-hash"]
    deleted = {key: value or None for key, value in changes.items()}
    assert version_hash("00" * 32, deleted.items()) == GIVEN["rules-hash"]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("body", f"{limits.MAX_BODY_BYTES // 1024} KiB"),
        ("nesting", f"{limits.MAX_DEPTH} levels"),
        ("number", f"2^{limits.MAX_INTEGER.bit_length() - 1} in magnitude"),
        ("`hub-signature`", f"{limits.MAX_SIGNATURE_CHARS // 1024} KiB"),
        ("recipients", f"{limits.MAX_RECIPIENTS}"),
        ("objects", f"{limits.MAX_OBJECTS}"),
        ("`subject`, `correlationid`", f"{limits.MAX_TEXT_CHARS} characters"),
        ("type, schema", f"{limits.MAX_URN_CHARS} characters"),
        ("`time` ahead of the hub", f"{limits.MAX_CLOCK_AHEAD.seconds // 60} minutes"),
        ("`time` behind the hub", f"{limits.DEDUPLICATION_WINDOW.days} days"),
        ("messages in a receipt", f"{limits.MAX_RECEIPT_ITEMS}"),
    ],
)
def test_the_table_of_limits_says_what_the_code_holds(row, value):
    assert f"| {row} | {value} |" in PAGE


def test_the_statement_about_the_directory_is_signed_as_the_page_says():
    content = GIVEN["copy-content"].encode()
    told = json.loads(GIVEN["copy-payload"])
    assert (told["sha256"], told["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    text = f"{b64url(GIVEN['copy-header'].encode())}.{b64url(GIVEN['copy-payload'].encode())}"
    assert GIVEN["copy-statement"] == f"{text}.{b64url(private_key().sign(text.encode()))}"
    assert json.loads(GIVEN["copy-header"])["kid"] == GIVEN["kid"]


def test_the_library_makes_and_reads_the_copy_the_same():
    jws, content = GIVEN["copy-statement"], GIVEN["copy-content"].encode()
    keys = {GIVEN["kid"]: verifying_key(private_key().public_key(), "Ed25519")}
    statement = read_statement(jws, GIVEN["hub"], keys)
    known = read_content(content, statement)
    again = encoded(
        {one.id: one for one in known.organisations}, known.codes, known.systems, known.endpoints
    )
    assert b"".join(again) == content
    assert isinstance(statement, Statement)
    assert signed(statement, private_key().sign, algorithm="Ed25519", key_id=GIVEN["kid"]) == jws
    copy = open_copy(as_file(jws, content), GIVEN["hub"], keys)
    reached = copy.reach("urn:hub:org:H99.02", support.DOSSIER, support.NOW)
    assert reached.systems == ("receiver",)
