"""What an admitted body tells about time limits, levels and money: declared, bounded, impersonal.

Indicators are made from `hub.audit` alone, so that they can be made again for as long as audit is
kept; bodies go after 30 days. The few fields that they need stand in the table below. Nothing else
of a body is looked at, and no text written by a person is among them (invariant 9): a value is a
code, a moment, a day, a whole number, a yes or no, one of the schema's own words, or the id of an
organisation of the hub's directory.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from hub.directory.organisations import Directory

NAME: Final = "facts"
"""The member of an `admitted` event's detail."""

_CODE: Final = re.compile(
    r"(?![0-9]{9,}\Z)"  # Identity cards have 9 or 12 digits, telephones 10: it may be one.
    r"(?=[^0-9]*[0-9])"  # No code is a word: that is a name.
    r"[0-9A-Za-z][0-9A-Za-z._/-]{0,99}",
    re.ASCII,
)
_WORD: Final = re.compile(r"[a-z_]{1,32}", re.ASCII)
MAX_AMOUNT: Final = 10**15
"""Largest amount in đồng that the shipped schemas take; it fits 64 bits a thousand times."""

Reader = Callable[[Any, Directory, date], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One declared field: where it stands in the body, and how it is read."""

    name: str
    path: tuple[str, ...]
    read: Reader


def facts(type_: str, value: Any, directory: Directory, day: date) -> dict[str, Any]:
    """Return the declared facts of a valid body; what does not fit its kind is left out."""
    found = {}
    for fact in DECLARED.get(type_, ()):
        told = fact.read(_at(value, fact.path), directory, day)
        if told is not None:
            found[fact.name] = told
    return found


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _code(value: Any, _directory: Directory, _day: date) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _reference(value: Any, _directory: Directory, _day: date) -> str | None:
    """Return another system's reference; one that could be a person's number as its hash."""
    if not isinstance(value, str):
        return None
    plain = _code(value, _directory, _day)
    return plain or f"sha256-{sha256(value.encode()).hexdigest()[:32]}"


def _word(value: Any, _directory: Directory, _day: date) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _number(value: Any, _directory: Directory, _day: date) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= MAX_AMOUNT else None


def _flag(value: Any, _directory: Directory, _day: date) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: Any, _directory: Directory, _day: date) -> str | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if at is None or at.tzinfo is None else at.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _day(value: Any, _directory: Directory, _legal_day: date) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _organisation(value: Any, directory: Directory, day: date) -> str | None:
    """Resolve now: a code means another organisation, or none, on a later day."""
    found = directory.resolve(value, day) if isinstance(value, str) else None
    return None if found is None else found.id


def _channel(value: Any, _directory: Directory, _day: date) -> bool | None:
    """Return whether it was handed in online (KenhThucHien of the national portal: 2)."""
    return None if value is None else value == "2"


def _fact(name: str, path: str, read: Reader) -> Fact:
    return Fact(name=name, path=tuple(path.split("/")), read=read)


_ORG: Final = _fact("org", "agency/code", _organisation)
_TO: Final = _fact("org", "to_agency/code", _organisation)
_PROCEDURE: Final = _fact("procedure", "procedure/code", _code)
_REFERENCE: Final = _fact("key", "reference", _reference)


def _moments(*names: str) -> tuple[Fact, ...]:
    return tuple(_fact(name, name, _moment) for name in names)


DECLARED: Final[Mapping[str, tuple[Fact, ...]]] = {
    "vn.gov.dossier.submitted.v1": (
        *(_ORG, _PROCEDURE, _fact("online", "channel", _channel)),
        *_moments("submitted_at"),
    ),
    "vn.gov.dossier.received.v1": (
        *(_ORG, _PROCEDURE, _fact("state", "state", _number)),
        *_moments("received_at", "promised_at", "refused_at"),
    ),
    "vn.gov.dossier.transferred.v1": (_TO, *_moments("transferred_at", "due_at")),
    "vn.gov.dossier.supplement-requested.v1": (_ORG, *_moments("requested_at", "promised_after")),
    "vn.gov.dossier.deadline-changed.v1": (
        *(_ORG, _fact("at_fault", "agency_at_fault", _flag)),
        *_moments("promised_before", "promised_after"),
    ),
    "vn.gov.dossier.result.v1": (
        *(_ORG, _PROCEDURE, _fact("outcome", "outcome", _word)),
        *_moments("finished_at"),
    ),
    "vn.gov.dossier.returned.v1": (
        _ORG,
        _fact("method", "method", _word),
        *_moments("returned_at"),
    ),
    "vn.gov.dossier.withdrawn.v1": (_ORG, *_moments("withdrawn_at")),
    "vn.gov.dossier.fee-due.v1": (
        *(_ORG, _PROCEDURE, _REFERENCE, _fact("amount", "total", _number)),
        *_moments("requested_at", "due_at"),
    ),
    "vn.gov.dossier.fee-paid.v1": (
        *(_ORG, _REFERENCE, _fact("amount", "amount", _number), _fact("kind", "kind", _word)),
        *_moments("paid_at"),
    ),
    "vn.gov.petition.received.v1": (
        *(_ORG, _fact("kind", "kind", _word)),
        *_moments("received_at", "due_at"),
    ),
    "vn.gov.petition.assigned.v1": (_TO, *_moments("assigned_at", "due_at")),
    "vn.gov.petition.answered.v1": (
        *(_ORG, _fact("outcome", "outcome", _word)),
        *_moments("answered_at"),
    ),
    "vn.gov.document.issued.v1": (_fact("due_date", "due_date", _day),),
    "vn.gov.document.status.v1": (_fact("status", "status_code", _code),),
    "vn.gov.citizen.rating.v1": (
        *(_ORG, _PROCEDURE, _fact("score", "score", _number)),
        *(_fact("key", "rating_code", _reference), *_moments("rated_at")),
    ),
}
"""Type to what is taken of its body. Every other type gives nothing."""
