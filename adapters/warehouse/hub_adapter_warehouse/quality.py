"""Correct, complete, clean, live: the verdict on one change. Pure.

A bad record is kept and marked, not refused: the warehouse shows what a source really has. Findings
name fields and rules, never values.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hub_adapter_warehouse.change import Change
from hub_adapter_warehouse.settings import Quality

LONGEST: Final = 1000
"""Characters of a text that a pattern is tried on: a slow pattern may not stop the warehouse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    dimension: str
    rule: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict on one change."""

    findings: tuple[Finding, ...]
    live_until: datetime | None
    """Until then the source may be silent and still counts as live."""

    def ok(self, dimension: str) -> bool:
        """Say whether nothing was found in a dimension."""
        return all(finding.dimension != dimension for finding in self.findings)


def judge(
    change: Change,
    record: Mapping[str, Any],
    rules: Quality,
    *,
    now: datetime,
    wrong: tuple[str, ...] = (),
    shared: tuple[str, ...] = (),
) -> Verdict:
    """Judge a change by the record after it.

    `wrong` are the fields that do not fit their column, `shared` the unique ones that another
    record has too.
    """
    found = [
        *(Finding(dimension="correct", rule="type", field=name) for name in wrong),
        *(Finding(dimension="clean", rule="unique", field=name) for name in shared),
    ]
    if not change.deleted:
        found += [*_patterns(record, rules), *_required(record, rules), *_texts(record)]
    late = rules.late_seconds
    if late is not None and now - change.at > timedelta(seconds=late):
        found.append(Finding(dimension="live", rule="late", field="changed_at"))
    silent = rules.silent_seconds
    until = None if silent is None else now + timedelta(seconds=silent)
    return Verdict(findings=tuple(found), live_until=until)


def _patterns(record: Mapping[str, Any], rules: Quality) -> Iterator[Finding]:
    for name, pattern in rules.patterns.items():
        value = record.get(name)
        if value is None:
            continue
        text = str(value)
        if len(text) > LONGEST or not re.fullmatch(pattern, text):
            yield Finding(dimension="correct", rule="pattern", field=name)


def _required(record: Mapping[str, Any], rules: Quality) -> Iterator[Finding]:
    for name in rules.required:
        value = record.get(name)
        if value is None or value in ([], {}) or (isinstance(value, str) and not value.strip()):
            yield Finding(dimension="complete", rule="required", field=name)


def _texts(record: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in record.items():
        if not isinstance(value, str):
            continue
        if value.strip() and value != value.strip():
            yield Finding(dimension="clean", rule="spaces", field=name)
        if not unicodedata.is_normalized("NFC", value):
            yield Finding(dimension="clean", rule="nfc", field=name)
        if any(unicodedata.category(character) == "Cc" for character in value.strip()):
            yield Finding(dimension="clean", rule="control_character", field=name)
