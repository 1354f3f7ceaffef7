"""Whom documents may be signed under, and what their authorities say about single certificates."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from hub.control.certificates import Fetcher
from hub.ports import Unavailable
from hub.signing.certificates import Certificate, CertificateUnreadable
from hub.signing.documents.question import RevocationAnswers, Wanted
from hub.signing.documents.question import Trust as TrustedRoots
from hub.signing.trust import Trust, Usage

KEPT: Final = timedelta(hours=1)
"""How long an answer is used again: thousands of letters have one authority."""
MAX_KEPT: Final = 64
"""Answers in memory; a CRL may have 8 MB, and there is one for each authority."""
MAX_ASKED: Final = 8
"""Certificates asked about for one document: more are no letter but an attack on authorities."""

_log = structlog.get_logger("documents")


def roots_of(trust: Trust, at: datetime) -> TrustedRoots:
    """Return the authorities that count for a document received at a moment."""
    documents = trust.at(Usage.DOCUMENTS, at)
    timestamps = trust.at(Usage.TIMESTAMPS, at)
    both = dict.fromkeys((*documents, *timestamps))
    return TrustedRoots(
        version=trust.version,
        documents=tuple(one.root for one in documents),
        timestamps=tuple(one.root for one in timestamps),
        intermediates=tuple(
            dict.fromkeys(certificate for one in both for certificate in one.intermediates)
        ),
    )


class Authorities:
    """Asks authorities, at the hosts that the trust file names only: the port `Revocation`."""

    def __init__(self, trust: Trust, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._hosts = frozenset(host for one in trust.authorities for host in one.hosts)
        self._kept: OrderedDict[tuple[str, str], tuple[datetime, bytes]] = OrderedDict()

    async def answers(self, wanted: Collection[Wanted]) -> RevocationAnswers:
        """Return what can be had about these certificates; who does not answer says nothing."""
        crls, ocsps = dict[bytes, None](), dict[bytes, None]()
        for one in list(wanted)[:MAX_ASKED]:
            try:
                certificate, issuer = Certificate.of(one.certificate), Certificate.of(one.issuer)
            except CertificateUnreadable:
                continue
            ocsp = await self._first(certificate.ocsp_urls, certificate, issuer)
            if ocsp is not None:
                ocsps[ocsp] = None
                continue
            crl = await self._first(certificate.crl_urls, None, issuer)
            if crl is not None:
                crls[crl] = None
        return RevocationAnswers(crls=tuple(crls), ocsps=tuple(ocsps))

    async def _first(
        self, urls: Sequence[str], certificate: Certificate | None, issuer: Certificate
    ) -> bytes | None:
        """Return the first answer: about one certificate, or with None the authority's CRL."""
        for url in urls:
            name = (url, "" if certificate is None else certificate.digest)
            known = self._kept.get(name)
            if known is not None and self._clock() - known[0] < KEPT:
                return known[1]
            try:
                if certificate is None:
                    answer = await self._fetcher.crl(url, self._hosts)
                else:
                    answer = await self._fetcher.ocsp(url, self._hosts, certificate, issuer)
            except Unavailable as error:
                _log.warning("authority_away", cause=str(error), issuer=issuer.subject)
                continue
            return self._keep(name, answer.der)
        return None

    def _keep(self, name: tuple[str, str], der: bytes) -> bytes:
        self._kept[name] = (self._clock(), der)
        self._kept.move_to_end(name)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return der
