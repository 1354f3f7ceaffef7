"""How organisations are shown: where they stand on the day, their codes, what befell them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from hub.api.ops.directory_models import (
    ContactAnswer,
    HappeningAnswer,
    NamedOrganisation,
    OrganisationAnswer,
    OrganisationLine,
    Stands,
    TenureAnswer,
)
from hub.control.directory_view import Line, Whole
from hub.decision.directory_records import CodeRecord, OrganisationRecord
from hub.directory.organisations import Tenure
from hub.directory.timeline import Happening


def stands(record: OrganisationRecord, day: date) -> Stands:
    """Return where an organisation stands on a day."""
    ended = record.valid_to is not None and record.valid_to < day
    if record.state != "active" or ended:
        return _ended(len(record.successors))
    if record.valid_from is not None and record.valid_from > day:
        return "to_come"
    return "active" if record.valid_to is None else "ending"


def _ended(successors: int) -> Stands:
    if successors > 1:
        return "split"
    return "merged" if successors else "closed"


def line_shown(line: Line, day: date) -> OrganisationLine:
    """Return an organisation as a line of a tree or a list."""
    record = line.record
    return OrganisationLine(
        id=line.id,
        name=record.name,
        stands=stands(record, day),
        level=record.level,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        codes=list(line.codes),
        children=line.children,
    )


def organisation_shown(found: Whole, groups: Iterable[str], day: date) -> OrganisationAnswer:
    """Return one organisation as its page shows it."""
    record, names = found.record, found.named
    return OrganisationAnswer(
        id=found.id,
        name=record.name,
        stands=stands(record, day),
        level=record.level,
        parent=record.parent,
        state=record.state,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        successors=[_named(one, names, day) for one in record.successors],
        contacts=[ContactAnswer.model_validate(one) for one in record.contacts],
        path=[line_shown(one, day) for one in found.path],
        children=found.children,
        groups=sorted(groups),
        codes=sorted(_tenures(found, day), key=lambda one: (not one.counts, one.code)),
        systems=_rows(found.systems),
        representing=_rows(found.representing),
        keys=_rows(found.keys),
        endpoints=_rows(found.endpoints),
        rights=_rows(found.rights),
        timeline=[_happening(one, names, day) for one in found.happenings],
        timeline_whole=found.all_told,
    )


def _rows(records: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"id": id} | msgspec.to_builtins(one) for id, one in sorted(records.items())]


def _named(id: str, names: Mapping[str, OrganisationRecord], day: date) -> NamedOrganisation:
    return NamedOrganisation(id=id, name=names[id].name, stands=stands(names[id], day))


def _tenures(found: Whole, day: date) -> Iterator[TenureAnswer]:
    for code, record in found.codes.items():
        for tenure in _of(found.id, record):
            mine = record.organisation == found.id
            yield TenureAnswer(
                code=code,
                scheme=record.scheme,
                valid_from=tenure.valid_from,
                valid_to=tenure.valid_to,
                counts=mine and tenure.valid_on(day),
                now_of=None if mine else record.organisation,
                certainty=record.certainty,
            )


def _of(id: str, record: CodeRecord) -> Iterator[Tenure]:
    last = Tenure(record.organisation, record.valid_from, record.valid_to)
    return (one for one in (*record.earlier, last) if one.organisation == id)


def _happening(
    one: Happening, names: Mapping[str, OrganisationRecord], day: date
) -> HappeningAnswer:
    def shown(text: str) -> str:
        return names[text].name if text in names else text

    return HappeningAnswer(
        turn=one.turn,
        day=one.day,
        ahead=one.day is not None and one.day > day,
        before=[_named(id, names, day) for id in one.before if id in names],
        after=[_named(id, names, day) for id in one.after if id in names],
        was=shown(one.was),
        became=shown(one.became),
    )
