"""What is published about provinces, as distributions: shares and weights, never totals.

How many matters a day has follows from its length alone; these say how they are spread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulator.agencies import Agency

ONLINE: Final[Mapping[str, float]] = {
    "central": 0.59,
    "province": 0.59,
    "district": 0.27,
    "commune": 0.49,
}
"""Share of dossiers that are handed in online, by the level that handles them (Bà Rịa - Vũng Tàu);
for the ministries as for the province: assumed."""

SATISFIED: Final = 0.985
"""Share of ratings that are satisfied: more than 98 % (Cà Mau)."""

SUPPLEMENTED: Final = 0.1
"""Share of dossiers that need more papers: assumed."""
RATED: Final = 0.5
"""Share of dossiers that are rated: assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """How large a share of some agencies' dossiers is late, and of whom that is published."""

    of: str
    share: float


CA_MAU: Final = Late(of="Cà Mau", share=0.008)
"""More than 99 % on time."""
NGO_QUYEN: Final = Late(of="Ngô Quyền", share=0.0026)
"""99.74 % on time."""
NHA_TRANG_BEFORE: Final = Late(of="Nha Trang, năm trước", share=0.1207)
NHA_TRANG: Final = Late(of="Nha Trang", share=0.0584)
"""A year later; of the communes, of which nothing is published, the same: assumed."""

_ONE_BY_ONE: Final[Mapping[str, Late]] = {
    **dict.fromkeys(("mau-huyen-01", "mau-xa-01"), NGO_QUYEN),
    **dict.fromkeys(("mau-huyen-02", "mau-xa-02"), NHA_TRANG_BEFORE),
}


def late_of(agency: Agency) -> Late:
    """Return how late an agency is."""
    usual = CA_MAU if agency.level in {"central", "province"} else NHA_TRANG
    return _ONE_BY_ONE.get(agency.id, usual)


LAND_BY_LEVEL: Final[Mapping[str, float]] = {"province": 0.2, "district": 0.5, "commune": 0.3}
"""At which level a change of land use right is handed in: assumed. Without districts the others
share what would be theirs."""
TO_MANY: Final = 0.04
"""Share of the letters inside the province that go to all agencies of a kind: assumed."""
URGENT: Final = 0.1
"""Share of letters: assumed."""
TO_TWO: Final = 0.3
"""Share of the national axis' letters that go to two agencies: assumed."""
OLD_CODE: Final = 0.2
"""Share of addresses in the older form of code: assumed. Both are in use on the national axis."""
MORNING: Final = 0.3
"""Share of matters that begin in the morning's rush, beside those spread over the day: assumed."""

WEIGHTS: Final[Mapping[str, float]] = {
    # Dossiers: 351,141 in 8 months (Hải Phòng) are some 2,090 a working day, beside the letters
    # through the national axis, 279 received and 49 sent. How dossiers split is assumed.
    "birth": 500,
    "land": 700,
    "business": 300,
    "passport": 590,
    "letter_in": 279,
    "letter_out": 49,
    # Assumed: nobody has published these.
    "letter_inside": 300,
    "petition": 100,
}
"""How often each kind of matter is, against the others."""
