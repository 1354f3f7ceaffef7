"""Who a certificate names: kind, a text without personal numbers, an organisation's number.

Vietnamese authorities write `UID=MST:<tax number>` into an organisation's certificate and
`UID=CCCD:<12 digits>` into a person's; ETSI EN 319 412-1, section 5.1.4, has
`organizationIdentifier=VATVN-<tax number>`. How agencies are named by code is not settled: both
`MDD:<code>` or `MDDTC:<code>` in UID and `GOVVN-<code>` are read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from asn1crypto import x509

from hub.signing.personal_numbers import are_personal, digits, masked
from hub.signing.verdicts import IdentityScheme, OrganisationIdentity, SenderMatch, SignerKind

_NUMBER_FIELDS: Final = frozenset({"user_id", "organization_identifier", "serial_number"})
_TAX: Final = re.compile(r"(?:MST[:\s]|TAXVN-|VATVN-)\s*(\d{10}(?:-?\d{3})?)")
_AGENCY: Final = re.compile(
    r"(?:MDD(?:TC)?[:\s]|GOVVN-)\s*([0-9A-Z]{1,10}(?:\.[0-9A-Z]{1,10}){0,6})"
)
_ENTERPRISE: Final = "02"
"""Scheme of enterprises in Decision 20/2020: `02` and the tax number."""
_WORDS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict may say of a signer."""

    kind: SignerKind
    shown: str
    organisation: OrganisationIdentity | None


NOBODY: Final = Subject(kind=SignerKind.UNKNOWN, shown="", organisation=None)


def read_subject(certificate: x509.Certificate) -> Subject:
    """Return whom a certificate names, masked (invariant 9)."""
    values = tuple(_values(certificate.subject))
    numbers = [text.strip() for field, text in values if field in _NUMBER_FIELDS]
    common, organisation = _first(values, "common_name"), _first(values, "organization_name")
    personal = are_personal(numbers)
    identity = None if personal else _identity(numbers)
    # A person who works alone may stand in both fields: a personal number counts first.
    if identity is not None or (organisation and common == organisation and not personal):
        shown = masked(common or organisation)
        return Subject(kind=SignerKind.ORGANISATION, shown=shown, organisation=identity)
    kind = SignerKind.PERSON if personal else SignerKind.UNKNOWN
    employer = "" if organisation == common else masked(organisation)
    shown = ", ".join(part for part in (_initials(common), employer) if part)
    return Subject(kind=kind, shown=shown, organisation=None)


def issuer_name(certificate: x509.Certificate) -> str:
    """Return the common name of who issued a certificate."""
    return masked(_first(tuple(_values(certificate.issuer)), "common_name"))


def match_sender(
    identities: list[OrganisationIdentity], sender_codes: frozenset[str]
) -> SenderMatch:
    """Say whether a seal is the sender's, by tax number or agency code.

    Unknown where nothing can be compared: an agency whose seal gives a tax number, and for which
    only agency codes are registered, is not somebody else for that.
    """
    taxes = {digits(code[2:]) for code in sender_codes if code.startswith(_ENTERPRISE)}
    taxes = {number for number in taxes if len(number) in {10, 13}}
    codes = {_plain_code(code) for code in sender_codes}
    compared = False
    for one in identities:
        known = taxes if one.scheme is IdentityScheme.TAX_NUMBER else codes
        if _number(one) in known:
            return SenderMatch.SAME
        compared = compared or bool(known)
    return SenderMatch.DIFFERS if compared else SenderMatch.UNKNOWN


def _number(identity: OrganisationIdentity) -> str:
    if identity.scheme is IdentityScheme.TAX_NUMBER:
        return digits(identity.value)
    return _plain_code(identity.value)


def _plain_code(code: str) -> str:
    return code.replace(" ", "").upper()


def _identity(numbers: list[str]) -> OrganisationIdentity | None:
    for scheme, pattern in (
        (IdentityScheme.TAX_NUMBER, _TAX),
        (IdentityScheme.AGENCY_CODE, _AGENCY),
    ):
        for one in numbers:
            found = pattern.fullmatch(one)
            if found:
                return OrganisationIdentity(scheme=scheme, value=found.group(1))
    return None


def _initials(name: str) -> str:
    words = [word for word in masked(name).split() if word[0].isalpha()]
    return " ".join(f"{word[0].upper()}." for word in words[:_WORDS])


def _first(values: tuple[tuple[str, str], ...], field: str) -> str:
    return next((text for name, text in values if name == field), "")


def _values(name: x509.Name) -> Iterator[tuple[str, str]]:
    for relative in name.chosen:
        for pair in relative:
            value = pair["value"].native
            if isinstance(value, str):
                yield pair["type"].native, value
