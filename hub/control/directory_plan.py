"""What a file of organisations would change, before anything is changed. Pure.

A row that contradicts itself, another row or the directory is left out and told: state stays as it
was for it, and the others go on. Codes are the key: a row is about the organisation that has one
of its codes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from hub.control.directory_changes import ContactAsked, PutCode, PutOrganisation
from hub.decision.directory_records import CodeRecord, OrganisationRecord
from hub.directory.codes import Spelling, level_1, respell
from hub.directory.shapes import Row, RowUnreadable, guessed_level
from hub.directory.tree import cycle

Change = PutOrganisation | PutCode


@unique
class Said(StrEnum):
    """What is told about a row."""

    UNREADABLE = "unreadable"
    NO_CODE = "no_code"
    NO_NAME = "no_name"
    CODE_TAKEN = "code_taken"
    """Two organisations with one code: neither row is taken."""
    UNKNOWN_PARENT = "unknown_parent"
    UNKNOWN_SUCCESSOR = "unknown_successor"
    CYCLE = "cycle"
    REFUSED = "refused"
    """A field is not what it must be."""
    REPAIRED = "repaired"
    """A wild spelling was read; the row is taken."""
    DUPLICATE = "duplicate"
    """The same row once more; taken once."""
    SUFFIX = "suffix"
    """Its level 1 is another than its parent's; taken, and to be looked at."""


