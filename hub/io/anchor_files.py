"""Where anchors, their time stamps and the renewals of those stand in the object store.

    log/anchors/<number>         the signed anchor and the checkpoints, cosigned; written once
    log/anchors/<number>.stamp   the time stamp over the anchor's text, in DER
    log/renewals/<number>        a newer time stamp over many anchors with their older stamps

Numbers are written as in `tlog-tiles`: `x001/x234/067`.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec
from lgsp_verify.log import Checkpoint, LogError, Note, leaf_hash, parse_checkpoint, parse_note
from lgsp_verify.log.b64 import b64
from lgsp_verify.log.merkle import HASH_BYTES, inclusion_spans, root_of
from lgsp_verify.log.tiles import number_path

from hub.io.log_files import FOLDER
from hub.io.object_bytes import ObjectBytes
from hub.ports import Refusing


class _AnchorFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    anchor: str
    checkpoints: dict[int, str]


class _RenewalFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    number: int
    name: str
    anchors: list[int]
    previous: list[int | None]
    token: str
    """Base64. The leaf hashes follow behind the line, one for each anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFile:
    """An anchor and the checkpoints that it names, with the cosignatures of witnesses."""

    note: Note
    checkpoints: Mapping[int, Checkpoint]

    def encode(self) -> str:
        """Return the file."""
        notes = {shard: str(one.note) for shard, one in self.checkpoints.items()}
        told = _AnchorFile(v=1, anchor=str(self.note), checkpoints=notes)
        return msgspec.json.encode(told).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A time stamp over many older ones: while it is good, they were good when it was made."""

    number: int
    name: str
    """Of the log's key: whose anchors these are."""
    anchors: tuple[int, ...]
    previous: tuple[int | None, ...]
    """Of each anchor: the renewal before this one, that covers its first stamp."""
    leaves: tuple[bytes, ...]
    token: bytes

    @property
    def root(self) -> bytes:
        """Return the Merkle root over the leaf hashes."""
        return root_of(self.leaves)

    def text(self) -> str:
        """Return the text that the token is over."""
        return renewal_text(self.number, self.name, self.leaves)

    def proof(self, anchor: int) -> tuple[int, list[bytes]]:
        """Return an anchor's index among the leaves, and its inclusion proof."""
        index, count = self.anchors.index(anchor), len(self.leaves)
        spans = inclusion_spans(index, count)
        return index, [root_of(self.leaves[first:end]) for first, end in spans]


def renewal_text(number: int, name: str, leaves: tuple[bytes, ...]) -> str:
    """Return the text that a renewal's token is over."""
    root = b64(root_of(leaves))
    return f"lgsp-renewal/v1\n{name}\nnumber {number}\nleaves {len(leaves)} {root}\n"


def renewal_leaf(text: str, tokens: list[bytes]) -> bytes:
    """Return the leaf hash of an anchor in a renewal: over its text and every stamp so far."""
    digests = [sha256(text.encode()).digest(), *(sha256(token).digest() for token in tokens)]
    return leaf_hash(b"".join(digests))


