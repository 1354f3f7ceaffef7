"""A small province for the browser: agencies, people, traffic, a refusal, dead letters.

Everything is synthetic (H99, "mẫu"). What agencies write about themselves is as bad as it gets: a
script in a name, a name as long as the hub takes it, decomposed Vietnamese.
"""

import contextlib
import json
import time
import unicodedata
import uuid
from dataclasses import dataclass, field
from typing import Any

from lgsp_client import HubRefused

from tests.browser.peer import Peer
from tests.browser.staff import WHY, Colleague, Owner, choose_password
from tests.running_hub import TYPES, RunningHub
from tests.support import GOOD_BODY

DOSSIER, DOCUMENT = TYPES
SCRIPT = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
LONG = unicodedata.normalize("NFD", "Ủy ban nhân dân xã Mẫu Đường Rừng ") * 12
NAMES = {
    "so-mau": ("H99.10", "province", "Sở Nội vụ (mẫu)"),
    "mot-cua-mau": ("H99.22", "district", "UBND huyện Mẫu"),
    "xa-mau": ("H99.22.1", "commune", "UBND xã Mẫu"),
    "xa-xau": ("H99.22.2", "commune", f"UBND xã {SCRIPT}"),
    "xa-dai": ("H99.22.3", "commune", unicodedata.normalize("NFC", LONG)[:300].strip()),
}
KEY = "H99.22-261128-0001"
"""The business key that an operator is asked for."""
REFUSED = "H99.22-261128-0666"
CONNECTOR = "xa-mau-day"
SECONDS = 60


@dataclass
class Province:
    """The hub with what has happened in it."""

    hub: RunningHub
    peer: Peer
    owner: Owner
    main: str = ""
    """The message that an operator is asked for."""
    refused: str = ""
    dead: tuple[str, ...] = ()
    sessions: dict[str, Any] = field(default_factory=dict)
    """Of people: what a browser keeps of a sign-in."""

    @property
    def url(self):
        """Return the console's address."""
        return f"{self.hub.url}/console"

    def send(self, source, *recipients, key=KEY, type_=DOSSIER, **more):
        """Send one message and return its id; the hub has decided about it, for or against."""
        body = json.loads(GOOD_BODY) | {"agency": {"code": "H99.22", "name": SCRIPT}}
        to, id = [f"system:{one}" for one in recipients], f"mau-{uuid.uuid4()}"
        with self.hub.client(source) as client, contextlib.suppress(HubRefused):
            client.submit(type_, body, wait=10, recipients=to, subject=key, id=id, **more)
        return id

    def await_state(self, source, id, state):
        """Return once the search knows a delivery of a message in this state."""
        deadline = time.monotonic() + SECONDS
        while state not in str(self.search(id)):
            assert time.monotonic() < deadline, f"{source}/{id}: {self.search(id)}"
            time.sleep(0.2)

    def search(self, id):
        """Return what the search says about a message."""
        return self.owner.call("GET", f"/ops/messages?id={id}")["items"]


def settle(hub, peer):
    """Register everybody, send the day's traffic, return the province."""
    province = Province(hub, peer, Owner(hub))
    hub.register_all({name: code for name, (code, _, _) in NAMES.items()})
    hub.change(*(named(name) for name in NAMES))
    for sender in ("so-mau", "mot-cua-mau", "xa-mau"):
        hub.allow(sender)
    people(province)
    connect(province)
    return province


def named(system):
    """Return the change that gives an agency its name and level."""
    _, level, name = NAMES[system]
    return {"change": "put_organisation", "id": f"org-{system}", "name": name, "level": level}


def people(province):
    """Let two operators, a clerk and an operator of one agency, and an administrator in."""
    every = ("operator", "integrator", "auditor", "investigator")
    for name, display, roles in (
        ("an", "Nguyễn Văn An (mẫu)", every),
        ("binh", f"Trần Thị Bình {SCRIPT}", every),
        ("chi", "Lê Thị Chi (mẫu)", ({"role": "clerk", "organisation": "org-xa-mau"},)),
        ("tam", "Đỗ Văn Tám (mẫu)", ({"role": "operator", "organisation": "org-xa-mau"},)),
    ):
        choose_password(province.hub, name, province.owner.add(name, display, *roles))
    # Last: from the second administrator on, powerful roles are given by two persons.
    first = province.owner.add("quan", "Vũ Thị Quân (mẫu)", "administrator")
    choose_password(province.hub, "quan", first)


def connect(province):
    """Push to one agency through a connector; its network is approved by two persons."""
    config = {"url": province.peer.url, "secret": "env:CONNECTOR_XA_MAU_SECRET"}
    put = {"change": "put_connector", "name": CONNECTOR, "adapter": "webhook-out"}
    province.hub.change(put | {"system": "xa-mau", "config": config}, reason=WHY)
    path, body = (
        f"/v1/admin/connectors/{CONNECTOR}/networks",
        {"cidr": "127.0.0.1/32", "reason": WHY},
    )
    Colleague(province.hub, "an").call("POST", path, body)
    Colleague(province.hub, "binh").call("POST", f"{path}:approve", body)
