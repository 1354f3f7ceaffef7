"""Receipts: what the recipients state themselves, signed by their own keys."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from lgsp_message.jws import decode, verify
from lgsp_message.keys import unb64url
from lgsp_message.reason import Refused

from lgsp_verify.bundle.index import ReceiptFiles
from lgsp_verify.checks.case import RECIPIENTS_WORDS, Case, Leaf
from lgsp_verify.checks.message import read_key, received_of
from lgsp_verify.checks.registered import key_finding
from lgsp_verify.findings import Check, Finding, Result

_RECEIPT: Final = "vn.hub.receipt.v1"


class Item(msgspec.Struct, frozen=True):
    """What a receipt says of one message."""

    source: str
    id: str
    token: str
    reason: str | None = None


class Body(msgspec.Struct, frozen=True):
    """The body of a receipt."""

    stage: str
    messages: list[Item]


_bodies: Final = msgspec.json.Decoder(Body)


def check_receipts(case: Case) -> Iterator[Result]:
    """Say of each receipt whether its recipient signed it and says what the log says."""
    stated = {leaf.number: leaf for leaf in case.leaves if _by_receipt(leaf)}
    if not stated:
        yield Result(check=Check.RECEIPTS, finding=Finding.RECEIPTS_NONE)
        return
    receipts = case.index.receipts
    faults = [fault for receipt in receipts for fault in _check(case, receipt, stated)]
    yield from faults
    told = {number for receipt in receipts for number in receipt.leaves}
    for number in sorted(stated.keys() - told):
        place = stated[number].place
        yield Result(check=Check.RECEIPTS, finding=Finding.RECEIPT_NOT_KEPT, place=place)
    if receipts and not faults:
        count = f"{len(receipts)}"
        yield Result(check=Check.RECEIPTS, finding=Finding.RECEIPTS_SIGNED, place=count)
        yield Result(check=Check.TOKENS, finding=Finding.TOKENS_FIT)


def _by_receipt(leaf: Leaf) -> bool:
    # `delivered` is also a connector's word: then no receipt is named.
    return leaf.event.event in RECIPIENTS_WORDS and leaf.event.text("receipt") is not None


def _check(case: Case, receipt: ReceiptFiles, stated: Mapping[int, Leaf]) -> Iterator[Result]:
    """Yield what is wrong with one receipt."""
    place = receipt.signature or receipt.id
    leaves = [stated[number] for number in receipt.leaves if number in stated]
    body = _proven(case, receipt)
    if body is None or not leaves or len(leaves) != len(receipt.leaves):
        yield Result(check=Check.RECEIPTS, finding=Finding.RECEIPT_BROKEN, place=place)
        return
    for leaf in leaves:
        finding, where = key_finding(case, receipt, leaf.event)
        if finding is not Finding.KEY_REGISTERED:
            yield Result(check=Check.RECEIPTS, finding=finding, place=where)
        item = _item(case, receipt, body, leaf)
        if item is None:
            yield Result(check=Check.RECEIPTS, finding=Finding.RECEIPT_BROKEN, place=leaf.place)
        elif not _token_fits(case, item, leaf):
            yield Result(check=Check.TOKENS, finding=Finding.TOKEN_DIFFERS, place=place)


def _proven(case: Case, receipt: ReceiptFiles) -> Body | None:
    """Return what the recipient signed; None: it did not."""
    body = case.files.get(receipt.body or "")
    received = received_of(receipt, case.files, body)
    if received is None:
        return None
    try:
        key = read_key(case.files.get(receipt.key or "", b""))
        proven = verify(decode(received, case.index.hub), key)
        told = _bodies.decode(proven.body)
    except (Refused, ValueError, RecursionError):
        return None
    own = (proven.attributes.source, proven.attributes.id, proven.attributes.type)
    return told if own == (receipt.source, receipt.id, _RECEIPT) else None


def _item(case: Case, receipt: ReceiptFiles, body: Body, leaf: Leaf) -> Item | None:
    """Return the item that the leaf comes from; None: the receipt does not say that."""
    event = leaf.event
    by = (receipt.source, receipt.id, body.stage)
    if by != (event.recipient, event.text("receipt"), event.event):
        return None
    wanted = (f"urn:hub:system:{case.index.source}", case.index.id, event.reason)
    return next(
        (item for item in body.messages if (item.source, item.id, item.reason) == wanted), None
    )


def _token_fits(case: Case, item: Item, leaf: Leaf) -> bool:
    """Say whether the token names this log and this body. Its MAC only the hub can check."""
    try:
        _, partition, body_hash, _ = item.token.split(".")
        return (partition, unb64url(body_hash).hex()) == (
            str(case.index.shard),
            leaf.event.body_sha256,
        )
    except ValueError:
        return False
