"""Judge certificates with what their authorities say: asked, and kept while it counts."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

import structlog

from hub.control.certified import Certified, Fetched
from hub.ports import Unavailable
from hub.signing.certificates import Certificate, read_chain
from hub.signing.judgement import AnswerKind, Judgement, RevocationAnswer, Status, judge
from hub.signing.trust import Trust, Usage

KEPT: Final = timedelta(hours=1)
"""How long an answer is used again, where it counts as long: many keys have one authority."""
MAX_KEPT: Final = 256
"""Answers in memory. CRLs are few, one for each authority."""

_log = structlog.get_logger()


class Fetcher(Protocol):
    """Asks authorities (`hub.io.revocation`). Both raise `Unavailable`."""

    async def crl(self, url: str, hosts: Collection[str]) -> RevocationAnswer:
        """Return a CRL from an address whose host is one of `hosts`."""
        ...

    async def ocsp(
        self, url: str, hosts: Collection[str], certificate: Certificate, issuer: Certificate
    ) -> RevocationAnswer:
        """Return an OCSP answer about a certificate, likewise."""
        ...


class Certificates:
    """Implements `hub.control.certified.Certifier`. State: answers of the last hour."""

    def __init__(self, trust: Trust, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self.trust, self._fetcher, self._clock = trust, fetcher, clock
        self._kept: OrderedDict[tuple[str, str], Fetched] = OrderedDict()

    async def certify(self, pem: str) -> Certified:
        chain = await asyncio.to_thread(read_chain, pem)
        return await self.check(chain)

    async def check(self, chain: Sequence[Certificate]) -> Certified:
        """Judge a chain now. An authority that does not answer gives `UNKNOWN`."""
        now = self._clock()
        found = await self._judge(chain, now, None)
        answers: tuple[Fetched, ...] = ()
        if found.status is Status.GOOD:
            # Only along a path that leads to an approved authority is anybody asked.
            answers = await self._answers(found, now, second=False)
            judged = await self._judge(chain, now, answers)
            if judged.status is Status.UNKNOWN:
                answers += await self._answers(found, now, second=True)
                judged = await self._judge(chain, now, answers)
            found = judged
        return Certified(certificate=chain[0], judgement=found, answers=answers, at=now)

    async def _judge(
        self, chain: Sequence[Certificate], now: datetime, answers: Sequence[Fetched] | None
    ) -> Judgement:
        said = None if answers is None else [one.answer for one in answers]
        # In a thread: a large CRL takes a second, and this process admits messages.
        return await asyncio.to_thread(judge, chain, self.trust, Usage.SYSTEMS, now, said)

    async def _answers(
        self, found: Judgement, now: datetime, *, second: bool
    ) -> tuple[Fetched, ...]:
        """Ask along the path: OCSP where there is one, else the CRL; the `second` time the CRL."""
        [authority] = [one for one in self.trust.authorities if one.name == found.authority]
        gathered = []
        for certificate, issuer in pairwise(found.path):
            first = AnswerKind.OCSP if certificate.ocsp_urls else AnswerKind.CRL
            if second and first is AnswerKind.CRL:
                continue
            kind = AnswerKind.CRL if second else first
            answer = await self._first(kind, certificate, issuer, authority.hosts, now)
            gathered += [] if answer is None else [answer]
        return tuple(gathered)

    async def _first(
        self,
        kind: AnswerKind,
        certificate: Certificate,
        issuer: Certificate,
        hosts: Collection[str],
        now: datetime,
    ) -> Fetched | None:
        urls = certificate.ocsp_urls if kind is AnswerKind.OCSP else certificate.crl_urls
        for url in urls:
            name = (url, certificate.digest if kind is AnswerKind.OCSP else "")
            known = self._kept.get(name)
            if known is not None and _counts(known, now):
                return known
            try:
                answer = await self._ask(kind, url, certificate, issuer, hosts)
            except Unavailable as error:
                _log.warning("authority_away", cause=str(error), issuer=certificate.issuer)
                continue
            return self._keep(name, Fetched(answer=answer, url=url, at=now))
        return None

    async def _ask(
        self,
        kind: AnswerKind,
        url: str,
        certificate: Certificate,
        issuer: Certificate,
        hosts: Collection[str],
    ) -> RevocationAnswer:
        if kind is AnswerKind.CRL:
            return await self._fetcher.crl(url, hosts)
        return await self._fetcher.ocsp(url, hosts, certificate, issuer)

    def _keep(self, name: tuple[str, str], answer: Fetched) -> Fetched:
        self._kept[name] = answer
        self._kept.move_to_end(name)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return answer


def _counts(known: Fetched, now: datetime) -> bool:
    until = known.answer.next_update
    return now - known.at < KEPT and (until is None or now < until)
