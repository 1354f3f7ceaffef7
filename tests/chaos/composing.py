"""The messages of a drill: good ones, and one kind for each way in which they must be refused."""

import uuid
from datetime import UTC, datetime

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client import Identity
from lgsp_client.outgoing import Options, compose

from tests import support
from tests.chaos.journal import GOOD, Entry

SENDERS = 8
RECEIVERS = 45
"""So many times `LARGE` bytes is more than one transaction takes: a message to all fans out."""

GROUP = "moi-xa-mau"
LARGE = 230_000
"""Bytes of the text that makes a body large: three slices for the whole group."""

FOREIGN_TYPE = "vn.gov.petition.received.v1"
"""A type that nobody here may send."""

BAD_KINDS = ("schema_violation", "not_permitted", "unknown_recipient", "unknown_key")


def register(fleet):
    """Register the agencies that take part: each receiver has a code, each sender a right."""
    codes = {f"nhan-{n}": f"H77.{n:02}" for n in range(RECEIVERS)}
    fleet.register_all(codes | {f"gui-{n}": None for n in range(SENDERS)})
    for number in range(SENDERS):
        fleet.allow(f"gui-{number}")
    members = [f"org-nhan-{n}" for n in range(RECEIVERS)]
    fleet.change({"change": "put_group", "name": GROUP, "members": members})


class Composer:
    """Makes signed messages of registered senders."""

    def __init__(self, fleet, chance):
        self._identities, self._chance, self._made = fleet.identities, chance, 0
        self._stranger = ec.generate_private_key(ec.SECP256R1())

    def good(self, source, *receivers):
        """Return a message to these receivers, or to one or two of them all."""
        chosen = receivers or self._some()
        return self._entry(source, GOOD, self._body(), _addresses(chosen), chosen)

    def to_all(self, source):
        """Return a large message to the whole group: it goes through `hub.fanout`."""
        body = self._body(extensions={"mau": "x" * LARGE})
        everyone = [f"nhan-{n}" for n in range(RECEIVERS)]
        return self._entry(source, GOOD, body, [f"group:{GROUP}"], everyone)

    def bad(self, source, kind):
        """Return a message that the router must refuse for the reason `kind`."""
        body = self._body(unknown_field=True) if kind == "schema_violation" else self._body()
        addresses = ["org:H99.99"] if kind == "unknown_recipient" else _addresses(self._some())
        type_ = FOREIGN_TYPE if kind == "not_permitted" else support.DOSSIER
        return self._entry(source, kind, body, addresses, (), type_=type_)

    def reuse(self, earlier):
        """Return another message under the id of an earlier one."""
        body, addresses = self._body(note="Lần hai (mẫu)"), _addresses(self._some())
        return self._entry(earlier.source, "id_reused", body, addresses, (), id_=earlier.id)

    def _some(self):
        numbers = self._chance.sample(range(RECEIVERS), self._chance.choice((1, 1, 2)))
        return [f"nhan-{number}" for number in numbers]

    def _body(self, **more):
        self._made += 1
        code = {"dossier_code": f"H77-261122-{self._made:06}"}
        return orjson.dumps(orjson.loads(support.GOOD_BODY) | code | more)

    def _entry(self, source, kind, body, addresses, receivers, *, type_=support.DOSSIER, id_=None):
        identity = self._identities[source]
        if kind == "unknown_key":
            identity = Identity.of(self._stranger, system=source, hub=identity.hub)
        options = Options(recipients=addresses, id=id_ or str(uuid.uuid4()), subject=f"hs-{kind}")
        message = compose(identity, datetime.now(UTC), type_, body, options)
        return Entry(message=message, source=source, kind=kind, recipients=frozenset(receivers))


def _addresses(receivers):
    return [f"org:H77.{int(name.removeprefix('nhan-')):02}" for name in receivers]
