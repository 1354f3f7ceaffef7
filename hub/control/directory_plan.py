"""What a file of organisations would change, before anything is changed. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.control.directory_changes import PutOrganisation
from hub.control.directory_findings import LEFT_OUT, Finding, Reading
from hub.control.directory_rows import records_of, taken_rows
from hub.control.directory_steps import Change, changes_of, closing, drop_cycles
from hub.decision.directory_records import CodeRecord, OrganisationRecord
from hub.directory.shapes import Row, RowUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would change."""

    changes: tuple[Change, ...]
    """In an order in which each names only what is there or came before it."""
    findings: tuple[Finding, ...]
    rows: int
    added: int
    altered: int
    closed: int
    """How many organisations that exist would exist no more."""
    existing: int
    """How many exist now."""
    digest: str
    """SHA-256 over the changes and findings: who confirms a plan confirms this one."""


def plan(
    rows: Sequence[Row | RowUnreadable],
    organisations: Mapping[str, OrganisationRecord],
    codes: Mapping[str, CodeRecord],
    today: date,
    *,
    close_missing: bool,
) -> Plan:
    """Return what `rows` would change. `close_missing`: who is not in the file is closed today."""
    draft = Reading(organisations=organisations, codes=codes, today=today)
    taken = taken_rows(rows, draft)
    records = records_of(taken, draft)
    drop_cycles(records, draft)
    changes = changes_of(taken, records, draft)
    if close_missing:
        changes += closing(set(records), draft)
    return _summed(changes, draft, len(rows))


def _ended(one: OrganisationRecord, today: date) -> bool:
    return one.state != "active" or (one.valid_to is not None and one.valid_to < today)


def _summed(changes: list[Change], draft: Reading, rows: int) -> Plan:
    put = [one for one in changes if isinstance(one, PutOrganisation)]
    there = {id for id, one in draft.organisations.items() if not _ended(one, draft.today)}
    closed = sum(
        one.id in there
        and (one.state != "active" or (one.valid_to is not None and one.valid_to < draft.today))
        for one in put
    )
    added = sum(one.id not in draft.organisations for one in put)
    findings = sorted(draft.findings, key=lambda one: (one.said not in LEFT_OUT, one.place))
    digest = hashlib.sha256()
    for one in changes:
        digest.update(one.model_dump_json().encode() + b"\n")
    for found in findings:
        digest.update(f"{found.place} {found.said} {found.detail}\n".encode())
    return Plan(
        changes=tuple(changes),
        findings=tuple(findings),
        rows=rows,
        added=added,
        altered=len(put) - added - closed,
        closed=closed,
        existing=len(there),
        digest=digest.hexdigest(),
    )