LEFT_OUT: Final = frozenset(Said) - {Said.REPAIRED, Said.DUPLICATE, Said.SUFFIX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one row. `detail` names codes and fields, never contents."""

    place: str
    said: Said
    detail: str = ""


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


@dataclass(slots=True, kw_only=True)
class _Draft:
    organisations: Mapping[str, OrganisationRecord]
    codes: Mapping[str, CodeRecord]
    today: date
    findings: list[Finding] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    """Number of a row that is taken to the id of its organisation."""
    spelt: dict[int, tuple[Spelling, ...]] = field(default_factory=dict)
    by_ref: dict[str, str] = field(default_factory=dict)
    by_code: dict[str, str] = field(default_factory=dict)

    def say(self, row: Row, said: Said, detail: str = "") -> None:
        self.findings.append(Finding(place=row.place, said=said, detail=detail))


def plan(
    rows: Sequence[Row | RowUnreadable],
    organisations: Mapping[str, OrganisationRecord],
    codes: Mapping[str, CodeRecord],
    today: date,
    *,
    close_missing: bool,
) -> Plan:
    """Return what `rows` would change. `close_missing`: who is not in the file is closed today."""
    draft = _Draft(organisations=organisations, codes=codes, today=today)
    taken = _taken(rows, draft)
    records = _records(taken, draft)
    _drop_cycles(records, draft)
    changes = _changes(taken, records, draft)
    if close_missing:
        changes += _closing(set(records), draft)
    return _summed(changes, draft, len(rows))


def _taken(rows: Iterable[Row | RowUnreadable], draft: _Draft) -> dict[int, Row]:
    """Return the rows whose codes can be read and are their own, by number."""
    found: dict[int, Row] = {}
    owner: dict[str, int] = {}
    bad: set[int] = set()
    for number, row in enumerate(rows):
        if isinstance(row, RowUnreadable):
            place, _, what = str(row).partition(": ")
            draft.findings.append(Finding(place=place, said=Said.UNREADABLE, detail=what))
            continue
        spellings = _spellings(row, draft)
        if not spellings:
            continue
        others = {owner[one.code] for one in spellings if one.code in owner}
        if any(_same(found[other], row) for other in others):
            draft.say(row, Said.DUPLICATE, spellings[0].code)
            continue
        if others:
            draft.say(row, Said.CODE_TAKEN, spellings[0].code)
            bad |= others
            continue
        found[number], draft.spelt[number] = row, spellings
        owner |= {one.code: number for one in spellings}
    for number in bad:
        draft.say(found[number], Said.CODE_TAKEN, draft.spelt[number][0].code)
        del found[number]
    for number, row in found.items():
        _name(number, row, draft)
    return {number: row for number, row in found.items() if number in draft.ids}


def _spellings(row: Row, draft: _Draft) -> tuple[Spelling, ...]:
    if not row.name:
        draft.say(row, Said.NO_NAME)
        return ()
    read = [respell(text) for text in row.codes]
    if not read or None in read:
        draft.say(row, Said.NO_CODE)
        return ()
    spellings = {one.code: one for one in read if one is not None}
    for one in spellings.values():
        if one.repairs:
            draft.say(row, Said.REPAIRED, f"{one.code}: {', '.join(one.repairs)}")
    return tuple(spellings.values())


def _same(one: Row, other: Row) -> bool:
    return one.name == other.name and one.deleted == other.deleted


def _name(number: int, row: Row, draft: _Draft) -> None:
    """Find whose row it is: of whom has one of its codes, or of a new organisation."""
    codes = [one.code for one in draft.spelt[number]]
    known = {draft.codes[code].organisation for code in codes if code in draft.codes}
    if len(known) > 1:
        draft.say(row, Said.CODE_TAKEN, codes[0])
        return
    id_ = known.pop() if known else codes[0]
    draft.ids[number] = id_
    draft.by_code |= dict.fromkeys(codes, id_)
    if row.ref is not None:
        draft.by_ref[row.ref] = id_


def _records(taken: Mapping[int, Row], draft: _Draft) -> dict[str, tuple[Row, OrganisationRecord]]:
    found: dict[str, tuple[Row, OrganisationRecord]] = {}
    for number, row in taken.items():
        record = _record(number, row, draft)
        if record is not None:
            found[draft.ids[number]] = (row, record)
    return found


def _record(number: int, row: Row, draft: _Draft) -> OrganisationRecord | None:
    code, known = draft.spelt[number][0].code, draft.organisations.get(draft.ids[number])
    parent = _parent(row, draft)
    if parent is None and (row.parent_ref or row.parent):
        draft.say(row, Said.UNKNOWN_PARENT, code)
        return None
    successors = tuple(_by_code(one, draft) or "" for one in row.successors)
    if "" in successors:
        draft.say(row, Said.UNKNOWN_SUCCESSOR, code)
        return None
    if parent and level_1(code) and level_1(parent) not in {None, level_1(code)}:
        draft.say(row, Said.SUFFIX, code)
    if parent is None and known is not None:
        parent = known.parent  # A list without parents says nothing about them.
    guessed = guessed_level(row.name, level_1(code), top=parent is None)
    return OrganisationRecord(
        name=row.name,
        level=row.level or (guessed if known is None else known.level),
        parent=parent,
        state=_state(row, successors, known),
        valid_from=row.valid_from or (known.valid_from if known else None),
        valid_to=row.valid_to or (known.valid_to if known else None),
        successors=successors or (known.successors if known else ()),
        contacts=known.contacts if known else (),
    )


def _state(row: Row, successors: tuple[str, ...], known: OrganisationRecord | None) -> str:
    if row.deleted:
        return "merged" if successors or (known is not None and known.successors) else "closed"
    return "active"


def _parent(row: Row, draft: _Draft) -> str | None:
    if row.parent_ref is not None:
        # Some lists give the parent's code where others give its number.
        return draft.by_ref.get(row.parent_ref) or _by_code(row.parent_ref, draft)
    return None if row.parent is None else _by_code(row.parent, draft)


def _by_code(text: str, draft: _Draft) -> str | None:
    spelling = respell(text)
    if spelling is None:
        return None
    known = draft.codes.get(spelling.code)
    return draft.by_code.get(spelling.code) or (None if known is None else known.organisation)


def _drop_cycles(records: dict[str, tuple[Row, OrganisationRecord]], draft: _Draft) -> None:
    """Leave out each row of a circle; without them there is none."""
    while True:
        merged = dict(draft.organisations) | {id: one for id, (_, one) in records.items()}
        parents = {id: [one.parent] if one.parent else [] for id, one in merged.items()}
        successors = {id: one.successors for id, one in merged.items()}
        way = cycle(parents, records) or cycle(successors, records)
        if not way:
            return
        for id in set(way) & records.keys():
            row, _ = records.pop(id)
            draft.say(row, Said.CYCLE, id)


def _changes(
    taken: Mapping[int, Row], records: Mapping[str, tuple[Row, OrganisationRecord]], draft: _Draft
) -> list[Change]:
    organisations: list[Change] = []
    ending: list[Change] = []
    done: set[str] = set()
    for id in _parents_first(records):
        row, record = records[id]
        if record == draft.organisations.get(id):
            done.add(id)
            continue
        if record.parent is not None and not _there(record.parent, done, draft):
            draft.say(row, Said.UNKNOWN_PARENT, id)
            continue
        change = _put(id, record, row, draft)
        if change is not None:
            # Whoever ends comes last: its successors are there by then.
            (ending if record.successors else organisations).append(change)
            done.add(id)
    return [*organisations, *_code_changes(taken, done, draft), *ending]


def _there(id: str, done: set[str], draft: _Draft) -> bool:
    return id in done or id in draft.organisations


def _parents_first(
    records: Mapping[str, tuple[Row, OrganisationRecord]],
) -> Iterable[str]:
    placed: set[str] = set()
    for start in records:
        path = []
        id: str | None = start
        while id is not None and id in records and id not in placed:
            path.append(id)
            placed.add(id)
            id = records[id][1].parent
        yield from reversed(path)


def _put(id: str, record: OrganisationRecord, row: Row, draft: _Draft) -> Change | None:
    contacts: list[dict[str, Any]] = [
        msgspec.to_builtins(one) for one in record.contacts if one.email != row.mail
    ]
    if row.mail:
        contacts.append({"of": "business", "name": "văn thư", "email": row.mail})
    try:
        return PutOrganisation(
            change="put_organisation",
            **{
                name: getattr(record, name)
                for name in record.__struct_fields__
                if name != "contacts"
            },
            id=id,
            contacts=tuple(ContactAsked(**one) for one in contacts),
        )
    except ValidationError as error:
        fields = ", ".join(str(one["loc"][0]) if one["loc"] else "dates" for one in error.errors())
        draft.say(row, Said.REFUSED, fields)
        return None


def _code_changes(taken: Mapping[int, Row], done: set[str], draft: _Draft) -> Iterable[Change]:
    for number, row in taken.items():
        id = draft.ids[number]
        if id not in done and id not in draft.organisations:
            continue
        for raw in row.codes:
            # As it is written: the trail keeps it beside the repaired one.
            spelling = respell(raw)
            if spelling is not None and spelling.code not in draft.codes:
                yield PutCode(
                    change="put_code", code=raw, organisation=id, scheme=spelling.scheme.value
                )


def _closing(kept: set[str], draft: _Draft) -> list[Change]:
    yesterday = draft.today - timedelta(days=1)
    return [
        PutOrganisation(
            change="put_organisation",
            id=id,
            **{
                name: getattr(one, name)
                for name in ("name", "level", "parent", "valid_from", "successors")
            },
            contacts=tuple(ContactAsked(**msgspec.to_builtins(c)) for c in one.contacts),
            state="merged" if one.successors else "closed",
            valid_to=one.valid_to or max(yesterday, one.valid_from or yesterday),
        )
        for id, one in sorted(draft.organisations.items())
        if id not in kept and one.state == "active"
    ]


def _ended(one: OrganisationRecord, today: date) -> bool:
    return one.state != "active" or (one.valid_to is not None and one.valid_to < today)


def _summed(changes: list[Change], draft: _Draft, rows: int) -> Plan:
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
