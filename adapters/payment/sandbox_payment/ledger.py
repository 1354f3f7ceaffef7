"""Payments on the platform, and what the daily list says of them, which may be something else."""

from dataclasses import dataclass, field
from typing import Any, Final

PAID: Final = "1"
FAILED: Final = "2"
WAITING: Final = "0"


@dataclass(slots=True, kw_only=True)
class Payment:
    """One payment under its reference (MaThamChieu); amounts are whole đồng."""

    reference: str
    amount: int
    asked: dict[str, Any] = field(repr=False)
    bank: str
    state: str = WAITING
    transaction: str = ""
    at: str = ""
    listed_amount: int | None = None
    listed: bool = True

    def row(self) -> dict[str, Any]:
        """Return the row of the daily list."""
        amount = self.amount if self.listed_amount is None else self.listed_amount
        return {
            "MaThamChieu": self.reference,
            "MaGiaoDich": self.transaction,
            "SoTien": amount,
            "MaNganHang": self.bank,
            "TrangThaiGD": self.state,
            "ThoiGianGD": self.at,
        }


class Ledger:
    """Payments by reference."""

    def __init__(self) -> None:
        self._all: dict[str, Payment] = {}

    def find(self, reference: str) -> Payment | None:
        """Return a payment."""
        return self._all.get(reference)

    def add(self, payment: Payment) -> None:
        """Keep a payment."""
        self._all[payment.reference] = payment

    def day(self, day: str) -> list[dict[str, Any]]:
        """Return the rows of the payments made on a day (yyyyMMdd)."""
        made = (each for each in self._all.values() if each.state == PAID and each.listed)
        return [each.row() for each in made if each.at.startswith(day)]

    def clear(self) -> None:
        """Forget all."""
        self._all.clear()
