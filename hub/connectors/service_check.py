"""What an operator hears who asks about a service: whether it is called and answers now.

A sink is asked to look at its other side. A service waits for the other side, so the question is
whether its own door stands open: its connector runs, the port is reached, its adapter is well.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from lgsp_adapter import Check

from hub.connectors.inbound import LOOPBACK, Counter
from hub.connectors.status import Report
from hub.connectors.windows import VIET_NAM

NO_PORT: Final = Check(
    ok=False,
    vi="Không ai gọi được: chưa đặt HUB_CONNECTORS_PORT; đặt cổng rồi khởi động lại tiến trình",
    en="Nobody can call it: HUB_CONNECTORS_PORT is not set; set it and restart the process",
)


async def check_service(connector: str, counter: Counter, report: Report | None) -> Check:
    """Return whether a service can be called now.

    `report`: how its connector is, None where this process does not have it yet.
    """
    service = counter.find(connector)
    if service is None:
        return _not_at_work(report)
    if counter.port is None:
        return NO_PORT
    if not await counter.is_reached():
        return not_well(f"port {counter.port} of this machine does not answer")
    found = await service.check()
    if not found.ok:
        return found
    place = f"http://{LOOPBACK}:{counter.port}/in/{connector}/"
    return replace(
        found,
        vi=f"{found.vi}. Đang mở tại {place}; proxy phía trước không kiểm tra được từ đây",
        en=f"{found.en}. Answers at {place}; the proxy before it cannot be seen from here",
    )


def with_last_call(found: Check, at: datetime | None) -> Check:
    """Return the check with when the other side has called last."""
    if at is None:
        return replace(
            found,
            vi=f"{found.vi}; chưa ai gọi từ khi khởi động",
            en=f"{found.en}; not called since its start",
        )
    when = at.astimezone(VIET_NAM).strftime("%d/%m %H:%M:%S")
    return replace(
        found,
        vi=f"{found.vi}; được gọi lần cuối {when}",
        en=f"{found.en}; last called {when} (UTC+7)",
    )


def not_well(why: str) -> Check:
    """Return the check of a service that cannot answer."""
    return Check(ok=False, vi=f"Không phục vụ được: {why}", en=f"It does not answer: {why}")


def _not_at_work(report: Report | None) -> Check:
    if report is None:
        return Check(ok=False, vi="Chưa khởi động; hãy thử lại", en="Not started yet; try again")
    vi, en = (f": {words}" if words else "" for words in (report.vi, report.en))
    return Check(
        ok=False,
        vi=f"Bộ kết nối không chạy (trạng thái {report.state}){vi}",
        en=f"The connector does not run (state {report.state}){en}",
    )
