"""`payment-reconcile`: each day's payments of both sides are compared, differences are told.

A day is compared once, when it is over; its differences are written to the state file before the
day is ticked off, and a position is a place there. What arrives later changes nothing told.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from lgsp_adapter import (
    Check,
    Context,
    Draft,
    Fatal,
    Kind,
    Record,
    Reject,
    Retryable,
    Source,
    Spec,
    Text,
)
from lgsp_adapter.outgoing import Connect, open_guarded
from lgsp_adapter.state import StateAndPeer
from pydantic import Field

from hub_adapter_payment.difference import Difference, Payment, differences
from hub_adapter_payment.fee import VIET_NAM, dong
from hub_adapter_payment.memory import DAYS, DIFFERENCES, PAID
from hub_adapter_payment.platform import Fields, Platform, PlatformConfig, platform_of

TYPE: Final = "vn.gov.record.changed.v1"
DATASET: Final = "payment.reconciliation"
_NEXT: Final = "next"
_PAGE: Final = 1000
_CLOCK_DAYS: Final = timedelta(days=366)


class ReconcileConfig(PlatformConfig):
    """Where the platform's list of a day is."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """Shared with `payment-in`: what the hub was told."""
    recipients: Annotated[
        tuple[str, ...], Text(vi="Nơi nhận", en="Recipients"), Field(min_length=1)
    ]
    """Who is told of differences: `urn:hub:org:…`, `urn:hub:system:…` or `urn:hub:group:…`."""
    since: Annotated[date, Text(vi="Ngày đầu tiên", en="First day")]
    ready_at: Annotated[time, Text(vi="Giờ có danh sách", en="Hour of the list")] = time(6)
    """Viet Nam time of the next day from which on a day's list is complete."""
    list_path: Annotated[str, Text(vi="Đường dẫn danh sách", en="Path of the list")] = (
        "/reconciliation"
    )
    list_field: Annotated[str, Text(vi="Trường danh sách", en="Field of the list")] = "DanhSach"
    date_field: Annotated[str, Text(vi="Trường ngày", en="Field of the day")] = "NgayDoiSoat"
    list_fields: Annotated[Fields, Text(vi="Trường ký", en="Signed fields of the call")] = (
        "MaDoiTac",
        "NgayDoiSoat",
    )
    paid_states: Annotated[
        frozenset[str], Text(vi="Trạng thái đã nộp", en="TrangThaiGD of money moved")
    ] = frozenset({"1", "00"})
    """A row with another TrangThaiGD moved no money and is passed over; one without it counts."""
    days_at_once: Annotated[
        int, Text(vi="Số ngày mỗi lần đọc", en="Days in one read"), Field(ge=1, le=31)
    ] = 7


