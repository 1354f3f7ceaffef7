"""NIST PKITS (RFC 5280 path validation), asked of each of the three places that judge a path.

The tests are told by the names of the holders' certificates. PKITS runs some with several settings
of certificate policies; the hub has the standard's own: any policy, none demanded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asn1crypto import crl, x509
from lgsp_verify.paths import PathState, check_path
from lgsp_verify.trust import Authority, Period
from lgsp_verify.trust import Usage as VerifierUsage

from hub.signing.certificates import Certificate, CertificateUnreadable
from hub.signing.documents.known_paths import Given
from hub.signing.documents.paths import Moment, path_findings
from hub.signing.documents.question import RevocationAnswers
from hub.signing.judgement import AnswerKind, Status, judge, read_answer
from hub.signing.trust import Trust, TrustedAuthority, Usage
from tests.vectors.suites import folder

SUITE = folder("cryptography_vectors", "x509/PKITS_data")
AT = datetime(2026, 11, 20, tzinfo=UTC)
FROM, UNTIL = datetime(2010, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
ROOT = (SUITE / "certs" / "TrustAnchorRootCertificate.crt").read_bytes()
REFUSED_BY_DEFAULT = frozenset(f"DifferentPoliciesTest{number}EE" for number in (4, 5, 7, 8, 9, 12))
"""Named neither valid nor invalid; no policy is left at the end of their paths (PKITS 4.8)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test: the holder's certificate, and what goes with it."""

    name: str
    holder: bytes = field(repr=False)
    others: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)

    @property
    def valid(self) -> bool:
        """Say what the suite expects."""
        return not self.name.startswith("Invalid") and self.name not in REFUSED_BY_DEFAULT


@dataclass(frozen=True, slots=True)
class _Named:
    """A certificate or a CRL, and by whom it is; the file's own bytes, not asn1crypto's."""

    name: x509.Name
    issuer: x509.Name
    der: bytes


@cache
def _authorities() -> list[_Named]:
    files = [path.read_bytes() for path in _files("certs/*.crt") if path.stem[-2:] != "EE"]
    loaded = [(x509.Certificate.load(one), one) for one in files]
    return [_Named(one.subject, one.issuer, der) for one, der in loaded]


@cache
def _crls() -> list[_Named]:
    files = [path.read_bytes() for path in _files("crls/*.crl")]
    loaded = [(crl.CertificateList.load(one), one) for one in files]
    return [_Named(one.issuer, one.issuer, der) for one, der in loaded]


def _files(pattern: str) -> list[Path]:
    return sorted(SUITE.glob(pattern))


def names() -> list[str]:
    """Return the names of all tests."""
    return [path.stem for path in _files("certs/*EE.crt")]


def case(name: str) -> Case:
    """Return a test with all certificates and CRLs on the way up, and those of indirect CRLs."""
    holder = (SUITE / "certs" / f"{name}.crt").read_bytes()
    issuer = x509.Certificate.load(holder).issuer
    above = _above([issuer, *(_indirect() if "indirectCRL" in issuer.human_friendly else [])])
    subjects = {one.name.hashable for one in above}
    return Case(
        name,
        holder,
        tuple(one.der for one in above if one.der != ROOT),
        tuple(one.der for one in _crls() if one.name.hashable in subjects),
    )


def _indirect() -> list[x509.Name]:
    return [one.name for one in _authorities() if "indirectCRL" in one.name.human_friendly]


def _above(names: Iterable[x509.Name]) -> list[_Named]:
    waiting, found = [one.hashable for one in names], list[_Named]()
    seen = set[str]()
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            these = [one for one in _authorities() if one.name.hashable == name]
            found += these
            waiting += [one.issuer.hashable for one in these]
    return found


def of_a_system(asked: Case) -> bool | None:
    """Ask the judge of the keys of systems; None: it takes no such certificate at all."""
    try:
        holder = Certificate.of(asked.holder)
    except CertificateUnreadable:
        return None
    authority = TrustedAuthority(
        name="mau",
        title="Mẫu",
        usage=frozenset({Usage.SYSTEMS}),
        since=FROM,
        until=UNTIL,
        root=ROOT,
        intermediates=asked.others,
    )
    answers = [read_answer(AnswerKind.CRL, one) for one in asked.crls]
    trust = Trust(version="mau", authorities=(authority,))
    return judge((holder,), trust, Usage.SYSTEMS, AT, answers).status is Status.GOOD


def of_a_document(asked: Case) -> bool | None:
    """Ask the judge of signatures in documents; None: no signature would hold such certificates."""
    try:
        holder, *others = (x509.Certificate.load(one) for one in (asked.holder, *asked.others))
    except ValueError:
        return None
    given = Given(
        certificate=holder,
        others=tuple(others),
        roots=(ROOT,),
        answers=RevocationAnswers(crls=asked.crls),
    )
    return not path_findings(given, Moment(at=AT, proven=True)).reasons


def of_a_bundle(asked: Case) -> bool | None:
    """Ask the offline verifier of evidence."""
    authority = Authority(
        name="mau",
        certificate=ROOT,
        usages=frozenset({VerifierUsage.SYSTEMS}),
        period=Period(),
    )
    state = check_path(asked.holder, asked.others, [authority], AT, crls=asked.crls)
    return state is PathState.VALID
