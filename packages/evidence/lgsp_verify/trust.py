"""Whom a verifier trusts: one folder with `trust.toml` and the certificates it names.

    version = "2026-11"

    [[log]]                 # keys with which a hub signs about its transparency log
    key = "lgsp-mau/log+5a6b7c8d+AQ…"
    from = 2026-01-01       # both may be left out
    until = 2030-01-01

    [[witness]]             # keys of agencies that watch the log
    key = "witness.example+0a1b2c3d+BA…"

    [[authority]]           # certificates at whose end a chain may stop
    name = "sample-ca"
    root = "sample-ca.pem"
    intermediates = ["sample-issuing.pem"]
    usage = ["systems", "containers", "timestamps"]

It is the hub's own trust file with two tables more. Nothing is trusted by default: an empty folder
trusts nobody.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lgsp_verify.log import Kind, LogError, LogKey, VerifierKey, parse_verifier_key

TRUST_FILE: Final = "trust.toml"
_LOG_SUFFIX: Final = "/log"
_MAX_BYTES: Final = 1_000_000
"""Of one file: a list of all the authorities of a country is smaller."""


class TrustBroken(ValueError):
    """The trust roots cannot be used. The text says which line or file, and what to write there."""


@unique
class Usage(StrEnum):
    """What a chain that ends at an authority proves."""

    SYSTEMS = "systems"
    """A sender's or a recipient's key."""
    CONTAINERS = "containers"
    """A hub's seal on a bundle."""
    TIMESTAMPS = "timestamps"
    DOCUMENTS = "documents"
    """Signatures inside documents; no bundle is judged by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When something may be relied on; None: without that limit."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether `at` lies in it."""
        early = self.since is not None and at < self.since
        late = self.until is not None and at >= self.until
        return not (early or late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate at whose end a chain may stop."""

    name: str
    certificate: bytes
    """DER."""
    intermediates: tuple[bytes, ...] = ()
    """DER: those that signers leave out of their chains."""
    usages: frozenset[Usage]
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The roots, as one version of the file says."""

    version: str = "none"
    test: bool = False
    """Of samples: anybody has their keys, so what they certify proves nothing."""
    logs: tuple[tuple[LogKey, Period], ...] = ()
    witnesses: tuple[tuple[VerifierKey, Period], ...] = ()
    authorities: tuple[Authority, ...] = ()

    def log_keys(self, hub: str, at: datetime) -> list[LogKey]:
        """Return the keys with which `hub` may have signed at `at`."""
        return [key for key, period in self.logs if key.hub == hub and period.holds(at)]

    def counting(self, usage: Usage, at: datetime) -> list[Authority]:
        """Return the authorities for `usage` at `at`."""
        return [one for one in self.authorities if usage in one.usages and one.period.holds(at)]


def load_trust(folder: Path) -> Trust:
    """Read `trust.toml` and the files that it names.

    Raises:
        TrustBroken: what is wrong, and where.
    """
    try:
        told = tomllib.loads(_read(folder / TRUST_FILE).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrustBroken(f"{TRUST_FILE} is not TOML: {error}") from error
    if not isinstance(told.get("version"), str):
        raise TrustBroken(f'{TRUST_FILE}: version = "…", a text that names this edition')
    return Trust(
        version=told["version"],
        test=told.get("test") is True,
        logs=tuple(
            (_log_key(one, place), _period(one, place)) for one, place in _each(told, "log")
        ),
        witnesses=tuple(
            (_witness(one, place), _period(one, place)) for one, place in _each(told, "witness")
        ),
        authorities=tuple(
            _authority(folder, one, place) for one, place in _each(told, "authority")
        ),
    )


def _each(told: Mapping[str, Any], kind: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    tables = told.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise TrustBroken(f"{TRUST_FILE}: write [[{kind}]] with two brackets")
    for number, one in enumerate(tables, 1):
        yield one, f"{TRUST_FILE}, [[{kind}]] number {number}"


def _log_key(told: Mapping[str, Any], place: str) -> LogKey:
    key = _key(told, place, Kind.NOTE)
    hub, suffix, rest = key.name.rpartition(_LOG_SUFFIX)
    if not hub or not suffix or rest:
        raise TrustBroken(f"{place}: the key of a hub's log is named <hub>/log")
    return LogKey(hub=hub, public=key.public)


def _witness(told: Mapping[str, Any], place: str) -> VerifierKey:
    return _key(told, place, Kind.COSIGNATURE)


def _key(told: Mapping[str, Any], place: str, kind: Kind) -> VerifierKey:
    try:
        key = parse_verifier_key(str(told.get("key", "")))
    except LogError as error:
        raise TrustBroken(f"{place}: key: {error}") from error
    if key.kind is not kind:
        raise TrustBroken(f"{place}: a key of a log and one of a witness are not the same kind")
    return key


def _authority(folder: Path, told: Mapping[str, Any], place: str) -> Authority:
    usage = told.get("usage")
    try:
        usages = frozenset(map(Usage, usage if isinstance(usage, list) else ()))
    except ValueError as error:
        raise TrustBroken(f"{place}: usage = [{', '.join(Usage)}], or some of them") from error
    roots = _certificates(folder, told.get("root"), place)
    if not usages or len(roots) != 1:
        raise TrustBroken(f'{place}: root = "one-certificate.pem", usage = ["systems", …]')
    above = told.get("intermediates", [])
    return Authority(
        name=str(told.get("name", "")),
        certificate=roots[0],
        intermediates=tuple(
            one
            for file in (above if isinstance(above, list) else [above])
            for one in _certificates(folder, file, place)
        ),
        usages=usages,
        period=_period(told, place),
    )


def _certificates(folder: Path, file: Any, place: str) -> list[bytes]:
    if not isinstance(file, str) or Path(file).name != file:
        raise TrustBroken(f"{place}: a certificate is the name of a PEM file in this folder")
    try:
        found = x509.load_pem_x509_certificates(_read(folder / file))
    except ValueError as error:
        raise TrustBroken(f"{place}: {file} is not PEM") from error
    return [one.public_bytes(Encoding.DER) for one in found]


def _period(told: Mapping[str, Any], place: str) -> Period:
    return Period(since=_moment(told.get("from"), place), until=_moment(told.get("until"), place))


def _moment(value: Any, place: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise TrustBroken(f"{place}: from and until are dates, without quotes")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise TrustBroken(f"{path.name}: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise TrustBroken(f"{path.name}: larger than {_MAX_BYTES} bytes")
    return data
