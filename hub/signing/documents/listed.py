"""What a CRL says of a few certificates, without a walk through all its entries each time.

certvalidator looks at every entry of a CRL for every certificate, in Python: 0.1 s for 20,000
entries, several times for each seal that was not seen before. Where none of the certificates of a
question is on the list, it is given the same CRL with nothing to walk through: signature, dates
and extensions are the authority's, and the answer is that of the whole list.
"""

from functools import lru_cache
from typing import Final

import cryptography.x509
from asn1crypto import crl

from hub.signing.documents.loading import MOST_KEPT, load_crls

_EMPTY: Final = b"\x30\x00"
"""A SEQUENCE OF nothing, in DER."""
_LIST: Final = [name for name, *_ in crl.TbsCertList._fields].index("revoked_certificates")


def load_crl_naming(data: bytes, serials: frozenset[int]) -> crl.CertificateList:
    """Return a CRL; without its entries if none of them has one of these serial numbers.

    Entries for another authority's certificates (an indirect CRL) count as well: whose they are
    is for certvalidator to tell.
    """
    listed = _listed(data)
    if listed is None or listed & serials:
        (whole,) = load_crls([data])
        return whole
    return _without_entries(data)


@lru_cache(maxsize=MOST_KEPT)
def _listed(data: bytes) -> frozenset[int] | None:
    """Return the serial numbers on a CRL; None if `cryptography` does not read it."""
    try:
        return frozenset(one.serial_number for one in cryptography.x509.load_der_x509_crl(data))
    except ValueError:
        return None


@lru_cache(maxsize=MOST_KEPT)
def _without_entries(data: bytes) -> crl.CertificateList:
    """Return a CRL with an empty list to walk through.

    asn1crypto keeps the bytes that it was given as long as nothing is set by its own means, so
    that `dump` of the signed part, which the signature is checked over, is the authority's.
    """
    found = crl.CertificateList.load(data, strict=True)
    body = found["tbs_cert_list"]
    body["revoked_certificates"]  # The fields are there once one is looked at.
    body.children[_LIST] = crl.RevokedCertificates.load(_EMPTY)
    return found
