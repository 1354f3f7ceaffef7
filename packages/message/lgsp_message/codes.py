"""The two national forms of identification codes, and how wild spellings are read. Pure.

QCVN 102:2016 writes level 1 last (`000.00.02.H37`), QĐ 20/2020/QĐ-TTg first (`H37.02`). What a
repair has changed is told by name, never silently: a code that is read wrongly reaches a stranger.
"""

import re
from enum import StrEnum, unique
from typing import Final

import msgspec

MAX_CODE_CHARS: Final = 64
"""QĐ 20/2020 allows 35; directories of the national axis hold a few that are longer."""
MAX_WRITTEN_CHARS: Final = 80
"""Of a wild spelling: blanks and dots too many."""


@unique
class Scheme(StrEnum):
    """The form of a code."""

    QD20 = "qd20"
    QCVN102 = "qcvn102"
    OTHER = "other"


@unique
class Repair(StrEnum):
    """What was changed to read a code. Each is seen in directories that are in use."""

    BLANKS = "blanks"
    """Blanks beside dots or around the code: `000.00.23 .H36`."""
    BLANK_FOR_DOT = "blank_for_dot"
    """`000 27.24.H36`."""
    DOTS = "dots"
    """Doubled dots, or dots at an end."""
    UPPER_CASE = "upper_case"
    """`h37.02`."""
    SHORT = "short"
    """The groups of zeros in front are missing: `00.14.H29`."""


class Spelling(msgspec.Struct, frozen=True):
    """A code as it was meant, and what was changed for that."""

    code: str
    scheme: Scheme
    repairs: tuple[Repair, ...] = ()


_FORM: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_QCVN102: Final = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z]{1,3}[0-9]{1,3}")
_SHORT: Final = re.compile(r"[0-9]{2,3}(?:\.[0-9]{2}){0,2}\.[A-Z]{1,3}[0-9]{2,3}")
_QD20: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,3}(?:\.[0-9A-Z]+)*")
_NATIONAL: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,3}(?:\.[0-9A-Z]+)*|[0-9.]+\.[A-Z]{1,3}[0-9]{1,3}")


def respell(text: str) -> Spelling | None:
    """Return the code that `text` means; None: no code can be read there."""
    if (scheme := scheme_of(text)) is not Scheme.OTHER and len(text) <= MAX_CODE_CHARS:
        return Spelling(code=text, scheme=scheme)  # No mend would change it, and most are so.
    if len(text) > MAX_WRITTEN_CHARS:
        return None
    code = text
    repairs: list[Repair] = []
    for repair, mend in _MENDS:
        mended = mend(code)
        if mended != code:
            code, repairs = mended, [*repairs, repair]
    if not _FORM.fullmatch(code):
        return None
    return Spelling(code=code, scheme=scheme_of(code), repairs=tuple(repairs))


def scheme_of(code: str) -> Scheme:
    """Return the form that a code has."""
    if _QCVN102.fullmatch(code):
        return Scheme.QCVN102
    return Scheme.QD20 if _QD20.fullmatch(code) else Scheme.OTHER


def level_1(code: str) -> str | None:
    """Return the level-1 part (ministry, province), by which a wrong suffix is noticed."""
    if _QCVN102.fullmatch(code):
        return code.rpartition(".")[2]
    return code.partition(".")[0] if _QD20.fullmatch(code) else None


def _without_blanks(code: str) -> str:
    return re.sub(r"\s*\.\s*", ".", code.strip())


def _dotted(code: str) -> str:
    return re.sub(r"\s+", ".", code)


def _single_dots(code: str) -> str:
    return re.sub(r"\.{2,}", ".", code).strip(".")


def _upper(code: str) -> str:
    # Only of the national forms: test units of the axis are called `vxp.saas.01`.
    return code.upper() if _NATIONAL.fullmatch(code.upper()) else code


def _whole(code: str) -> str:
    """Put the missing groups of zeros before a code of QCVN 102, whose first has three digits."""
    if not _SHORT.fullmatch(code) or _QCVN102.fullmatch(code):
        return code
    *groups, last = code.split(".")
    groups = [*("00",) * (3 - len(groups)), *groups]
    return ".".join([groups[0].rjust(3, "0"), *groups[1:], last])


_MENDS: Final = (
    (Repair.BLANKS, _without_blanks),
    (Repair.BLANK_FOR_DOT, _dotted),
    (Repair.DOTS, _single_dots),
    (Repair.UPPER_CASE, _upper),
    (Repair.SHORT, _whole),
)
"""In this order: a dot that was typed as a blank must be there before groups are counted."""
