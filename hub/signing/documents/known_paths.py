"""Paths that were found valid, and until when that must stay true: agencies sign every day.

Looking a certificate up in a CRL of 50,000 entries takes a tenth of a second. While all that was
looked at is the same, and neither it nor a certificate has ended, the answer is the same: no entry
of a CRL changes. Only good answers are kept; what is missing may be there the next time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import x509

from hub.signing.documents.loading import load_crls
from hub.signing.documents.question import RevocationAnswers

Path = tuple[x509.Certificate, ...]
"""Root first, the signer's own last."""
_Key = tuple[bytes, tuple[bytes, ...], RevocationAnswers]
_MOST: Final = 4096
"""Seals that sign in a province; each costs some kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    path: Path
    since: datetime
    until: datetime


_known: OrderedDict[_Key, _Known] = OrderedDict()


def known_path(
    certificate: x509.Certificate,
    roots: tuple[bytes, ...],
    answers: RevocationAnswers,
    at: datetime,
) -> Path | None:
    """Return the path of a certificate, if it is known to be valid at this moment."""
    found = _known.get((certificate.sha256, roots, answers))
    return found.path if found is not None and found.since <= at <= found.until else None


def remember_path(
    certificate: x509.Certificate,
    roots: tuple[bytes, ...],
    answers: RevocationAnswers,
    at: datetime,
    path: Path,
) -> None:
    """Keep a path that was found valid at a moment, with these answers.

    Nothing was revoked until then, so nothing was before; and it stays so until the first of the
    CRLs ends. With OCSP answers, which may say no end, only the moment itself is known.
    """
    validities = [one["tbs_certificate"]["validity"] for one in path[1:]]
    since = max((one["not_before"].native for one in validities), default=at)
    ends = [validity["not_after"].native for validity in validities]
    ends += [at] if answers.ocsps else _ends(answers, at)
    _known[certificate.sha256, roots, answers] = _Known(
        path=path, since=since, until=min(ends, default=at)
    )
    if len(_known) > _MOST:
        _known.popitem(last=False)


def _ends(answers: RevocationAnswers, at: datetime) -> list[datetime]:
    """Return the ends of the CRLs that had not ended; one without an end ends at once."""
    lists = [one["tbs_cert_list"] for one in load_crls(answers.crls)]
    if any(one["this_update"].native > at for one in lists):
        # A CRL from after the moment may tell of a revocation between the moment and itself.
        return [at]
    return [end for end in (one["next_update"].native or at for one in lists) if end >= at]
