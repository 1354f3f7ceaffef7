"""Elements to values, by the tables of `lgsp_edxml.fields`: by local name, in any order."""

from itertools import pairwise
from typing import Any

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.notes import Deviation, Notes
from lgsp_edxml.shapes import Field, Group, Item, Kind, Many, One, Record, leaves, name_of
from lgsp_edxml.texts import read_text
from lgsp_edxml.tree import Node


def read_record(record: Record, node: Node, place: str, notes: Notes) -> Any:
    """Return the value of an element.

    Raises:
        EdxmlError: something required is missing, stands twice, is too long or unreadable.
    """
    values = read_items(record.items, node, place, notes)
    orders = (tuple(name_of(item) for item in record.items), *record.orders)
    if not record.any_order and not _is_ordered(node, orders):
        notes.add(Deviation.ELEMENT_ORDER, place)
    return record.make(**values)


def read_items(items: tuple[Item, ...], node: Node, place: str, notes: Notes) -> dict[str, Any]:
    """Return the values of `items` in `node` by attribute; same errors as `read_record`."""
    known = {name_of(item) for item in items}
    note_ignored(node, known, place, notes)
    values: dict[str, Any] = {}
    for item in items:
        if isinstance(item, Many):
            values[item.attr] = read_many(item, node, place, notes)
        elif isinstance(item, Group):
            values |= _read_group(item, node, place, notes)
        elif isinstance(item, One):
            values[item.attr] = _read_one(item, node, place, notes)
        elif item.kind is not Kind.CONSTANT:
            values[item.attr] = read_field(item, node, place, notes)
    return values


def read_field(field: Field, node: Node, place: str, notes: Notes) -> Any:
    """Return the value of one text in `node`; same errors as `read_record`."""
    inner = f"{place}/{field.element}"
    child = only(node, field.element, inner)
    if child is not None:
        note_ignored(child, set(), inner, notes, texts=False)
        return read_text(field, child.text, inner, notes)
    if field.default is not None:
        notes.add(Deviation.ELEMENT_MISSING, inner)
    elif field.required:
        raise EdxmlError(Fault.MISSING, inner)
    return field.default


def read_many(many: Many, node: Node, place: str, notes: Notes) -> tuple[Any, ...]:
    """Return the list in `node`; empty items are left out and noted.

    Raises:
        EdxmlError: also `TOO_MANY`.
    """
    if many.wrapper:
        place = f"{place}/{many.wrapper}"
        inner = only(node, many.wrapper, place)
        if inner is not None:
            note_ignored(inner, {many.element}, place, notes)
        node = inner or Node(many.wrapper)
    found = node.every(many.element)
    if len(found) > many.most:
        raise EdxmlError(Fault.TOO_MANY, f"{place}/{many.element}")
    values = []
    for number, child in enumerate(found, 1):
        value = _read_member(many, child, f"{place}/{many.element}[{number}]", notes)
        if value is not None:
            values.append(value)
    if len(values) < many.least:
        raise EdxmlError(Fault.MISSING, f"{place}/{many.element}")
    return tuple(values)


def only(node: Node, name: str, place: str) -> Node | None:
    """Return the one child of that name, or None.

    Raises:
        EdxmlError: `REPEATED`: two readers could take two different ones.
    """
    found = node.every(name)
    if len(found) > 1:
        raise EdxmlError(Fault.REPEATED, place)
    return found[0] if found else None


def note_ignored(
    node: Node, known: set[str], place: str, notes: Notes, *, texts: bool = True
) -> None:
    """Note the children and, if `texts`, the text between them that will not be read."""
    for child in node.children:
        if child.name not in known:
            notes.add(Deviation.ELEMENT_IGNORED, place)
    if texts and node.texts and node.text.strip():
        notes.add(Deviation.TEXT_IGNORED, place)


def is_empty(record: Record, value: Any) -> bool:
    """Say whether none of the value's attributes holds anything."""
    return not any(getattr(value, item.attr) for item in leaves(record.items))


def _read_member(many: Many, node: Node, place: str, notes: Notes) -> Any:
    if isinstance(many.of, Record):
        value = read_record(many.of, node, place, notes)
        empty = is_empty(many.of, value)
    else:
        note_ignored(node, set(), place, notes, texts=False)
        value = read_text(many.of, node.text, place, notes)
        empty = not value
    if empty:
        notes.add(Deviation.EMPTY_ELEMENT, place)
        return None
    return value


def _read_one(one: One, node: Node, place: str, notes: Notes) -> Any:
    inner = f"{place}/{one.element}"
    child = only(node, one.element, inner)
    if child is not None:
        return read_record(one.record, child, inner, notes)
    if one.required:
        raise EdxmlError(Fault.MISSING, inner)
    if one.default is not None:
        notes.add(Deviation.ELEMENT_MISSING, inner)
    return one.default


def _read_group(group: Group, node: Node, place: str, notes: Notes) -> dict[str, Any]:
    inner = f"{place}/{group.element}"
    child = only(node, group.element, inner)
    if child is None and group.required:
        raise EdxmlError(Fault.MISSING, inner)
    if child is not None and not _is_ordered(child, (tuple(map(name_of, group.items)),)):
        notes.add(Deviation.ELEMENT_ORDER, inner)
    return read_items(group.items, child or Node(group.element), inner, notes)


def _is_ordered(node: Node, orders: tuple[tuple[str, ...], ...]) -> bool:
    """Say whether the children that an order knows stand in that order, for one of `orders`."""
    for order in orders:
        rank = {name: number for number, name in enumerate(order)}
        ranks = [rank[child.name] for child in node.children if child.name in rank]
        if all(one <= other for one, other in pairwise(ranks)):
            return True
    return False
