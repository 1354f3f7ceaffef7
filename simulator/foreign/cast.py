"""The systems through which the province meets the peers, and its own agency that deals with them.

The sandboxes know the agency H99.97, so all letters and dossiers of theirs are that one's.
"""

from collections.abc import Collection, Mapping
from typing import Final

from simulator.agencies import PROVINCE, Agency, Role, System
from simulator.foreign.peers import Peer
from simulator.province import Province

DESK: Final = "mot-cua-thu-nghiem-mau"
OFFICE: Final = "van-ban-thu-nghiem-mau"
SMS: Final = "sms-mau"
ZALO: Final = "zalo-mau"
AXIS: Final = "truc-quoc-gia-mau"
PAYMENT: Final = "nop-phi-mau"
POST: Final = "vnpost-mau"
PORTAL: Final = "dvcqg-dong-bo-mau"

_SERVED: Final[Mapping[Peer, tuple[tuple[str, str, str, Role], ...]]] = {
    Peer.NOTIFY: (
        (SMS, "H99.31", "Nhà mạng nhắn tin (mẫu)", Role.NOTICES),
        (ZALO, "H99.32", "Zalo của tỉnh Mẫu", Role.NOTICES),
    ),
    Peer.AXIS: ((AXIS, "G94", "Trục văn bản quốc gia qua bộ kết nối (mẫu)", Role.OFFICE),),
    Peer.PAYMENT: ((PAYMENT, "H99.33", "Nộp phí qua bộ kết nối (mẫu)", Role.PAYMENT),),
    Peer.VNPOST: ((POST, "H99.34", "Bưu chính qua bộ kết nối (mẫu)", Role.POST),),
    Peer.DVCQG: ((PORTAL, "G93", "Cổng quốc gia qua bộ kết nối (mẫu)", Role.PORTAL),),
}


def served(peers: Collection[Peer]) -> frozenset[str]:
    """Return the systems that connectors serve: nobody pulls their inboxes."""
    return frozenset(name for peer in peers for name, *_ in _SERVED[peer])


def with_peers(province: Province, peers: Collection[Peer]) -> Province:
    """Return the province with the systems of these peers, and the agency that deals with them."""
    if not peers:
        return province
    found = [_agency(*one) for peer in Peer if peer in peers for one in _SERVED[peer]]
    return Province(tiers=province.tiers, agencies=(*province.agencies, _local(), *found))


def _local() -> Agency:
    id_, title = "mau-so-thu-nghiem", "Sở Thử nghiệm tỉnh Mẫu"
    systems = (
        System(name=DESK, title=f"Một cửa điện tử {title}", role=Role.DESK, agency=id_),
        System(name=OFFICE, title=f"Quản lý văn bản {title}", role=Role.OFFICE, agency=id_),
    )
    return Agency(
        id=id_, name=title, level="province", code="H99.97", parent=PROVINCE, systems=systems
    )


def _agency(system: str, code: str, title: str, role: Role) -> Agency:
    id_ = f"{system}-cq"
    level = "central" if code.startswith("G") else "province"
    systems = (System(name=system, title=title, role=role, agency=id_),)
    return Agency(id=id_, name=title, level=level, code=code, parent=None, systems=systems)
