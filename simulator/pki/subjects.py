"""Names in certificates, with the identity in UID as Vietnamese authorities write it.

`UID=MST:<tax number>` for an organisation, `UID=CCCD:<12 digits>` for a person. All numbers are
invented, and each name says that it is a sample.
"""

from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

_NAME_MOST: Final = 64
"""Longest common or organisation name (RFC 5280, appendix A.1: ub-common-name)."""


def authority_subject(name: str) -> x509.Name:
    """Return the name of an authority."""
    return _subject(name, "Tổ chức mẫu - không có giá trị")


def agency_subject(name: str, *, uid: str = "") -> x509.Name:
    """Return the name of an agency's seal; `uid` for example `MST:0100000001`."""
    return _subject(name, name, uid)


def person_subject(name: str, *, uid: str, organisation: str = "Cơ quan mẫu") -> x509.Name:
    """Return the name of a person; `uid` for example `CCCD:001000000001`."""
    return _subject(name, organisation, uid)


def _subject(common: str, organisation: str, uid: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_NAME_MOST]),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:_NAME_MOST]),
    ]
    if uid:
        parts.append(x509.NameAttribute(NameOID.USER_ID, uid))
    return x509.Name(parts)
