"""`payment-out`: a fee that is due becomes a payment to be made (INIT)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from lgsp_adapter import (
    Check,
    Context,
    Delivery,
    Done,
    Idempotence,
    Kind,
    Reject,
    Result,
    Sink,
    Spec,
    Text,
)
from lgsp_adapter.outgoing import Connect, all_at_once, open_guarded
from lgsp_adapter.state import StateAndPeer

from hub_adapter_payment import fee
from hub_adapter_payment.memory import DUE, KEYS
from hub_adapter_payment.platform import Fields, Platform, PlatformConfig, platform_of


class PaymentOutConfig(PlatformConfig):
    """How payments are begun."""

    state: Annotated[Path, Text(vi="Tệp trạng thái", en="State file")]
    """Shared with `payment-in` and `payment-reconcile`."""
    init_path: Annotated[str, Text(vi="Đường dẫn INIT", en="Path of INIT")] = "/init"
    query_path: Annotated[str, Text(vi="Đường dẫn QUERY", en="Path of QUERY")] = "/query"
    channel: Annotated[str, Text(vi="Mã kênh thanh toán", en="Channel")] = "1"
    device: Annotated[str, Text(vi="Mã thiết bị", en="Device")] = "1"
    ip: Annotated[str, Text(vi="Địa chỉ IP máy chủ", en="Our IP address")] = "0.0.0.0"  # noqa: S104
    unknown_codes: Annotated[
        frozenset[str], Text(vi="Mã không có giao dịch", en="MaLoi of an unknown reference")
    ] = frozenset({"404"})
    init_fields: Annotated[Fields, Text(vi="Trường ký của INIT", en="Signed fields of INIT")] = (
        *("MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan"),
        *("MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich"),
        *("ThoiGianGD", "Ip"),
    )
    query_fields: Annotated[Fields, Text(vi="Trường ký của QUERY", en="Signed fields of QUERY")] = (
        "MaDoiTac",
        "MaThamChieu",
        "ThoiGianGD",
    )


class PaymentOut(Sink[PaymentOutConfig]):
    """Asks for a payment under the fee's own reference; asks by it whether it was begun."""

    spec = Spec(
        name="payment-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=PaymentOutConfig,
        title=Text(vi="Khởi tạo thanh toán", en="Begin payments"),
        types=("vn.gov.dossier.fee-due.v1",),
        idempotence=Idempotence.LOOK_UP,
    )

    def __init__(self, config: PaymentOutConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._held: StateAndPeer[Platform] = StateAndPeer(config.state)
        self._state = self._held.state

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self._held.open(lambda: platform_of(self.config, ctx, self._connect))

    async def close(self) -> None:
        await self._held.close()

    async def check(self) -> Check:
        # A reference that nobody uses: the answer shows partner, secret and platform at once.
        await self._asked("HUB-CHECK")
        return Check(ok=True, vi="Nền tảng trả lời", en="The platform answers")

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        # Where one is fatal, the others of the batch are looked up when they come again.
        return await all_at_once(batch, self._begin)

    async def find(self, key: str) -> Done | None:
        reference = await self._state.get(KEYS, key)
        if reference is None:
            # It stands there before INIT is called: without it there was no call.
            return None
        return Done(ref=reference) if await self._asked(reference) else None

    async def _begin(self, delivery: Delivery) -> Result:
        due = fee.read(delivery)
        known = json.loads(await self._state.claim(DUE, due.reference, due.memory))
        if known["key"] != due.key:
            # Another fee's payment would be taken for this one.
            raise Reject("reference_reused", "/reference")
        await self._state.put(KEYS, due.key, due.reference)
        config = self.config
        fixed = {"channel": config.channel, "device": config.device, "ip": config.ip}
        content = fee.content(due, config.partner, fixed)
        try:
            await self._held.peer.call(config.init_path, content, config.init_fields)
        except Reject:
            await self._state.drop(DUE, due.reference, due.memory)
            await self._state.drop(KEYS, due.key)
            raise
        return Done(ref=due.reference)

    async def _asked(self, reference: str) -> bool:
        """Say whether the platform knows a reference."""
        config = self.config
        content = {
            "LoaiBanTin": "QUERY",
            "MaDoiTac": config.partner,
            "MaThamChieu": reference,
            "ThoiGianGD": self.ctx.now().astimezone(fee.VIET_NAM).strftime("%Y%m%d%H%M%S"),
        }
        try:
            await self._held.peer.call(config.query_path, content, config.query_fields)
        except Reject as error:
            if error.peer_code in config.unknown_codes:
                return False
            raise
        return True
