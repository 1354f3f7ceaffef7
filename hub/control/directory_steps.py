"""The changes that make the directory what a file tells, each after what it names. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from pydantic import ValidationError

from hub.control.directory_changes import ContactAsked, PutCode, PutOrganisation
from hub.control.directory_findings import Reading, Said
from hub.control.directory_rows import Records
from hub.decision.directory_records import CodeRecord, OrganisationRecord
from hub.directory.shapes import DOUBTS, Row
from hub.directory.tree import cycle

Change = PutOrganisation | PutCode


def drop_cycles(records: Records, draft: Reading) -> None:
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


def changes_of(taken: Mapping[int, Row], records: Records, draft: Reading) -> list[Change]:
    """Return what makes the directory what the rows tell."""
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


def _there(id: str, done: set[str], draft: Reading) -> bool:
    return id in done or id in draft.organisations


def _parents_first(records: Records) -> Iterable[str]:
    placed: set[str] = set()
    for start in records:
        path = []
        id: str | None = start
        while id is not None and id in records and id not in placed:
            path.append(id)
            placed.add(id)
            id = records[id][1].parent
        yield from reversed(path)


def _put(id: str, record: OrganisationRecord, row: Row, draft: Reading) -> Change | None:
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


def _code_changes(taken: Mapping[int, Row], done: set[str], draft: Reading) -> Iterable[Change]:
    for number, row in taken.items():
        id = draft.ids[number]
        if id not in done and id not in draft.organisations:
            continue
        for written, spelling in draft.spelt[number].items():
            known = draft.codes.get(spelling.code)
            if row.certainty in DOUBTS and (known is None or known.certainty in DOUBTS):
                draft.say(row, Said.UNSURE, f"{spelling.code}: {row.certainty}")
            if known is None:
                # As it is written: the trail keeps it beside the repaired one.
                yield _code(written, spelling.scheme, id, row.certainty)
            elif known.certainty in DOUBTS and row.certainty not in DOUBTS:
                yield _code(spelling.code, known.scheme, id, row.certainty, known)


def _code(
    text: str, scheme: str, id: str, certainty: str | None, days: CodeRecord | None = None
) -> PutCode:
    return PutCode.model_validate(
        {
            "change": "put_code",
            "code": text,
            "organisation": id,
            "scheme": scheme,
            "certainty": certainty,
            "valid_from": days and days.valid_from,
            "valid_to": days and days.valid_to,
        }
    )


def closing(kept: set[str], draft: Reading) -> list[Change]:
    """Return what closes every organisation that is not `kept`; yesterday was its last day."""
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
