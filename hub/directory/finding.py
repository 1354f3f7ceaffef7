"""Find organisations by what a person types: a part of a name, or any code, old ones too. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final
from unicodedata import normalize

import msgspec
from lgsp_message.codes import respell

from hub.directory.organisations import Code, Directory, Organisation

MAX_TEXT_CHARS: Final = 200
"""Longer than any name of an agency."""

_MARKS: Final = range(0x0300, 0x0370)
"""Unicode's combining diacritical marks: all that Vietnamese has."""
_PLAIN: Final = {ord("đ"): "d", ord("Đ"): "d", **dict.fromkeys(_MARKS)}


class Found(msgspec.Struct, frozen=True):
    """An organisation, and the code that led to it; None: its name did."""

    id: str
    code: str | None = None


_Names = Mapping[str, tuple[str, str]]
"""Id to the name, and the name as it is compared."""


class Finder:
    """Searches the newest version of the directory. Names are folded once, not at each question.

    Safe to call from several threads: what it remembers is replaced whole.
    """

    def __init__(self) -> None:
        self._kept: tuple[Mapping[str, Organisation], _Names] = ({}, {})
        """Organisations of one version, and their names."""

    def find(self, directory: Directory, text: str, limit: int) -> tuple[Found, ...]:
        """Return up to `limit` organisations: by the code itself, codes that begin so, names."""
        found: dict[str, Found] = {}
        for one in (*_by_code(directory, text), *self._by_name(directory.organisations, text)):
            if one.id in directory.organisations:
                found.setdefault(one.id, one)
            if len(found) == limit:
                break
        return tuple(found.values())

    def _by_name(self, organisations: Mapping[str, Organisation], text: str) -> Iterator[Found]:
        words = folded(text).split()
        if not words:
            return
        names = self._names(organisations)
        fitting = [
            (not name.startswith(words[0]), len(name), name, id)
            for id, (_, name) in names.items()
            if all(word in name for word in words)
        ]
        for *_, id in sorted(fitting):
            yield Found(id)

    def _names(self, organisations: Mapping[str, Organisation]) -> _Names:
        version, known = self._kept
        if organisations is version:
            return known
        found = {
            id: same
            if (same := known.get(id)) is not None and same[0] == one.name
            else (one.name, folded(one.name))
            for id, one in organisations.items()
        }
        self._kept = (organisations, found)
        return found


def folded(text: str) -> str:
    """Return a text without case and accents: people type "xa mau" for "Xã Mẫu"."""
    return " ".join(normalize("NFD", text).translate(_PLAIN).casefold().split())


def _by_code(directory: Directory, text: str) -> Iterator[Found]:
    """Yield whom a code means or meant: of one that passed on, the present holder first."""
    spelling = respell(text)
    if spelling is None:
        return
    wanted = spelling.code
    begins = sorted(code for code in directory.codes if code.startswith(wanted) and code != wanted)
    for code in (wanted, *begins):
        if (entry := directory.codes.get(code)) is not None:
            yield from (Found(id, code) for id in _holders(entry))
    yield Found(wanted)


def _holders(entry: Code) -> tuple[str, ...]:
    return (entry.organisation, *(one.organisation for one in reversed(entry.earlier)))
