"""TLS towards the hub: how it is spoken, and its errors in words that say what to do."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lgsp_edge.errors import EdgeError

_EXPIRED: Final = 10
_NOT_YET: Final = 9
_NAME: Final = frozenset({62, 64})
"""Codes of OpenSSL (`X509_V_ERR_…` in x509_vfy.h): another host name, another address."""


def context(ca: Path | None, client_certificate: Path | None) -> ssl.SSLContext:
    """Return how TLS is spoken. No setting turns the check of the hub's certificate off.

    Without a CA of its own the machine's roots count, or what `SSL_CERT_FILE` or `SSL_CERT_DIR`
    names.

    Raises:
        EdgeError: a certificate cannot be read.
    """
    try:
        made = ssl.create_default_context(cafile=ca)
        if client_certificate is not None:
            made.load_cert_chain(client_certificate)
    except (OSError, ssl.SSLError) as error:
        raise EdgeError("hub.ca or hub.client_certificate: cannot be read") from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def words(error: BaseException) -> str | None:
    """Return what is wrong with TLS and who mends it; None where something else is wrong."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _of_the_hub(cause)
        if isinstance(cause, ssl.SSLError):
            return _of_the_handshake(cause)
    return None


def _of_the_hub(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return (
            "chứng thư của trục đã hết hạn; báo quản trị trục, hoặc xem lại đồng hồ máy này / the"
            " hub's certificate has expired: tell the hub's administrator, or mend this clock"
        )
    if error.verify_code == _NOT_YET:
        return (
            "chứng thư của trục chưa có hiệu lực; xem lại đồng hồ máy này / the hub's certificate"
            " is not valid yet: mend this machine's clock"
        )
    if error.verify_code in _NAME:
        return (
            "chứng thư không phải của địa chỉ trong hub.url / the certificate is for another name"
            " than that in hub.url: correct the address, or tell the hub's administrator"
        )
    return (
        "chứng thư của trục không do CA được tin cấp; ghi CA vào hub.ca / the hub's certificate is"
        " of no CA that is trusted here: name it in hub.ca; else somebody stands in between"
    )


def _of_the_handshake(error: ssl.SSLError) -> str:
    reason = (error.reason or "no reason told").lower()
    return (
        "không lập được kết nối TLS: xem địa chỉ, proxy và hub.client_certificate / TLS cannot be"
        f" set up ({reason}): look at the address, the proxy, and whether the hub wants a"
        " certificate of this machine (hub.client_certificate)"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what caused it, each once: a library may build a circle of causes."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
