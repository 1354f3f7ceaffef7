"""Rows of the three lists of agencies, and an agency out of a registration."""

from collections.abc import Mapping
from typing import Any

from sandbox_edxml_axis.directory import Agency, Level


def agency_row(agency: Agency) -> dict[str, Any]:
    """Return a row of getAgenciesList (SDK 2.0.1)."""
    return {
        "code": agency.code,
        "id": agency.id,
        "mail": agency.mail,
        "name": agency.name,
        "pid": agency.parent,
        "oldCode": agency.old_code or agency.code102,
    }


def agency_row_20(agency: Agency) -> dict[str, Any]:
    """Return a row of getAgenciesListQD20."""
    return {
        "code": agency.code,
        "id": agency.id,
        "mail": agency.mail,
        "name": agency.name,
        "code102": agency.code102,
    }


def unit_row(agency: Agency) -> dict[str, Any]:
    """Return a row of getSynchronizeUnit; agencies that are gone stay in it."""
    return {
        "code": agency.code,
        "id": agency.id,
        "mail": agency.mail,
        "name": agency.name,
        "pid": agency.parent,
        "version": agency.version,
        "centerCode": agency.code.partition(".")[0],
        "deleted": agency.deleted,
        "modifyDate": agency.modified,
        "isAgency": True,
    }


def registered(parameters: Mapping[str, str], parent: Agency, stamp: str) -> Agency:
    """Return the agency that registerAgency describes, below its parent."""
    level = Level.SECOND if parent.level is Level.TOP else Level.THIRD
    return Agency(
        id=parameters.get("id") or parameters["code"],
        parent=parent.id,
        code=parameters["code"],
        code102="",
        name=parameters["name"],
        mail=parameters.get("mail", ""),
        level=level,
        system=parent.system,
        modified=stamp,
    )
