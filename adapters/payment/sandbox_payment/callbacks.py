"""ConfirmDvcPayment: what the platform tells the province, again until the province has it."""

from collections import deque
from typing import Any, Final

import httpx2
import orjson
from lgsp_adapter.net import trusted
from lgsp_adapter.sandbox import Mischief, What

from sandbox_payment.hashing import CALLBACK, Hashing
from sandbox_payment.ledger import Payment

PATH: Final = "/callback"
"""Misbehaviour of the callbacks has paths that begin so."""
TIMEOUT_SECONDS: Final = 10.0
KEPT: Final = 10_000


class Callbacks:
    """Callbacks that are not confirmed yet, in the order in which payments were made."""

    def __init__(self, hashing: Hashing, mischief: Mischief) -> None:
        self.target: str | None = None
        self.waiting: deque[bytes] = deque(maxlen=KEPT)
        self._hashing, self._mischief = hashing, mischief

    def add(self, payment: Payment) -> None:
        """Tell of a payment: as it was, or wrongly on command."""
        body = self._body(payment)
        if told := self._mischief.take(PATH, What.WRONG_SCHEMA):
            body = {"data": body, "seed": told.seed}
        raw = orjson.dumps(body)
        if self._mischief.take(PATH, What.HALF_BODY):
            raw = raw[: len(raw) // 2]
        self.waiting.append(raw)
        if self._mischief.take(PATH, What.DUPLICATE):
            self.waiting.append(raw)

    async def deliver(self) -> list[int]:
        """Try each waiting callback once; return the statuses, 0 where nobody answered.

        What is not answered with 2xx waits for the next call.
        """
        if self.target is None:
            return []
        statuses, again = [], []
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, verify=trusted()) as http:
            for raw in self._mischief.listed(PATH, list(self.waiting)):
                statuses.append(await self._post(http, self.target, raw))
                if not 200 <= statuses[-1] < 300:  # noqa: PLR2004  (RFC 9110, 15.3)
                    again.append(raw)
        self.waiting.clear()
        self.waiting.extend(again)
        return statuses

    @staticmethod
    async def _post(http: httpx2.AsyncClient, target: str, raw: bytes) -> int:
        headers = {"Content-Type": "application/json"}
        try:
            return (await http.post(target, content=raw, headers=headers)).status_code
        except httpx2.HTTPError:
            return 0

    def _body(self, payment: Payment) -> dict[str, Any]:
        body: dict[str, Any] = {
            "LoaiBanTin": "ConfirmDvcPayment",
            "MaLoi": "00",
            "MaThamChieu": payment.reference,
            "SoTien": payment.amount,
            "MaGiaoDich": payment.transaction,
            "MaNganHang": payment.bank,
            "TrangThaiGD": payment.state,
        }
        right = self._hashing.of(body, CALLBACK)
        wrong = self._mischief.take(PATH, What.BAD_SIGNATURE)
        return body | {"MaXacThuc": right[::-1] if wrong else right}
