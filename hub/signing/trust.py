"""Whom the hub trusts: one versioned file of authorities, under version control.

`trust.toml` names each authority, what its certificates may be used for, from when until when, and
the PEM files with its root and its intermediates. Pure: the caller reads the files.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum, unique
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

MANIFEST: Final = "trust.toml"
"""The name of the file."""
MAX_FILE_BYTES: Final = 256 * 1024
"""Of one PEM file: a certificate takes some 2 kB, and an authority has a few."""

_NAME: Final = re.compile(r"[a-z0-9-]{1,63}")
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.pem")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_KEYS: Final = frozenset({"version", "test", "authority"})
_NEEDED: Final = frozenset({"name", "usage", "from", "until", "root"})
_OPTIONAL: Final = frozenset({"intermediates", "hosts", "title"})


class TrustUnusable(ValueError):
    """The trust file says something that cannot be meant. The text says where and what."""


@unique
class Usage(StrEnum):
    """What an authority's certificates count for."""

    SYSTEMS = "systems"
    """Keys of systems, and seals of organisations that sign messages."""
    DOCUMENTS = "documents"
    """Signatures in documents."""
    TIMESTAMPS = "timestamps"
    """Time stamps of RFC 3161."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAuthority:
    """One authority, and how far the hub trusts it."""

    name: str
    title: str
    """For people."""
    usage: frozenset[Usage]
    since: datetime
    until: datetime
    root: bytes
    """DER."""
    intermediates: tuple[bytes, ...] = ()
    """DER: those that senders leave out of their chains."""
    hosts: frozenset[str] = frozenset()
    """`host` or `host:port` of its CRLs and OCSP responders: the hub asks nowhere else."""

    def counts(self, usage: Usage, at: datetime) -> bool:
        """Say whether it is trusted for `usage` at a moment."""
        return usage in self.usage and self.since <= at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """All authorities of one version of the file. Empty: no certificate counts (invariant 5)."""

    version: str
    test: bool = False
    """Authorities of samples: what they certify proves nothing."""
    authorities: tuple[TrustedAuthority, ...] = ()

    def at(self, usage: Usage, at: datetime) -> tuple[TrustedAuthority, ...]:
        """Return the authorities that count for `usage` at a moment."""
        return tuple(one for one in self.authorities if one.counts(usage, at))


NOBODY: Final = Trust(version="none")
"""Without a trust file."""


def read_trust(manifest: bytes, file: Callable[[str], bytes], *, allow_test: bool = False) -> Trust:
    """Return what a trust file says. `file` gives the content of a PEM file beside it.

    Raises:
        TrustUnusable: anything that is not as this module says; a root of samples where
            `allow_test` is not set.
    """
    told = _document(manifest)
    test = told.get("test", False)
    if not isinstance(test, bool):
        raise TrustUnusable("test: true or false")
    if test and not allow_test:
        # A certificate of a sample root is anybody's: its key stands in the source code.
        raise TrustUnusable(
            "these are roots for tests; they count only where test roots are let in"
        )
    entries = told.get("authority", [])
    if not isinstance(entries, list):
        raise TrustUnusable("authority: a list of tables, [[authority]]")
    found = tuple(_authority(entry, file) for entry in entries)
    _expect_one_each(found)
    return Trust(version=_text(told, "version", "the file"), test=test, authorities=found)


def _document(manifest: bytes) -> dict[str, Any]:
    try:
        told = tomllib.loads(manifest.decode())
    except (ValueError, RecursionError) as error:
        raise TrustUnusable(f"{MANIFEST} is not TOML in UTF-8") from error
    if told.keys() - _KEYS:
        raise TrustUnusable(f"{MANIFEST} has version, test and authority, and nothing else")
    return told


def _expect_one_each(found: tuple[TrustedAuthority, ...]) -> None:
    if len({one.name for one in found}) != len(found):
        raise TrustUnusable("two authorities have one name")
    for usage in Usage:
        roots = [one.root for one in found if usage in one.usage]
        if len(set(roots)) != len(roots):
            raise TrustUnusable(f"one root stands twice for {usage}: its times would contradict")


def _authority(entry: Any, file: Callable[[str], bytes]) -> TrustedAuthority:
    if not isinstance(entry, dict) or not _NEEDED <= entry.keys() <= _NEEDED | _OPTIONAL:
        names = ", ".join(sorted(_NEEDED))
        raise TrustUnusable(f"an authority has {names}, perhaps {', '.join(sorted(_OPTIONAL))}")
    name = _text(entry, "name", "an authority")
    if not _NAME.fullmatch(name):
        raise TrustUnusable("the name of an authority: lower-case letters, digits and hyphens")
    [root] = _certificates(entry["root"], file, name, one=True)
    since, until = _moment(entry, "from", name), _moment(entry, "until", name)
    if until <= since:
        raise TrustUnusable(f"{name}: until is not after from")
    return TrustedAuthority(
        name=name,
        title=str(entry.get("title", name)),
        usage=_usage(entry["usage"], name),
        since=since,
        until=until,
        root=root,
        intermediates=tuple(
            one
            for path in _list(entry, "intermediates", name)
            for one in _certificates(path, file, name, one=False)
        ),
        hosts=_hosts(_list(entry, "hosts", name), name),
    )


def _usage(told: Any, name: str) -> frozenset[Usage]:
    try:
        found = frozenset(Usage(one) for one in told)
    except (TypeError, ValueError):
        found = frozenset()
    if not found:
        raise TrustUnusable(f"{name}: usage is a list of {', '.join(Usage)}")
    return found


def _hosts(told: list[str], name: str) -> frozenset[str]:
    if not all(_HOST.fullmatch(one) for one in told):
        raise TrustUnusable(f"{name}: a host is a name in lower case, perhaps with :port")
    return frozenset(told)


def _certificates(
    path: Any, file: Callable[[str], bytes], name: str, *, one: bool
) -> tuple[bytes, ...]:
    if not isinstance(path, str) or not _FILE.fullmatch(path):
        raise TrustUnusable(f"{name}: a file beside {MANIFEST} that ends in .pem")
    try:
        content = file(path)
        found = x509.load_pem_x509_certificates(content[: MAX_FILE_BYTES + 1])
    except (OSError, ValueError) as error:
        raise TrustUnusable(f"{name}: {path} cannot be read, or holds no certificate") from error
    if len(content) > MAX_FILE_BYTES or (one and len(found) != 1):
        raise TrustUnusable(f"{name}: {path} is too large, or holds more than one root")
    return tuple(each.public_bytes(Encoding.DER) for each in found)


def _moment(entry: Mapping[str, Any], key: str, name: str) -> datetime:
    told = entry[key]
    if isinstance(told, datetime):
        return told if told.tzinfo is not None else told.replace(tzinfo=UTC)
    if isinstance(told, date):
        return datetime(told.year, told.month, told.day, tzinfo=UTC)
    raise TrustUnusable(f"{name}: {key} is a day such as 2026-01-31")


def _list(entry: Mapping[str, Any], key: str, name: str) -> list[str]:
    told = entry.get(key, [])
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise TrustUnusable(f"{name}: {key} is a list of texts")
    return told


def _text(told: Mapping[str, Any], key: str, where: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value:
        raise TrustUnusable(f"{where}: {key} is a text")
    return value
