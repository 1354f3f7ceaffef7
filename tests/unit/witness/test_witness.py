"""A witness cosigns what continues what it has cosigned, and nothing else; also after a restart."""

import asyncio
import contextlib

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lgsp_verify.log import (
    Appender,
    Kind,
    LogKey,
    Malformed,
    Note,
    Signer,
    TreeHead,
    VerifierKey,
    WitnessRequest,
    leaf_hash,
    parse_signatures,
    prove_consistency,
    root_of,
    verify_note,
)
from lgsp_verify.log.witness import keys_by_origin

from hub.witness.memory import Memory
from hub.witness.server import MAX_BODY, Witness

KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
WITNESS = Signer(VerifierKey("witness.mau.example/w1", Kind.COSIGNATURE, PUBLIC), KEY.sign)
LOG_PRIVATE = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
HUB = LogKey(hub="lgsp-mau", public=LOG_PRIVATE.public_key().public_bytes_raw())
LOG = Signer(HUB.checkpoint_key(3), LOG_PRIVATE.sign)
ENTRIES = [str(number).encode() for number in range(40)]
NOW = 1_795_000_000


def checkpoint(size, entries=ENTRIES, signer=LOG):
    root = root_of([leaf_hash(entry) for entry in entries[:size]])
    return TreeHead(signer.key.name, size, root).signed(signer)


def asked(old, size, entries=ENTRIES, signer=LOG):
    appender = Appender()
    list(appender.append(entries[:size]))
    tiles = {piece.tile.path: piece.data for piece in appender.edge()}
    path = prove_consistency(old, size, tiles.__getitem__) if 0 < old < size else ()
    return WitnessRequest(old, tuple(path), checkpoint(size, entries, signer)).encode()


@pytest.fixture
async def witness(tmp_path):
    @contextlib.asynccontextmanager
    async def running():
        with contextlib.closing(Memory(tmp_path / "witness.db")) as memory:
            keys = keys_by_origin([str(HUB.anchor_key())])
            app = Witness(WITNESS, keys, memory, lambda: NOW).app()
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://w") as client:
                yield lambda body: client.post("/add-checkpoint", content=body)

    return running


def good(answer, size):
    assert answer.status_code == 200, answer.text
    note = Note(checkpoint(size).note.text, parse_signatures(answer.text))
    (found,) = verify_note(note, [WITNESS.key])
    return found.seconds == NOW


async def test_what_continues_is_cosigned_also_after_a_restart(witness):
    async with witness() as post:
        assert good(await post(asked(0, 7)), 7)
        assert good(await post(asked(7, 7)), 7)
    async with witness() as post:
        assert good(await post(asked(7, 20)), 20)


async def test_a_log_that_was_rewritten_is_never_cosigned(witness):
    other = [b"rewritten", *ENTRIES[1:]]
    async with witness() as post:
        assert good(await post(asked(0, 7)), 7)
        assert (await post(asked(7, 20, other))).status_code == 422
        assert (await post(asked(7, 7, other))).status_code == 409
        answer = await post(asked(0, 5))
        assert (answer.status_code, answer.text) == (409, "7\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
        assert good(await post(asked(7, 20)), 20)


async def test_each_way_to_be_refused_has_its_status(witness):
    strange = Signer(VerifierKey("khac/log/0", Kind.NOTE, PUBLIC), KEY.sign)
    forged = Signer(LOG.key, KEY.sign)
    async with witness() as post:
        assert (await post(asked(0, 7, signer=strange))).status_code == 404
        assert (await post(asked(0, 7, signer=forged))).status_code == 403
        larger = WitnessRequest(9, (), checkpoint(7)).encode()
        assert (await post(larger)).status_code == 400
        for body in (b"", b"old x\n\n", asked(0, 7)[:-20], b"x" * (MAX_BODY + 1)):
            assert (await post(body)).status_code == 400
        with_proof = WitnessRequest(0, (bytes(32),), checkpoint(7)).encode()
        assert (await post(with_proof)).status_code == 422


async def test_of_two_requests_at_once_the_later_tree_is_not_rolled_back(witness):
    async with witness() as post:
        assert good(await post(asked(0, 7)), 7)
        answers = await asyncio.gather(*(post(asked(7, size)) for size in (9, 20, 9, 30)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


def test_one_line_of_a_hub_stands_for_all_its_shards():
    keys = keys_by_origin(["# logs", "", str(HUB.anchor_key()), str(WITNESS.key)])
    assert keys["lgsp-mau/log/255"] == HUB.checkpoint_key(255)
    assert keys["witness.mau.example/w1"] == WITNESS.key
    with pytest.raises(Malformed):
        keys_by_origin(["lgsp-mau/log"])
