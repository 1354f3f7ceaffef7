"""Ask authorities what they revoked: bounded, and only where the trust file says so.

The addresses stand in certificates, which somebody else wrote: whoever could choose them would
make the hub call into its own networks (SSRF, CWE-918). So the host must be one of the approved
authority's (`hub.signing.trust`), the guard of `lgsp_adapter` checks the address that is connected
to, no redirect is followed, and size and time are bounded.
"""

import asyncio
from collections.abc import Collection, Sequence
from ssl import SSLContext
from typing import Final

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from lgsp_adapter.errors import AdapterError
from lgsp_adapter.guard import Resolve, system_resolve
from lgsp_adapter.net import open_client, trusted

from hub.ports import Unavailable
from hub.signing.certificates import Certificate, host_of
from hub.signing.judgement import (
    MAX_CRL_BYTES,
    AnswerKind,
    AnswerUnreadable,
    RevocationAnswer,
    read_answer,
)

SECONDS: Final = 10.0
"""Longest exchange: whoever registers a key waits for it."""
AT_ONCE: Final = 4
"""Questions under way: a CRL may take 8 MB of memory."""
_OK: Final = 200


class RevocationFetcher:
    """Asks for CRLs and OCSP answers."""

    def __init__(
        self,
        networks: Sequence[str],
        *,
        verify: SSLContext | None = None,
        resolve: Resolve = system_resolve,
        seconds: float = SECONDS,
    ) -> None:
        self._networks, self._verify = tuple(networks), verify
        self._resolve, self._seconds = resolve, seconds
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def crl(self, url: str, hosts: Collection[str]) -> RevocationAnswer:
        """Return a CRL; who signed it and of whom it speaks is for `judge` to say.

        Raises:
            Unavailable: the host is not one of `hosts`, does not answer, or answers with no CRL.
        """
        return await self._ask(AnswerKind.CRL, "GET", url, hosts, None)

    async def ocsp(
        self, url: str, hosts: Collection[str], certificate: Certificate, issuer: Certificate
    ) -> RevocationAnswer:
        """Return an OCSP answer about `certificate`; whether it counts is for `judge` to say.

        Raises:
            Unavailable: as `crl`.
        """
        content = await asyncio.to_thread(_request, certificate.der, issuer.der)
        return await self._ask(AnswerKind.OCSP, "POST", url, hosts, content)

    async def _ask(
        self,
        kind: AnswerKind,
        method: str,
        url: str,
        hosts: Collection[str],
        content: bytes | None,
    ) -> RevocationAnswer:
        if host_of(url) not in hosts:
            raise Unavailable("the trust file does not name the host where the authority answers")
        headers = {} if content is None else {"content-type": "application/ocsp-request"}
        try:
            async with self._turns, self._client() as client:
                answer = await client.request(method, url, content=content, headers=headers)
        except (httpx2.HTTPError, AdapterError, OSError, TimeoutError) as error:
            why = type(error).__name__
            raise Unavailable(f"an authority does not answer ({kind}, {why})") from error
        if answer.status_code != _OK:
            raise Unavailable(f"an authority answers {answer.status_code} ({kind})")
        try:
            return await asyncio.to_thread(read_answer, kind, answer.content)
        except AnswerUnreadable as error:
            raise Unavailable(f"an authority answers with something else ({kind})") from error

    def _client(self) -> httpx2.AsyncClient:
        return open_client(
            self._networks,
            timeout=self._seconds,
            longest_answer=MAX_CRL_BYTES,
            verify=self._verify or trusted(),
            resolve=self._resolve,
        )


def _request(certificate: bytes, issuer: bytes) -> bytes:
    """Return a request without a nonce: answers made beforehand are what responders give."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(certificate),
        x509.load_der_x509_certificate(issuer),
        # The hash only names the issuer: RFC 5019, section 2.1.1, knows no other.
        hashes.SHA1(),  # noqa: S303
    )
    return builder.build().public_bytes(Encoding.DER)
