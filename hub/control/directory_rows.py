"""From the rows of a file to the organisations that they tell of. Pure.

A row that contradicts itself, another row or the directory is left out and told. Codes are the key:
a row is about the organisation that has one of its codes.
"""

from collections.abc import Iterable, Mapping

from lgsp_message.codes import Spelling, level_1, respell

from hub.control.directory_findings import Finding, Reading, Said
from hub.decision.directory_records import OrganisationRecord
from hub.directory.shapes import Row, RowUnreadable, guessed_level

Records = dict[str, tuple[Row, OrganisationRecord]]
"""Id to the row and the organisation that it tells of."""


def taken_rows(rows: Iterable[Row | RowUnreadable], draft: Reading) -> dict[int, Row]:
    """Return the rows whose codes can be read and are their own, by number."""
    found: dict[int, Row] = {}
    owner: dict[str, int] = {}
    bad: set[int] = set()
    for number, row in enumerate(rows):
        if isinstance(row, RowUnreadable):
            place, _, what = str(row).partition(": ")
            draft.findings.append(Finding(place=place, said=Said.UNREADABLE, detail=what))
            continue
        spelt = _spelt(row, draft)
        codes = [one.code for one in spelt.values()]
        others = {owner[code] for code in codes if code in owner}
        if any(_same(found[other], row) for other in others):
            draft.say(row, Said.DUPLICATE, codes[0])
        elif others:
            draft.say(row, Said.CODE_TAKEN, codes[0])
            bad |= others
        elif codes:
            found[number], draft.spelt[number] = row, spelt
            owner |= dict.fromkeys(codes, number)
    for number in bad:
        draft.say(found[number], Said.CODE_TAKEN, draft.codes_of(number)[0])
        del found[number]
    for number, row in found.items():
        _name(number, row, draft)
    return {number: row for number, row in found.items() if number in draft.ids}


def _spelt(row: Row, draft: Reading) -> dict[str, Spelling]:
    if not row.name:
        draft.say(row, Said.NO_NAME)
        return {}
    read = [(text, respell(text)) for text in row.codes]
    # Of two spellings of one code, the one that was written last stays.
    by_code = {one.code: (text, one) for text, one in read if one is not None}
    if not read or any(one is None for _, one in read):
        draft.say(row, Said.NO_CODE)
        return {}
    for _, one in by_code.values():
        if one.repairs:
            draft.say(row, Said.REPAIRED, f"{one.code}: {', '.join(one.repairs)}")
    return dict(by_code.values())


def _same(one: Row, other: Row) -> bool:
    return one.name == other.name and one.deleted == other.deleted


def _name(number: int, row: Row, draft: Reading) -> None:
    """Find whose row it is: of whom has one of its codes, or of a new organisation."""
    codes = draft.codes_of(number)
    known = {draft.codes[code].organisation for code in codes if code in draft.codes}
    if len(known) > 1:
        draft.say(row, Said.CODE_TAKEN, codes[0])
        return
    id_ = known.pop() if known else codes[0]
    draft.ids[number] = id_
    draft.by_code |= dict.fromkeys(codes, id_)
    if row.ref is not None:
        draft.by_ref[row.ref] = id_


def records_of(taken: Mapping[int, Row], draft: Reading) -> Records:
    """Return the organisations that the rows tell of."""
    found: Records = {}
    for number, row in taken.items():
        record = _record(number, row, draft)
        if record is not None:
            found[draft.ids[number]] = (row, record)
    return found


def _record(number: int, row: Row, draft: Reading) -> OrganisationRecord | None:
    code, known = draft.codes_of(number)[0], draft.organisations.get(draft.ids[number])
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


def _parent(row: Row, draft: Reading) -> str | None:
    if row.parent_ref is not None:
        # Some lists give the parent's code where others give its number.
        return draft.by_ref.get(row.parent_ref) or _by_code(row.parent_ref, draft)
    return None if row.parent is None else _by_code(row.parent, draft)


def _by_code(text: str, draft: Reading) -> str | None:
    spelling = respell(text)
    if spelling is None:
        return None
    known = draft.codes.get(spelling.code)
    return draft.by_code.get(spelling.code) or (None if known is None else known.organisation)