class PaymentReconcile(Source[ReconcileConfig]):
    """A difference becomes `record.changed` of the data set `payment.reconciliation`."""

    spec = Spec(
        name="payment-reconcile",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=ReconcileConfig,
        title=Text(vi="Đối soát thanh toán hằng ngày", en="Daily reconciliation"),
        types=(TYPE,),
    )

    def __init__(self, config: ReconcileConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._held: StateAndPeer[Platform] = StateAndPeer(config.state)
        self._state = self._held.state
        self._identity = ""
        self._place = 0
        self._last: tuple[date, list[Any]] | None = None
        """The list that was fetched last: it is the day before of the next."""

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        await self._held.open(lambda: platform_of(self.config, ctx, self._connect))
        self._identity = await self._state.identity()
        identity, _, seq = (position or "").rpartition(":")
        # Another file: its places mean nothing here. All is told again, under the same ids.
        self._place = int(seq) if identity == self._identity and seq.isdigit() else 0

    async def close(self) -> None:
        await self._held.close()

    async def check(self) -> Check:
        count = len(await self._list(self.config.since))
        return Check(
            ok=True,
            vi=f"Nền tảng trả danh sách, {count} giao dịch ngày đầu",
            en=f"The platform lists {count} transactions of the first day",
        )

    async def read(self, limit: int) -> list[Record]:
        rows = await self._state.after(DIFFERENCES, self._place, limit)
        for _ in range(self.config.days_at_once):
            if rows or not await self._compare():
                break
            rows = await self._state.after(DIFFERENCES, self._place, limit)
        self._place = rows[-1][0] if rows else self._place
        return [self._record(seq, key, value) for seq, key, value in rows]

    async def _compare(self) -> bool:
        """Compare the next day that is over; False if there is none."""
        text = await self._state.get(DAYS, _NEXT)
        day = self.config.since if text is None else date.fromisoformat(text)
        if self.ctx.now().astimezone(VIET_NAM).date() < self.config.since - _CLOCK_DAYS:
            raise Fatal("the clock is long before the first day: set the clock, or `since`")
        ready = datetime.combine(day + timedelta(days=1), self.config.ready_at, VIET_NAM)
        if self.ctx.now() < ready:
            return False
        before, theirs = await self._list(day - timedelta(days=1)), await self._list(day)
        for key, row in await self._found(day, before, theirs):
            await self._state.claim(DIFFERENCES, key, json.dumps(row, ensure_ascii=False))
        # Only when all of the day's differences are on the disk.
        await self._state.put(DAYS, _NEXT, (day + timedelta(days=1)).isoformat())
        return True

    async def _found(
        self, day: date, before: list[Any], listed: list[Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        ours = await self._ours()
        known = {name: payment for name, (payment, _) in ours.items()}
        of_the_day = [name for name, (_, paid) in ours.items() if paid == day.isoformat()]
        read = [(number, row, self._payment(row)) for number, row in enumerate(listed)]
        theirs = [payment for _, row, payment in read if payment and self._moved(row)]
        there = [each.transaction for each in map(self._payment, before) if each is not None]
        bad = [
            (f"{day}/bad/{number}", {"bad": number, "raw": json.dumps(row)})
            for number, row, payment in read
            if payment is None
        ]
        compared = differences(known, of_the_day, theirs, there)
        return bad + [
            (f"{day}/{each.kind}/{each.transaction}", _row(day, each)) for each in compared
        ]

    async def _ours(self) -> dict[str, tuple[Payment, str]]:
        """Return what the hub was told, with the day, by transaction."""
        found, place = {}, 0
        while rows := await self._state.after(PAID, place, _PAGE):
            place = rows[-1][0]
            for _, transaction, value in rows:
                body = json.loads(value)
                payment = Payment(
                    transaction=transaction, reference=body["reference"], amount=body["amount"]
                )
                found[transaction] = (payment, body["paid_at"][:10])
        return found

    async def _list(self, day: date) -> list[Any]:
        if self._last is not None and self._last[0] == day:
            return self._last[1]
        content = {"MaDoiTac": self.config.partner, self.config.date_field: day.strftime("%Y%m%d")}
        answer = await self._asked(content)
        rows = answer.get(self.config.list_field)
        if not isinstance(rows, list):
            # An empty day has an empty list; without one the day is not known to be complete.
            raise Retryable(f"the answer has no list {self.config.list_field}")
        self._last = (day, rows)
        return rows

    async def _asked(self, content: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return await self._held.peer.call(
                self.config.list_path, content, self.config.list_fields
            )
        except Reject as error:
            # No message is at fault: the day stays open, and is asked for again.
            raise Retryable("the platform refused the list", peer_code=error.peer_code) from error

    def _moved(self, row: Mapping[str, Any]) -> bool:
        state = row.get("TrangThaiGD")
        return state is None or str(state) in self.config.paid_states

    def _payment(self, row: Any) -> Payment | None:
        try:
            return Payment(
                transaction=_text(row["MaGiaoDich"]),
                reference=_text(row["MaThamChieu"]),
                amount=dong(row["SoTien"], "SoTien"),
            )
        except (KeyError, TypeError, Reject):
            return None

    def _record(self, seq: int, key: str, value: str) -> Record:
        row, position = json.loads(value), f"{self._identity}:{seq}"
        if "bad" in row:
            message = Reject("bad_row", f"{self.config.list_field}[{row['bad']}]")
            return Record(position=position, message=message, raw=row["raw"].encode())
        return Record(
            position=position, message=_draft(key, row, self.config.recipients), raw=value.encode()
        )


def _row(day: date, found: Difference) -> dict[str, Any]:
    """Return the record of a difference; no person is in it."""
    side = found.theirs or found.ours
    return {
        "date": day.isoformat(),
        "kind": found.kind,
        "transaction_id": found.transaction,
        "reference": side.reference if side else "",
        "hub_amount": found.ours.amount if found.ours else None,
        "platform_amount": found.theirs.amount if found.theirs else None,
    }


def _draft(key: str, row: Mapping[str, Any], recipients: tuple[str, ...]) -> Draft:
    over = datetime.combine(date.fromisoformat(row["date"]) + timedelta(days=1), time(), VIET_NAM)
    record_id = hashlib.sha256(key.encode()).hexdigest()[:40]
    body = {
        "dataset": DATASET,
        "record_id": record_id,
        "change": "created",
        "changed_at": over.isoformat(),
        "version": 1,
        "record": dict(row),
    }
    return Draft(
        id="recon-" + record_id,
        type=TYPE,
        body=json.dumps(body, ensure_ascii=False).encode(),
        subject=unicodedata.normalize("NFC", row["transaction_id"]),
        recipients=recipients,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or str(value) == "":
        raise TypeError("no text")
    return str(value)
