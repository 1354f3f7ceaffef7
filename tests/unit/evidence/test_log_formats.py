"""Paths, bundles, notes, checkpoints, entries: read back as written, and nothing else is read."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from lgsp_verify.log import (
    InclusionProof,
    Kind,
    LogKey,
    Malformed,
    Note,
    NotProven,
    Signer,
    TileId,
    TreeHead,
    VerifierKey,
    WitnessRequest,
    encode_entry,
    entry_offset,
    is_by_hash,
    leaf_hash,
    origin,
    parse_checkpoint,
    parse_entry,
    parse_note,
    parse_path,
    parse_proof,
    parse_signatures,
    parse_verifier_key,
    parse_witness_request,
    part_of,
    root_of,
    split_entries,
    verify_note,
)
from lgsp_verify.log.tiles import join_entries, split_hashes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
LOG = Signer(VerifierKey("trục-mẫu/log/7", Kind.NOTE, PUBLIC), KEY.sign)
WITNESS = Signer(VerifierKey("witness.example/w1", Kind.COSIGNATURE, PUBLIC), KEY.sign)
HEAD = TreeHead("trục-mẫu/log/7", 2, root_of([leaf_hash(b"a"), leaf_hash(b"b")]))
CHECKPOINT = HEAD.signed(LOG)
PROOF = InclusionProof(0, (leaf_hash(b"b"),), CHECKPOINT, b"more")
REQUEST = WitnessRequest(1, (leaf_hash(b"b"),), CHECKPOINT)

# The example of Go's sumdb note package, which the format comes from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
).encode()


def test_a_note_of_another_implementation_verifies():
    key = parse_verifier_key(GO_KEY)
    assert str(key) == GO_KEY
    assert [one.key for one in verify_note(parse_note(GO_NOTE), [key])] == [key]
    with pytest.raises(NotProven):
        verify_note(parse_note(GO_NOTE.replace(b"answer", b"Answer")), [key])


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(None, 1_234_067), "tile/entries/x001/x234/067"),
        (TileId(3, 999, 255), "tile/3/999.p/255"),
        (TileId(1, 1_000, 1), "tile/1/x001/000.p/1"),
    ],
)
def test_a_path_has_one_spelling(tile, path):
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/00/001",
        "tile/8/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001\n",
        "tile/0/../001",
        "tile/0/٠٠١",
        "tile/entries/001.p/",
        "",
    ],
)
def test_another_spelling_of_a_path_is_not_read(path):
    with pytest.raises(Malformed):
        parse_path(path)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256), st.data())
def test_bundles_are_read_back_and_cut(entries, data):
    bundle = join_entries(entries)
    assert split_entries(bundle) == entries
    width = data.draw(st.integers(1, len(entries)))
    assert part_of(TileId(None, 0, width), bundle) == join_entries(entries[:width])
    with pytest.raises(Malformed):
        split_entries(bundle[:-1] if entries[-1] else bundle[:-2] + b"\0")


def test_a_bundle_or_tile_of_another_width_is_not_read():
    for data in (b"", b"\0", join_entries([b""] * 256) + b"\0\0"):
        with pytest.raises(Malformed):
            split_entries(data)
    for data in (b"", bytes(31), bytes(257 * 32)):
        with pytest.raises(Malformed):
            split_hashes(data)
    with pytest.raises(Malformed):
        part_of(TileId(0, 0, 2), bytes(32))


def test_checkpoints_proofs_and_requests_are_read_back():
    assert parse_checkpoint(CHECKPOINT.note.encode()) == CHECKPOINT
    assert parse_proof(str(PROOF).encode()) == PROOF
    assert parse_witness_request(REQUEST.encode()) == REQUEST
    assert PROOF.verify(leaf_hash(b"a"), LOG.key) == HEAD


def test_a_proof_of_another_leaf_or_log_proves_nothing():
    other = VerifierKey("trục-mẫu/log/8", Kind.NOTE, PUBLIC)
    for leaf, key in [(leaf_hash(b"b"), LOG.key), (leaf_hash(b"a"), other)]:
        with pytest.raises(NotProven):
            PROOF.verify(leaf, key)


def test_an_unsigned_checkpoint_proves_nothing():
    forged = Note(CHECKPOINT.note.text, (WITNESS.cosignature(CHECKPOINT.note.text, 1),))
    with pytest.raises(NotProven):
        verify_note(forged, [LOG.key])


def test_a_cosignature_says_when_and_vouches_for_the_text():
    text = CHECKPOINT.note.text
    both = CHECKPOINT.note.signed_also([WITNESS.cosignature(text, 1_679_315_147)])
    found = verify_note(parse_note(both.encode()), [LOG.key, WITNESS.key])
    assert [one.seconds for one in found] == [None, 1_679_315_147]
    moved = Note(text.replace("\n2\n", "\n3\n"), both.signatures[1:])
    with pytest.raises(NotProven):
        verify_note(moved, [WITNESS.key])


def test_the_same_key_signs_under_one_id_for_each_name_and_kind():
    log = LogKey(hub="lgsp-mau", public=PUBLIC)
    keys = [log.checkpoint_key(7), log.checkpoint_key(8), log.anchor_key(), WITNESS.key]
    assert len({key.key_id for key in keys}) == 4
    assert log.checkpoint_key(7).name == origin("lgsp-mau", 7)


@settings(max_examples=300)
@given(st.data())
def test_whatever_the_bytes_a_parser_ends_in_one_error(data):
    parse, good = data.draw(
        st.sampled_from(
            [
                (parse_note, GO_NOTE),
                (parse_checkpoint, CHECKPOINT.note.encode()),
                (parse_proof, str(PROOF).encode()),
                (parse_witness_request, REQUEST.encode()),
                (lambda raw: parse_verifier_key(raw.decode(errors="replace")), GO_KEY.encode()),
                (lambda raw: parse_signatures(raw.decode(errors="replace")), GO_NOTE[-120:]),
                (parse_entry, encode_entry(5, 6, b"{}")),
                (entry_offset, encode_entry(5, 6, b"{}")),
            ]
        )
    )
    at = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(at, len(good)))
    mutated = good[:at] + data.draw(st.binary(max_size=8)) + good[end:]
    try:
        parse(mutated)
    except Malformed:
        return
    assert mutated  # What was read was not nothing.


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n2\n", "\n02\n"),
        lambda text: text.replace("\n2\n", f"\n{2**63}\n"),
        lambda text: text.replace("\n2\n", "\n\n"),
        lambda text: text.replace("\n2\n", "\n٢\n"),
        lambda text: text.replace("— ", "- "),
        lambda text: text + "x",
        lambda text: text.replace("\n2\n", "\n2\r\n"),
        lambda text: text + "— a b\n",
        lambda text: text + text.rpartition("\n\n")[2] * 64,
    ],
)
def test_a_checkpoint_has_one_spelling(change):
    with pytest.raises(Malformed):
        parse_checkpoint(change(str(CHECKPOINT.note)).encode())


def test_base64_with_stray_bits_is_not_read():
    good = base64.b64encode(HEAD.root).decode()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".index(good[-2])
    stray = f"{good[:-2]}{chr(ord(good[-2]) + 1)}="
    assert last % 4 == 0
    assert base64.b64decode(stray) == HEAD.root
    with pytest.raises(Malformed):
        parse_checkpoint(str(CHECKPOINT.note).replace(good, stray).encode())


def test_an_entry_holds_the_record_and_where_it_stood():
    entry = encode_entry(17, 1_700_000_000_123, b'{"event":"admitted"}\n')
    read = parse_entry(entry)
    assert (read.offset, read.at_ms, read.value) == (
        17,
        1_700_000_000_123,
        b'{"event":"admitted"}\n',
    )
    assert entry_offset(entry[:40]) == 17


def test_a_record_of_any_length_can_be_logged():
    for length in (0, 65_490, 65_520, 65_535, 2 * 1024 * 1024):
        value = b"x" * length
        entry = encode_entry(9, 8, value)
        read = parse_entry(entry)
        assert len(entry) <= 65_535
        assert is_by_hash(entry) == (read.value is None) == (length > 65_500)
        assert (read.length, read.with_value(value).value) == (length, value)
        with pytest.raises(NotProven):
            read.with_value(value + b"x")


def test_a_record_cannot_pass_for_an_entry_by_hash():
    short, long = encode_entry(9, 8, b"x"), encode_entry(9, 8, b"x" * 70_000)
    assert parse_entry(encode_entry(9, 8, long)).value == long
    assert not is_by_hash(encode_entry(9, 8, long))
    assert not is_by_hash(short)
