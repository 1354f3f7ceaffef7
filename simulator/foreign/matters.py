"""The matters with foreign systems: each from its first message to the last thing that comes back.

A dead letter ends a matter (`GivenUp`). Numbers, codes and references are new in every run, so that
nothing waits behind what an earlier day has left.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from simulator import bodies, roles
from simulator.agencies import Agency
from simulator.foreign import cast, packets
from simulator.foreign.peers import Peer
from simulator.foreign.stage import Brought, Outward, Stage
from simulator.plan import VIET_NAM, Planned
from simulator.province import Province

_PARCEL: Final = ("2", "3", "4")
"""Collected, on the way, delivered: the sandbox's own codes."""
_TELL_SECONDS: Final = 1.0
"""Between two tries of the platform to call the hub."""
_FEE: Final = bodies.LAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a matter plays."""

    stage: Stage
    province: Province
    day: date
    tag: str
    """What makes codes of this run different from those of all others."""

    def agency(self, system: str) -> Agency:
        """Return the agency of a system."""
        return self.province.agency_of[system]

    @property
    def here(self) -> Agency:
        """Return the agency that deals with foreign systems."""
        return self.agency(cast.DESK)

    def now(self) -> datetime:
        """Return the time of the machine: the peers compare it with theirs."""
        return datetime.now(VIET_NAM)

    def code(self, number: int) -> str:
        """Return a dossier code of this run."""
        return f"{self.here.code}-{self.day:%y%m%d}-{self.tag}{number:03}"

    def outward(
        self,
        by: str,
        to: str,
        type_: str,
        subject: str,
        body: Mapping[str, Any],
        at: tuple[Peer, str, str | None],
        *,
        letter: bool = False,
    ) -> Outward:
        """Return a message to a foreign system.

        `at`: the peer, and kind and key of what it will have; without a key, that of a parcel.
        """
        number, id_ = self.stage.next_id()
        peer, kind, key = at
        planned = Planned(
            number=number,
            at=0.0,
            sender=by,
            type=type_,
            subject=subject,
            recipients=(f"urn:hub:org:{self.agency(to).code}",),
            receivers=(to,),
            body=dict(body),
            correlation=subject,
            letter=letter,
        )
        return Outward(planned=planned, peer=peer, kind=kind, key=key or parcel(by, id_, to))


def parcel(source: str, id_: str, to: str) -> str:
    """Return the number under which the post office gets an order of a delivery."""
    return "HUB" + hashlib.sha256(f"{source}/{id_}/{to}".encode()).hexdigest()[:24].upper()


def receiver(telephone: str) -> str:
    """Return how the journal of the gateways names a telephone number: by a digest."""
    return hashlib.sha256(json.dumps(telephone).encode()).hexdigest()[:12]


async def sms(scene: Scene, number: int) -> None:
    """Tell a citizen by SMS that a result is there."""
    await _notice(scene, number, cast.SMS, "sms", "sms-vinaphone")


async def zalo(scene: Scene, number: int) -> None:
    """Tell a citizen by Zalo that a result is there."""
    await _notice(scene, number, cast.ZALO, "zalo", "zns")


async def _notice(scene: Scene, number: int, to: str, channel: str, kind: str) -> None:
    # A number of its own for each notice: the gateways' journal counts by it.
    code, telephone = scene.code(number), f"849{number:08}"
    body = {
        "notice_code": f"TB-{code}",
        "dossier_code": code,
        "channels": [channel],
        "recipient": {"name": bodies.person(number), "telephone": telephone},
        "template": {"id": "KET-QUA-MAU", "parameters": {"ma_ho_so": code}},
        "consent": {"given": True},
        "agency": bodies.agency(scene.here),
    }
    at = (Peer.NOTIFY, kind, receiver(telephone))
    await scene.stage.send(scene.outward(cast.DESK, to, roles.NOTICE, code, body, at))


async def payment(scene: Scene, number: int) -> None:
    """Ask for a fee; the citizen pays it on the platform, which calls the hub."""
    code, stage = scene.code(number), scene.stage
    body = bodies.fee_due(code, _FEE, scene.here, scene.now())
    reference = body["reference"]
    at = (Peer.PAYMENT, "init", reference)
    await stage.send(scene.outward(cast.DESK, cast.PAYMENT, roles.FEE_DUE, code, body, at))
    paid: Brought = (cast.PAYMENT, roles.FEE_PAID, code, cast.DESK)
    stage.due(Peer.PAYMENT, paid)
    told = await stage.controls.order(Peer.PAYMENT, "pay", {"MaThamChieu": reference})
    while not all(200 <= status < 300 for status in told["told"]):  # noqa: PLR2004  (RFC 9110, 15.3)
        await asyncio.sleep(_TELL_SECONDS)
        told = await stage.controls.order(Peer.PAYMENT, "deliver", {})
    await stage.until(paid)


async def post(scene: Scene, number: int) -> None:
    """Have a result brought home; the post office tells where the parcel is."""
    code, stage = scene.code(number), scene.stage
    to = {"name": bodies.person(number), "telephone": "84000000000", "address": "Số 1 Ví Dụ"}
    body = bodies.result(code, bodies.PASSPORT, scene.here, scene.now())
    body["extensions"] = {"post": {"receiver": to, "cod_amount": 0, "item_code": ""}}
    at = (Peer.VNPOST, "order", None)
    sent = scene.outward(cast.DESK, cast.POST, roles.RESULT, code, body, at)
    await stage.send(sent)
    steps: Brought = (cast.POST, roles.STEP, code, cast.DESK)
    home: Brought = (cast.POST, roles.RETURNED, code, cast.DESK)
    # The first step is that the order was taken; the last state is the return, and no step.
    stage.due(Peer.VNPOST, steps, len(_PARCEL))
    stage.due(Peer.VNPOST, home)
    for state in _PARCEL:
        how = {"OrderNumber": sent.key, "StatusCode": state}
        await stage.controls.order(Peer.VNPOST, "advance", how)
    await stage.until(steps, len(_PARCEL))
    await stage.until(home)


async def letter_out(scene: Scene, number: int) -> None:
    """Send a letter with a signed PDF to the centre, which gives back three statuses."""
    stage, by = scene.stage, scene.agency(cast.OFFICE)
    name = f"{number + 1}/KN{scene.tag}"
    body = bodies.letter(name, by, (), scene.day, direct=False)
    body["to"] = [{"code": packets.CENTRE, "name": "Bộ Mẫu"}]
    id_ = body["document_id"]
    at = (Peer.AXIS, "edoc", f"{by.code}|{id_}|type-0")
    sent = scene.outward(cast.OFFICE, cast.AXIS, roles.ISSUED, id_, body, at, letter=True)
    await stage.send(sent)
    back: Brought = (cast.AXIS, roles.STATUS, id_, cast.OFFICE)
    stage.due(Peer.AXIS, back, len(packets.WORDS))
    query = {"from": packets.CENTRE, "to": by.old_code, "messagetype": "status"}
    for code in packets.WORDS:
        content = packets.status(id_, by.old_code, code, scene.now())
        await stage.controls.put(Peer.AXIS, query, content)
    await stage.until(back, len(packets.WORDS))


async def letter_in(scene: Scene, number: int) -> None:
    """Have the centre send a letter, and give back three statuses for it."""
    stage, to, at = scene.stage, scene.agency(cast.OFFICE), scene.now()
    name = f"{number + 1}/BM{scene.tag}"
    id_ = packets.document_id(name, at)
    came: Brought = (cast.AXIS, roles.ISSUED, id_, cast.OFFICE)
    stage.due(Peer.AXIS, came)
    query = {"from": packets.CENTRE, "to": to.code, "messagetype": "edoc"}
    await stage.controls.put(Peer.AXIS, query, packets.letter(name, to.code, at))
    await stage.until(came)
    for code in packets.WORDS:
        body = _status(scene, id_, code)
        key = (Peer.AXIS, "status", f"{to.code}|{id_}|status-{code}")
        await stage.send(scene.outward(cast.OFFICE, cast.AXIS, roles.STATUS, id_, body, key))


def _status(scene: Scene, id_: str, code: str) -> dict[str, Any]:
    _, day, number = id_.split(",")
    return {
        "from": bodies.agency(scene.agency(cast.OFFICE)),
        "response_for": {
            "organ_code": packets.CENTRE_OLD,
            "code": number,
            "promulgation_date": day.replace("/", "-"),
            "document_id": id_,
        },
        "staff": {"department": "Văn thư", "staff": "Cán Bộ Mẫu"},
        "status_code": code,
        "description": packets.WORDS[code],
        "at": scene.now().isoformat(timespec="seconds"),
    }


async def dossier(scene: Scene, _number: int) -> None:
    """Have a citizen hand in a dossier at the portal; the desk takes, works and finishes it."""
    stage, by = scene.stage, scene.here
    (code,) = (await stage.controls.put(Peer.DVCQG, {"count": "1"}))["MaHoSo"]
    came: Brought = (cast.PORTAL, roles.SUBMITTED, code, cast.DESK)
    stage.due(Peer.DVCQG, came)
    await stage.until(came)
    for type_, kind, body in (
        (roles.RECEIVED, "insert", bodies.received(code, _FEE, by, scene.now())),
        (roles.STEP, "step", bodies.step(code, by, scene.now(), "Thẩm định hồ sơ (mẫu)")),
        (roles.RESULT, "update", bodies.result(code, _FEE, by, scene.now())),
    ):
        at = (Peer.DVCQG, kind, code)
        await stage.send(scene.outward(cast.DESK, cast.PORTAL, type_, code, body, at))


Matter = Callable[[Scene, int], Awaitable[None]]

A_DAY: Final[Mapping[Peer, tuple[tuple[Matter, int], ...]]] = {
    Peer.NOTIFY: ((sms, 20), (zalo, 20)),
    Peer.AXIS: ((letter_in, 12), (letter_out, 12)),
    Peer.PAYMENT: ((payment, 20),),
    Peer.VNPOST: ((post, 12),),
    Peer.DVCQG: ((dossier, 12),),
}
"""How many of each there are on a day of the default rate: some 330 messages beside 2,700."""
USUAL: Final = 2_700
"""Messages of such a day."""
LEAST: Final = 2
