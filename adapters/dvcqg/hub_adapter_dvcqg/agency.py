"""The portal's one text of an agency against the hub's code and name."""

import re
from collections.abc import Mapping
from typing import Any, Final

_CODE: Final = re.compile(r"[0-9A-Z]{1,6}(?:\.[0-9A-Z]{1,6}){0,5}")
_OF_DOSSIER: Final = re.compile(r"([0-9A-Z.]{2,50})-[0-9]{6}-[0-9]{4,6}")
"""Unit code, day, number (TT 01/2018/TT-VPCP, article 19): a hint, a dossier code is opaque."""


def text_of(agency: Mapping[str, Any]) -> str:
    """Return what the portal shows for an agency."""
    return str(agency.get("name") or agency["code"])


def agency_of(text: str, dossier_code: str, own: str) -> dict[str, str]:
    """Return code and name of the agency that a dossier of the portal is for.

    The code is the portal's text where that is one, else the beginning of the dossier code, else
    `own`, the unit that the connector works for.
    """
    if _CODE.fullmatch(text):
        return {"code": text}
    found = _OF_DOSSIER.fullmatch(dossier_code)
    code = found[1] if found else own
    return {"code": code, "name": text} if text else {"code": code}
