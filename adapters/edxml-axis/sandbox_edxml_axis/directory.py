"""The axis' directory: agencies under several codes, each served by one member system.

Both code forms are live at once; a parcel for either reaches the same agency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum, unique


@unique
class Level(StrEnum):
    """Where an agency stands; the text is the `level` of getAgenciesListQD20."""

    TOP = "1"
    """A ministry or a province."""
    SECOND = "2"
    """A department or a district."""
    THIRD = "3"
    """A commune or an office below a department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency, under the code of QĐ 20/2020 and its earlier ones."""

    code: str
    code102: str
    """The code of QCVN 102:2016."""
    old_code: str = ""
    """A code of before a merger."""
    id: str
    parent: str = ""
    name: str
    mail: str = ""
    level: Level
    system: str
    version: int = 1
    modified: str = "2026/01/01 00:00:00"
    deleted: bool = False

    @property
    def aliases(self) -> tuple[str, ...]:
        """All codes under which it is addressed."""
        return tuple(each for each in (self.code, self.code102, self.old_code) if each)


class Directory:
    """Agencies by code. A code is never given to another agency."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._by_code = {each.code: each for each in agencies}

    def __iter__(self) -> Iterator[Agency]:
        return iter(self._by_code.values())

    def find(self, alias: str) -> Agency | None:
        """Return the living agency that is addressed by this code."""
        for each in self._by_code.values():
            if alias in each.aliases and not each.deleted:
                return each
        return None

    def knows(self, alias: str) -> bool:
        """Return whether the code was ever given."""
        return any(alias in each.aliases for each in self)

    def put(self, agency: Agency) -> None:
        """Add an agency, or change it."""
        self._by_code[agency.code] = agency

    def delete(self, code: str, modified: str) -> None:
        """Mark an agency as gone; it stays in the list for those that synchronise."""
        found = self._by_code[code]
        self.put(replace(found, deleted=True, version=found.version + 1, modified=modified))


_ROWS = (
    ("1", "", "G99", "000.00.00.G99", "Bộ Mẫu", Level.TOP, "mau.g99"),
    ("2", "", "H99", "000.00.00.H99", "UBND tỉnh Mẫu", Level.TOP, "mau.h99"),
    ("3", "2", "H99.97", "000.00.97.H99", "Sở Thử nghiệm tỉnh Mẫu", Level.SECOND, "mau.h99"),
    ("4", "2", "H99.98", "000.00.98.H99", "Sở Kiểm thử tỉnh Mẫu", Level.SECOND, "mau.h99"),
    ("5", "2", "H99.02", "000.00.02.H99", "UBND huyện Mẫu", Level.SECOND, "mau.h99"),
    ("6", "5", "H99.02.01", "000.01.02.H99", "UBND xã Mẫu", Level.THIRD, "mau.h99"),
    ("7", "", "H98", "000.00.00.H98", "UBND tỉnh Mẫu Hai", Level.TOP, "mau.h98"),
    ("8", "7", "H98.10", "000.00.10.H98", "Sở Mẫu tỉnh Mẫu Hai", Level.SECOND, "mau.h98"),
)
"""The invented country: one ministry, two provinces. Level-1 codes G99, H98, H99 do not exist."""


def sample() -> tuple[Agency, ...]:
    """Return the agencies of a sandbox that is not told others."""
    return tuple(
        Agency(
            id=id_,
            parent=parent,
            code=code,
            code102=code102,
            name=name,
            mail=f"vanthu@{code.lower()}.example",
            level=level,
            system=system,
        )
        for id_, parent, code, code102, name, level, system in _ROWS
    )
