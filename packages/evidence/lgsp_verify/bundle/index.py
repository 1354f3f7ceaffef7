"""`index.json`: what each file of a bundle is. Version 1; `docs/evidence.md` describes it.

A reader refuses a higher version and passes over members that it does not know: members may be
added, never given another meaning.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

INDEX_FILE: Final = "index.json"
FORMAT: Final = "lgsp-evidence"
VERSION: Final = 1
MAX_EVENTS: Final = 10_000
"""Most events of one message: some 3,300 recipients, three words of each."""


class IndexBroken(ValueError):
    """The index cannot be read: another format, a newer version, or missing members."""


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one statement that a bundle was asked to prove."""

    stage: str
    """`admitted`, `delivered`, `acknowledged`, `processed` or `rejected`."""
    recipient: str | None = None
    """None: for `admitted`, which is about the message."""
    not_by: datetime | None = None
    """Set: that the stage was not reached by this moment."""


class MessageFiles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as it was handed in: the one that the bundle is about, or a receipt."""

    source: str
    id: str
    signature: str | None = None
    """File with the `hub-signature`; None: the record is no longer kept."""
    body: str | None = None
    attributes: str | None = None
    """File with the copies of the attributes outside the signature, a JSON object."""
    key: str | None = None
    """File with the value of `key/<system>/<thumbprint>` in the rules of the decision."""
    rules_version: int | None = None
    """The rules under which it was decided."""


class EventFiles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One audit event: a leaf of the log."""

    leaf: int
    proof: str
    """File with its inclusion proof, a `tlog-proof`."""
    entry: str | None = None
    """File with the leaf's exact bytes; None: it names others, and only its hash is shown."""
    hash: str | None = None
    """The leaf's hash, hex, where its bytes are not shown."""
    value: str | None = None
    """File with the event, where the leaf holds its hash only."""


class ReceiptFiles(MessageFiles, frozen=True, kw_only=True, omit_defaults=True):
    """A receipt: the recipient's own signed message, and the leaves of what it effected."""

    leaves: tuple[int, ...] = ()


class CertificateFiles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The certificate of a system's key, and what its authority said of it at the time."""

    system: str
    thumbprint: str
    chain: str
    """File with the certificate and those above it, PEM."""
    crls: tuple[str, ...] = ()
    ocsps: tuple[str, ...] = ()
    """Files with answers, DER."""


class StampFiles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time stamp over the note that names every shard's checkpoint."""

    note: str
    token: str
    consistency: str | None = None
    """File that proves that the bundle's checkpoint continues the stamped one, or the reverse."""


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the files are."""

    hub: str
    source: str
    id: str
    made_at: datetime
    shard: int
    """The audit partition of the message: the log that its leaves stand in."""
    checkpoint: str
    """File with the checkpoint that every proof of this bundle leads to, with its cosignatures."""
    events: tuple[EventFiles, ...]
    format: str = FORMAT
    version: int = VERSION
    message: MessageFiles | None = None
    """None: of this message only the events are left."""
    schema: str | None = None
    """File with the schema's value in the rules: what the body was held against."""
    rules: str | None = None
    """File with the change sets that lead to the hash of each decision."""
    receipts: tuple[ReceiptFiles, ...] = ()
    certificates: tuple[CertificateFiles, ...] = ()
    stamp: StampFiles | None = None
    absence: str | None = None
    """File with the hub's statement that no other event of this message was logged."""
    consistency: tuple[str, ...] = ()
    """Files that prove that the checkpoint continues earlier ones, which somebody has kept."""
    claim: Claim | None = None


_indexes: Final = msgspec.json.Decoder(Index)


def encode_index(index: Index) -> bytes:
    """Return the file: JSON, indented, members in the order above."""
    # `format` and `version` are told although they are defaults: a reader looks at them first.
    told = {"format": index.format, "version": index.version} | msgspec.to_builtins(index)
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def read_index(data: bytes) -> Index:
    """Return what the file says.

    Raises:
        IndexBroken.
    """
    try:
        index = _indexes.decode(data)
    except (ValueError, RecursionError) as error:
        raise IndexBroken("not an index of a bundle") from error
    if index.format != FORMAT or index.version != VERSION:
        raise IndexBroken(f"this program reads {FORMAT} version {VERSION}")
    if len(index.events) > MAX_EVENTS:
        raise IndexBroken(f"more than {MAX_EVENTS} events")
    return index


def files_of(index: Index) -> set[str]:
    """Return the name of every file that the index speaks of."""
    found: set[str] = set()
    _collect(msgspec.to_builtins(index), found)
    return found


_FILES: Final = frozenset(
    {
        *("checkpoint", "schema", "rules", "absence", "consistency"),
        *("signature", "body", "attributes", "key", "entry", "proof", "value"),
        *("chain", "crls", "ocsps", "note", "token"),
    }
)
"""Members whose values are names of files, wherever they stand."""


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, list | tuple):
        for one in value:
            _collect(one, found)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in _FILES:
                found.update([one] if isinstance(one, str) else one)
            else:
                _collect(one, found)
