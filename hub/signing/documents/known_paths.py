"""Paths that were found valid, and from when until when they are: agencies sign every day.

Looking a certificate up in a CRL of 50,000 entries takes a tenth of a second. A path that is valid
now, and will be at the end of the first CRL or certificate that ends, is valid at all moments
between, with the same certificates and answers: revocations only come, they do not go. Only good
paths are kept: what is missing for another may be there the next time.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import x509
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from hub.signing.documents.loading import load_crls
from hub.signing.documents.question import RevocationAnswers

Path = tuple[x509.Certificate, ...]
"""Root first, the signer's own last."""
_MOST: Final = 4096
"""Seals that sign in a province; each costs some kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything that decides whether a certificate has a valid path at a moment."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    """Certificates that may help."""
    roots: tuple[bytes, ...]
    answers: RevocationAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    path: Path
    since: datetime
    until: datetime


_Key = tuple[bytes, frozenset[bytes], tuple[bytes, ...], RevocationAnswers]
_known: OrderedDict[_Key, _Known] = OrderedDict()


def known_path(given: Given, at: datetime) -> Path | None:
    """Return the path of a certificate, if it is known to be valid at this moment."""
    found = _known.get(_key(given))
    return found.path if found is not None and found.since <= at <= found.until else None


def remember_path(
    given: Given, path: Path, at: datetime, validated: Callable[[Given, datetime], Path]
) -> None:
    """Keep a path that is valid at a moment, if `validated` finds that it is at its end, too.

    An entry of a CRL may lie between the two, so the end itself is looked at; and with OCSP
    answers, which may name no end, nothing is kept.
    """
    key = _key(given)
    if key in _known or given.answers.ocsps or len(path) == 1:
        return
    validities = [one["tbs_certificate"]["validity"] for one in path[1:]]
    until = min([*_ends(given.answers, at), *(one["not_after"].native for one in validities)])
    try:
        if validated(given, until) != path:
            return
    except (PathBuildingError, ValidationError):
        return
    since = max(one["not_before"].native for one in validities)
    _known[key] = _Known(path=path, since=since, until=until)
    if len(_known) > _MOST:
        _known.popitem(last=False)


def _key(given: Given) -> _Key:
    others = frozenset(one.sha256 for one in given.others)
    return (given.certificate.sha256, others, given.roots, given.answers)


def _ends(answers: RevocationAnswers, at: datetime) -> list[datetime]:
    """Return the ends of the CRLs that had not ended; one without an end ends at once."""
    ends = [one["tbs_cert_list"]["next_update"].native or at for one in load_crls(answers.crls)]
    return [end for end in ends if end >= at]
