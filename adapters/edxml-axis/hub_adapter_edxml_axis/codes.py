"""Codes of agencies: which belong to the province, which are two spellings of one."""

import re
from collections.abc import Iterable
from typing import Final

_QCVN: Final = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z]+[0-9]*)")


def is_own(code: str, level1: Iterable[str]) -> bool:
    """Say whether a code lies under one of these level-1 codes.

    The level stands last in a code of QCVN 102:2016 (`000.00.02.H99`) and first in one of Quyết
    định 20/2020/QĐ-TTg (`H99.02`); both forms are in use.
    """
    parts = code.split(".")
    return any(name in (parts[0], parts[-1]) for name in level1)


def modern(code: str) -> str:
    """Return a code of QCVN 102:2016 in the form of Quyết định 20/2020: `000.00.02.H99`, `H99.02`.

    Level 4, 3, 2, 1 become level 1, 2, 3, 4 without the unused ones. That both name one agency is
    inferred from the published pairs; it serves to know a letter again, never to route it.
    """
    found = _QCVN.fullmatch(code)
    if found is None:
        return code
    levels = [part for part in reversed(found.groups()) if part.strip("0")]
    return ".".join(levels)
