"""The Merkle tree of a log: hashes, which parts of the tree a proof holds, and what a proof shows.

RFC 9162, section 2.1 (the same tree as RFC 6962). Hashes are SHA-256.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import sha256
from typing import Final

from lgsp_verify.log.errors import NotProven

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Span = tuple[int, int]
"""The leaves [first, end)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees (RFC 9162, 2.1.1)."""
    # Another first byte than a leaf's: no entry passes for two subtrees (second preimages).
    return sha256(b"\x01" + left + right).digest()


def root_of_parts(parts: Sequence[bytes]) -> bytes:
    """Return the root over whole subtrees that get smaller from left to right."""
    return reduce(lambda right, left: node_hash(left, right), reversed(parts))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: the roots of its whole subtrees, the largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self._peaks = size, list(peaks)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash; return the root of each subtree that it completed, smallest first."""
        self.size += 1
        made, rest = [leaf], self.size
        while not rest & 1:
            made.append(node_hash(self._peaks.pop(), made[-1]))
            rest >>= 1
        self._peaks.append(made[-1])
        return made

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return root_of_parts(self._peaks) if self._peaks else EMPTY_ROOT


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the spans whose roots prove leaf `index` in a tree of `size`, the leaf's side first.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    first, end, spans = 0, size, []
    while end - first > 1:
        middle = _middle(first, end)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return the spans whose roots prove that the tree of `new` leaves continues that of `old`.

    Raises:
        ValueError: the old tree is larger, or empty: nothing would be proven.
    """
    if not 0 < old <= new:
        raise ValueError("a proof leads from a tree with leaves to one that is as large or larger")
    first, end, spans = 0, new, []
    while end != old:
        middle = _middle(first, end)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    # The old root itself is known to who verifies, and is not repeated (2.1.4.1).
    return ([(first, end)] if first else []) + spans[::-1]


def _middle(first: int, end: int) -> int:
    """Return where RFC 9162 splits: after the largest power of two that is less than all."""
    return first + (1 << ((end - first - 1).bit_length() - 1))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Return if `path` proves the leaf hash at `index` in the tree (RFC 9162, 2.1.3.2).

    Raises:
        NotProven.
    """
    if not 0 <= index < size:
        raise NotProven("the leaf lies outside the tree")
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise NotProven("the inclusion proof is too long")
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _up_to_odd(at, last)
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last or found != root:
        raise NotProven("the inclusion proof does not lead to the root")


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return if `path` proves that the new tree continues the old one (RFC 9162, 2.1.4.2).

    From an empty tree, and between trees of one size, the path is empty.

    Raises:
        NotProven.
    """
    if not 0 <= old <= new:
        raise NotProven("the older tree is larger")
    if old in {0, new}:
        _verify_trivial(old, new, path, old_root, new_root)
        return
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        raise NotProven("the consistency proof is empty")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise NotProven("the consistency proof is too long")
        if at & 1 or at == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            at, last = _up_to_odd(at, last)
        else:
            found_new = node_hash(found_new, step)
        at, last = at >> 1, last >> 1
    if last or found_old != old_root or found_new != new_root:
        raise NotProven("the newer tree does not continue the older one")


def _verify_trivial(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    if path:
        raise NotProven("the consistency proof is too long")
    if old == 0 and old_root != EMPTY_ROOT:
        raise NotProven("the older tree has no leaves and yet another root")
    if old == new and old_root != new_root:
        raise NotProven("two trees of one size have different roots")


def _up_to_odd(at: int, last: int) -> Span:
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