class AnchorFiles:
    """The files of anchors."""

    def __init__(self, store: ObjectBytes) -> None:
        self._store = store

    async def anchor(self, number: int) -> AnchorFile | None:
        """Return an anchor; None where there is none.

        Raises:
            Refusing: its file is damaged.
            Unavailable: the store does not answer.
        """
        data = await self._store.fetch(_anchor_path(number))
        return None if data is None else decode_anchor(number, data)

    async def numbers(self) -> tuple[list[int], list[int]]:
        """Return the numbers of all anchors and of all renewals that are stored.

        Raises:
            Unavailable: the store does not answer.
        """
        return await self._listed("anchors"), await self._listed("renewals")

    async def write_anchor(self, number: int, content: str) -> None:
        """Write an anchor's file; return once durable.

        Raises:
            Unavailable: the store does not answer.
        """
        await self._store.write_all({_anchor_path(number): content.encode()})

    async def stamp(self, number: int) -> bytes | None:
        """Return an anchor's first time stamp.

        Raises:
            Unavailable: the store does not answer.
        """
        return await self._store.fetch(f"{_anchor_path(number)}.stamp")

    async def write_stamp(self, number: int, token: bytes) -> None:
        """Write an anchor's first time stamp; return once durable.

        Raises:
            Unavailable: the store does not answer.
        """
        await self._store.write_all({f"{_anchor_path(number)}.stamp": token})

    async def renewal(self, number: int) -> Renewal | None:
        """Return a renewal.

        Raises:
            Refusing: its file is damaged.
            Unavailable: the store does not answer.
        """
        data = await self._store.fetch(_renewal_path(number))
        return None if data is None else _decode_renewal(number, data)

    async def renewals(self, anchor: int, newest: int | None) -> list[Renewal]:
        """Return the renewals of an anchor from the first one to `newest`.

        Raises:
            Refusing: a file is missing or damaged.
            Unavailable: the store does not answer.
        """
        found: list[Renewal] = []
        number = newest
        while number is not None:
            one = await self.renewal(number)
            if one is None or anchor not in one.anchors:
                raise Refusing(f"the file of renewal {number} is missing or damaged: restore it")
            found.append(one)
            number = one.previous[one.anchors.index(anchor)]
        return found[::-1]

    async def write_renewal(self, renewal: Renewal) -> None:
        """Write a renewal; return once durable.

        Raises:
            Unavailable: the store does not answer.
        """
        told = _RenewalFile(
            v=1,
            number=renewal.number,
            name=renewal.name,
            anchors=list(renewal.anchors),
            previous=list(renewal.previous),
            token=base64.b64encode(renewal.token).decode(),
        )
        data = msgspec.json.encode(told) + b"\n" + b"".join(renewal.leaves)
        await self._store.write_all({_renewal_path(renewal.number): data})

    async def _listed(self, kind: str) -> list[int]:
        folder = f"{FOLDER}/{kind}/"
        names = [path.removeprefix(folder) async for path, _ in self._store.list(folder)]
        # Stamps stand beside the anchors, and what a crash left half written has another name.
        whole = [name for name in names if _NUMBER.fullmatch(name)]
        return sorted(int(name.replace("x", "").replace("/", "")) for name in whole)


_NUMBER: Final = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}", re.ASCII)


def decode_anchor(number: int, data: bytes) -> AnchorFile:
    """Return the anchor that a file holds.

    Raises:
        Refusing: it is damaged.
    """
    try:
        told = msgspec.json.decode(data, type=_AnchorFile)
        notes = {shard: parse_checkpoint(text.encode()) for shard, text in told.checkpoints.items()}
        return AnchorFile(note=parse_note(told.anchor.encode()), checkpoints=notes)
    except (msgspec.MsgspecError, UnicodeError, LogError) as error:
        raise Refusing(f"the file of anchor {number} is damaged: restore it") from error


def _decode_renewal(number: int, data: bytes) -> Renewal:
    line, _, raw = data.partition(b"\n")
    try:
        told = msgspec.json.decode(line, type=_RenewalFile)
        token = base64.b64decode(told.token, validate=True)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Refusing(f"the file of renewal {number} is damaged: restore it") from error
    if not len(raw) == len(told.anchors) * HASH_BYTES == len(told.previous) * HASH_BYTES:
        raise Refusing(f"the file of renewal {number} is damaged: restore it")
    leaves = tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))
    return Renewal(
        number=told.number,
        name=told.name,
        anchors=tuple(told.anchors),
        previous=tuple(told.previous),
        leaves=leaves,
        token=token,
    )


def _anchor_path(number: int) -> str:
    return f"{FOLDER}/anchors/{number_path(number)}"


def _renewal_path(number: int) -> str:
    return f"{FOLDER}/renewals/{number_path(number)}"
