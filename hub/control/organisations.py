"""What changes of organisations, codes, groups and areas do to the draft. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from lgsp_message.codes import respell

from hub.control import directory_changes as ask
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.directory_records import (
    CodeRecord,
    CompetenceRecord,
    Contact,
    GroupRecord,
    OrganisationRecord,
)
from hub.directory.organisations import Tenure


def spelt(code: str) -> str:
    """Return a code as the directory spells it."""
    spelling = respell(code)
    return code if spelling is None else spelling.code


def _put_organisation(change: ask.PutOrganisation, draft: Draft, place: str) -> None:
    if change.id in (change.parent, *change.successors):
        detail = "an organisation is neither its own parent nor its own successor"
        raise ChangeRefused(Refusal.NOT_ITSELF, detail, place)
    record = OrganisationRecord(
        name=change.name,
        level=change.level,
        parent=change.parent,
        state=change.state,
        valid_from=change.valid_from,
        valid_to=change.valid_to,
        successors=change.successors,
        contacts=tuple(Contact(**one.model_dump()) for one in change.contacts),
    )
    draft.put(change.id, record, change.change)


def _delete_organisation(change: ask.DeleteOrganisation, draft: Draft, _place: str) -> None:
    draft.remove(OrganisationRecord, change.id, change.change)


def _put_code(change: ask.PutCode, draft: Draft, place: str) -> None:
    spelling = respell(change.code)
    if spelling is None:  # The field's type lets nothing through that cannot be read.
        raise ChangeRefused(Refusal.UNREADABLE, "no code can be read there", place)
    mine = Tenure(change.organisation, change.valid_from, change.valid_to)
    tenures = _with(mine, draft.find(CodeRecord, spelling.code), spelling.code, place)
    *earlier, last = tenures
    record = CodeRecord(
        organisation=last.organisation,
        scheme=change.scheme,
        valid_from=last.valid_from,
        valid_to=last.valid_to,
        earlier=tuple(earlier),
        certainty=change.certainty,
    )
    noted = None
    if spelling.repairs:
        noted = {"spelt": change.code, "repairs": [one.value for one in spelling.repairs]}
    draft.put(spelling.code, record, change.change, noted=noted)


def _with(mine: Tenure, known: CodeRecord | None, code: str, place: str) -> list[Tenure]:
    """Return all holders of a code in their order, with a new one or a changed one.

    Raises:
        ChangeRefused: `CODE_TAKEN`: on no day may a code mean two organisations.
    """
    others: list[Tenure] = []
    if known is not None:
        last = Tenure(known.organisation, known.valid_from, known.valid_to)
        others = [one for one in (*known.earlier, last) if one.organisation != mine.organisation]
    for other in others:
        if _overlap(mine, other):
            detail = f"{code} is the code of {other.organisation} on one of these days"
            raise ChangeRefused(Refusal.CODE_TAKEN, detail, place)
    return sorted((*others, mine), key=lambda one: one.valid_from or date.min)


def _overlap(one: Tenure, other: Tenure) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_to or date.max, other.valid_to or date.max)


def _delete_code(change: ask.DeleteCode, draft: Draft, _place: str) -> None:
    draft.remove(CodeRecord, change.code, change.change)


def _put_group(change: ask.PutGroup, draft: Draft, _place: str) -> None:
    record = GroupRecord(members=change.members, under=change.under, level=change.level)
    draft.put(change.name, record, change.change)


def _delete_group(change: ask.DeleteGroup, draft: Draft, _place: str) -> None:
    draft.remove(GroupRecord, change.name, change.change)


def _put_competence(change: ask.PutCompetence, draft: Draft, _place: str) -> None:
    id = f"{change.area}/{change.organisation}"
    draft.put(id, CompetenceRecord(types=change.types), change.change)


def _delete_competence(change: ask.DeleteCompetence, draft: Draft, _place: str) -> None:
    draft.remove(CompetenceRecord, f"{change.area}/{change.organisation}", change.change)


ORGANISATION_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    ask.PutOrganisation: _put_organisation,
    ask.DeleteOrganisation: _delete_organisation,
    ask.PutCode: _put_code,
    ask.DeleteCode: _delete_code,
    ask.PutGroup: _put_group,
    ask.DeleteGroup: _delete_group,
    ask.PutCompetence: _put_competence,
    ask.DeleteCompetence: _delete_competence,
}
