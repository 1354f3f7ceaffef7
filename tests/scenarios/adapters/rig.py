"""A whole hub, its operators and its agencies, for scenarios between it and foreign systems.

Everything goes the public ways: connectors through the admin API, messages signed by their systems
and handed in over HTTP, outcomes from the hub's API. What a foreign system has is told by the
journal of its sandbox peer.
"""

import hashlib
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import UNVERIFIED, HubRefused, Identity, SyncHubClient

from simulator.agencies import Agency
from simulator.plan import VIET_NAM
from tests.running_hub import EVERYONE, agency
from tests.scenarios.adapters.admin import Admin
from tests.scenarios.adapters.aside import Aside

SECONDS = 90
"""Longest wait for anything; on an idle machine most take less than one."""
LOOK_SECONDS = 0.1
LOOPBACK = "127.0.0.0/8"
WHY = "Kịch bản thử nghiệm (mẫu)"
SECOND_PERSON = "binh-mau"

DESK, OFFICE = "mot-cua-thu-nghiem-mau", "van-ban-thu-nghiem-mau"
"""Both are of the agency H99.97, which the sandboxes know."""

RECEIVED = "vn.gov.dossier.received.v1"
SUBMITTED = "vn.gov.dossier.submitted.v1"
STEP = "vn.gov.dossier.step.v1"
FEE_DUE = "vn.gov.dossier.fee-due.v1"
FEE_PAID = "vn.gov.dossier.fee-paid.v1"
RESULT = "vn.gov.dossier.result.v1"
RETURNED = "vn.gov.dossier.returned.v1"
ISSUED = "vn.gov.document.issued.v1"
STATUS = "vn.gov.document.status.v1"
NOTICE = "vn.gov.citizen.notice.v1"
CHANGED = "vn.gov.record.changed.v1"

HERE = Agency(
    id="mau-so-thu-nghiem",
    name="Sở Thử nghiệm tỉnh Mẫu",
    level="province",
    code="H99.97",
    parent=None,
    systems=(),
)
"""The agency of desk and office, as bodies name it."""

EVERYTHING = [
    *(RECEIVED, SUBMITTED, STEP, FEE_DUE, FEE_PAID, RESULT, RETURNED, ISSUED, STATUS),
    *(NOTICE, CHANGED),
]

LIMITS = {"poll_seconds": 0.3, "timeout_seconds": 4.0, "concurrency": 4}
"""A peer that can be asked is asked only when a call that was given up has had its whole time."""


