"""The tree against RFC 6962's published vectors and against a naive reading of the RFC."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lgsp_verify.log import (
    EMPTY_ROOT,
    Appender,
    Malformed,
    NotProven,
    TileId,
    consistency_tiles,
    fetched,
    inclusion_tiles,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots of Certificate Transparency's own tests of RFC 6962.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_LEAF_0_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
# 600 leaves: two full tiles, a partial one, and a partial one of the level above.
MANY = [leaf_hash(str(number).encode()) for number in range(600)]


def naive_root(leaves):
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    parts = naive_root(leaves[:middle]) + naive_root(leaves[middle:])
    return sha256(b"\x01" + parts).digest()


def tiles_of(leaves):
    """All tiles of a log with these leaf hashes, whole and partial."""
    appender = Appender()
    entries = [str(number).encode() for number in range(len(leaves))]
    pieces = [*appender.append(entries), *appender.edge()]
    assert appender.root() == root_of(leaves)
    return {piece.tile: piece.data for piece in pieces}


def test_roots_are_those_of_the_published_vectors():
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert [root_of(hashes[:size]).hex() for size in range(1, 9)] == ROOTS
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()


def test_a_published_inclusion_proof_verifies():
    path = [bytes.fromhex(step) for step in PATH_OF_LEAF_0_IN_8]
    verify_inclusion(leaf_hash(LEAVES[0]), 0, 8, path, bytes.fromhex(ROOTS[7]))
    with pytest.raises(NotProven):
        verify_inclusion(leaf_hash(LEAVES[0]), 1, 8, path, bytes.fromhex(ROOTS[7]))


def test_every_proof_of_small_trees_verifies_and_no_other_root_does():
    for size in range(1, 20):
        tiles, root = fetched(tiles_of(MANY[:size])), naive_root(MANY[:size])
        for index in range(size):
            path = prove_inclusion(index, size, tiles)
            verify_inclusion(MANY[index], index, size, path, root)
            with pytest.raises(NotProven):
                verify_inclusion(MANY[index], index, size, path, leaf_hash(root))
        for old in range(1, size + 1):
            path = prove_consistency(old, size, tiles)
            verify_consistency(old, size, path, naive_root(MANY[:old]), root)


@settings(max_examples=30)
@given(st.integers(1, 600), st.data())
def test_proofs_from_tiles_agree_with_the_naive_tree(size, data):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    all_tiles, root = tiles_of(MANY[:size]), naive_root(MANY[:size])
    tiles = {tile: all_tiles[tile] for tile in inclusion_tiles(index, size)}
    path = prove_inclusion(index, size, fetched(tiles))
    verify_inclusion(MANY[index], index, size, path, root)
    tiles = {tile: all_tiles[tile] for tile in consistency_tiles(old, size)}
    steps = prove_consistency(old, size, fetched(tiles))
    verify_consistency(old, size, steps, naive_root(MANY[:old]), root)
    assert root_at(size, fetched(all_tiles)) == root


@settings(max_examples=60)
@given(st.integers(2, 600), st.data())
def test_a_changed_proof_proves_nothing(size, data):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    tiles, root = fetched(tiles_of(MANY[:size])), naive_root(MANY[:size])
    path = _changed(prove_inclusion(index, size, tiles), data)
    with pytest.raises(NotProven):
        verify_inclusion(MANY[index], index, size, path, root)
    steps = _changed(prove_consistency(old, size, tiles), data)
    with pytest.raises(NotProven):
        verify_consistency(old, size, steps, naive_root(MANY[:old]), root)


def _changed(path, data):
    at = data.draw(st.integers(0, len(path) - 1))
    how = data.draw(st.sampled_from(["flip", "drop", "double", "longer"]))
    if how == "flip":
        return [*path[:at], bytes([path[at][0] ^ 1]) + path[at][1:], *path[at + 1 :]]
    if how == "drop":
        return path[:at] + path[at + 1 :]
    return [*path[:at], path[at], *path[at:]] if how == "double" else [*path, b"\0" * 32]


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (0, 2), (2, 2)])
def test_what_a_trivial_consistency_proof_must_not_claim(old, new):
    with pytest.raises(NotProven):
        verify_consistency(old, new, [], naive_root(MANY[:3]), naive_root(MANY[:2]))


@settings(max_examples=20)
@given(st.integers(0, 600), st.integers(0, 600))
def test_an_appender_goes_on_from_its_right_edge_as_if_never_stopped(first, second):
    entries = [str(number).encode() for number in range(first + second)]
    once = Appender()
    whole = [*once.append(entries)]
    begun = Appender()
    before = [*begun.append(entries[:first])]
    resumed = Appender.at(first, begun.edge())
    after = [*resumed.append(entries[first:])]
    assert before + after == whole
    assert resumed.edge() == once.edge()
    assert resumed.root() == once.root() == naive_root([leaf_hash(entry) for entry in entries])


def test_an_edge_of_another_tree_is_not_gone_on_from():
    one, other = Appender(), Appender()
    assert not [*one.append([b"a", b"b"]), *other.append([b"a", b"c"])]
    mixed = [one.edge()[0], *other.edge()[1:]]
    for size, edge in [(3, one.edge()), (2, one.edge()[:1]), (2, mixed)]:
        with pytest.raises(Malformed):
            Appender.at(size, edge)


def test_a_tree_of_70000_leaves_has_the_tiles_that_the_specification_counts():
    appender = Appender()
    tiles = [piece.tile for piece in appender.append([b""] * 70_000)]
    edge = [piece.tile for piece in appender.edge()]
    assert sum(tile.level == 0 for tile in tiles) == 273
    assert [tile for tile in tiles if tile.level == 1] == [TileId(1, 0)]
    assert edge == [TileId(None, 273, 112), TileId(0, 273, 112), TileId(1, 1, 17), TileId(2, 0, 1)]