class World:
    """One hub with its people and agencies, and the loop of the peers."""

    def __init__(self, hub):
        self.hub, self.aside = hub, Aside()
        self.first = Admin(hub.url, hub.home.admin_token())
        token = f"{SECOND_PERSON}-chi-trong-thu-nghiem-khong-co-that"
        self.second_token = token
        """Of the person who approves."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        person = {"name": SECOND_PERSON, "token_sha256": digest, "reason": WHY}
        self.first.write("administrators", person)
        self.second = Admin(hub.url, token)
        self._clients: dict[str, SyncHubClient] = {}
        self._connected: set[str] = set()
        self._register_agency()

    def close(self):
        for client in self._clients.values():
            client.close()
        self.first.close()
        self.second.close()
        self.aside.close()

    # Agencies.

    def register(self, system, code, types, level="province"):
        """Register an agency with a system that may send and gets all of these types."""
        key = ec.generate_private_key(ec.SECP256R1())
        self._know(system, key)
        made = agency(system, key, code=code, types=types, level=level)
        self.hub.change(*made, self._right(system), reason=WHY)
        return system

    def _register_agency(self):
        desk = ec.generate_private_key(ec.SECP256R1())
        office = ec.generate_private_key(ec.SECP256R1())
        takes = (SUBMITTED, STEP, RETURNED, FEE_PAID, CHANGED)
        first = agency(DESK, desk, code="000.00.97.H99", types=takes, level="province")
        second = [
            {**one, **({"organisation": f"org-{DESK}"} if "organisation" in one else {})}
            for one in agency(OFFICE, office, types=(ISSUED, STATUS), level="province")
            if one["change"] != "put_organisation"
        ]
        new_code = {"organisation": f"org-{DESK}", "scheme": "qd20", "code": "H99.97"}
        self._know(DESK, desk)
        self._know(OFFICE, office)
        rights = map(self._right, (DESK, OFFICE))
        self.hub.change(*first, {"change": "put_code", **new_code}, *second, *rights, reason=WHY)

    def _know(self, system, key):
        self.hub.identities[system] = Identity.of(key, system=system, hub=self.hub.hub)

    @staticmethod
    def _right(system):
        every = {"types": EVERYTHING, "recipients": [EVERYONE]}
        return {"change": "put_right", "id": f"quyen-{system}", "system": system, **every}

    # Connectors.

    def secret(self, name, value):
        """Keep a secret where the operator keeps those of connectors; return its reference."""
        folder = self.hub.home.root / "connector-secrets"
        folder.mkdir(exist_ok=True, mode=0o700)
        (folder / name).write_text(value)
        (folder / name).chmod(0o600)
        return f"file:{folder / name}"

    def lend_key(self, *systems):
        """Give the connectors the keys of their systems, to sign with."""
        folder = self.hub.home.connector_keys
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for system in systems:
            key, file = self.hub.identities[system].key, folder / f"{system}.pem"
            file.touch(mode=0o600)
            file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def connect(self, *connectors, networks=(LOOPBACK,)):
        """Make connectors, have their networks approved by a second person, await that they work.

        Each is what `hub connector put` takes.
        """
        # Stopped at first: what runs at the end has begun with everything that was approved.
        self.put(*({**one, "wanted": "stopped"} for one in connectors))
        for connector in connectors:
            path = f"connectors/{connector['name']}/networks"
            for cidr in networks:
                self.first.write(path, {"cidr": cidr, "reason": WHY})
                self.second.write(f"{path}:approve", {"cidr": cidr, "reason": WHY})
            self.order(connector["name"], "resume")
            self._connected.add(connector["name"])
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(self.await_working, (one["name"] for one in connectors)))

    def put(self, *connectors):
        """Make or change connectors, in one version of the rules."""
        whole = [
            {"change": "put_connector", "wanted": "running", "limits": LIMITS, **one}
            for one in connectors
        ]
        return self.first.write("changes", {"reason": WHY, "changes": whole})

    def await_working(self, name):
        """Return once the connector's own look at its other side is well."""
        told = {}

        def works():
            nonlocal told
            told = self.first.write(f"connectors/{name}:test", {}, wait=3)
            return told.get("ok") is True and self.connector(name)["state"] == "running"

        until(works, lambda: f"connector {name} works: {told} {self.connector(name)}")

    def order(self, name, what):
        """Tell a connector to pause, resume, stop or restart."""
        return self.first.write(f"connectors/{name}:{what}", {"reason": WHY})

    def connector(self, name):
        """Return what a connector is and what it reported."""
        return self.first.read(f"connectors/{name}")

    def await_state(self, name, *states):
        """Return once a connector reports one of these states under its present rules."""
        until(
            lambda: self.connector(name)["state"] in states,
            lambda: f"{name} is {states}: {self.connector(name)}",
        )

    def disconnect(self, *names):
        """Stop connectors; return once they have let go of their other side."""
        for name in names:
            self.order(name, "stop")
        for name in names:
            self.await_state(name, "stopped")

    def rest(self):
        """Stop what was connected: else it looks for new things until the whole run ends."""
        for name in self._connected:
            self.order(name, "stop")
        self._connected.clear()

    def address(self, connector):
        """Return where a foreign system calls a connector."""
        return f"http://127.0.0.1:{self.hub.environ['HUB_CONNECTORS_PORT']}/in/{connector}"

    # Messages.

    def client(self, system):
        """Return the system's own connection to the hub."""
        if system not in self._clients:
            self._clients[system] = SyncHubClient(self.hub.url, self.hub.identities[system])
        return self._clients[system]

    def send(self, by, to, type_, body, **options):
        """Hand a message in, signed by its system; return its id. `to`: a system."""
        recipients = [f"system:{to}"]
        return self.client(by).submit(type_, body, recipients=recipients, **options).id

    def effects(self, peer, kind):
        """Return how often each key of a kind took effect at a sandbox peer."""
        return self.aside.do(peer.journal.effects, kind)

    def spoil(self, peer, what, **how):
        """Have a sandbox peer misbehave."""
        self.aside.do(peer.misbehave, what, **how)

    def told(self, by, id_, of):
        """Return the state of one recipient, and the events so far; None before it is recorded."""
        try:
            document = self.client(by).status(by, id_)
        except HubRefused:
            return None, []
        states = {one["system"]: one["state"] for one in document["recipients"]}
        steps = [step for step in document["steps"] if step.get("recipient") in {None, of}]
        return states.get(of), steps

    def await_told(self, by, id_, of, *states):
        """Return the events of a delivery once it is in one of these states."""
        steps = []

        def so():
            nonlocal steps
            state, steps = self.told(by, id_, of)
            return state in states

        until(so, lambda: f"{by}/{id_} at {of} is {states}: {steps}")
        return steps

    def inbox(self, system, *, type_=None, subject=None, source=None):
        """Return what stands in a system's inbox, in order, of a type, a subject, a source."""
        options = {"verify": UNVERIFIED, "until_empty": True}
        with self.client(system).receive(**options) as messages:
            return [
                one
                for one in messages
                if type_ in {None, one.attributes.type}
                and subject in {None, one.attributes.subject}
                and source in {None, one.attributes.source}
            ]

    def await_inbox(self, system, count=1, **which):
        """Return what stands in an inbox once there are so many."""
        found = []

        def there():
            nonlocal found
            found = self.inbox(system, **which)
            return len(found) >= count

        until(there, lambda: f"{count} of {which} in the inbox of {system}: {len(found)}")
        return found


def now():
    """Return the time of the machine: peers compare what they get with theirs."""
    return datetime.now(VIET_NAM)


def code(what="HS"):
    """Return a business key that no other test has."""
    return f"H99.97-{what}-{uuid.uuid4().hex[:10]}"


def until(holds, what="it"):
    """Return once `holds()` is true; fail with `what` after `SECONDS`."""
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"did not come about: {what() if callable(what) else what}")
        time.sleep(LOOK_SECONDS)


def events(steps):
    """Return the names of events, in their order."""
    return [step["event"] for step in steps]


def once(counts):
    """Check that nothing took effect twice."""
    assert {key: count for key, count in Counter(counts).items() if count != 1} == {}
