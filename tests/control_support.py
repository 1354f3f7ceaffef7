"""Builders of change sets: a small synthetic province. Nothing here is secret."""

from datetime import UTC, datetime
from itertools import count

from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_adapter import Config, Idempotence, Kind, Secret, Spec, Text
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk, thumbprint

from hub.control.adapters import AdapterUnusable, Installed
from hub.control.changes import ChangeSet
from hub.control.directory_files import Format
from hub.control.directory_import import DirectoryImport
from hub.io.kafka.connector_leftovers import Held

HUB = "hub-test"
RECEIVED = "vn.gov.dossier.received.v1"
ISSUED = "vn.gov.document.issued.v1"
_numbers = count(1)


def change_set(*changes, reason="Thử nghiệm (mẫu)"):
    """Return a request of these changes, given as `put_organisation(...)` and the like."""
    return ChangeSet.model_validate({"reason": reason, "changes": list(changes)})


def organisation(id="xa-a", **more):
    return {"change": "put_organisation", "id": id, "name": "Xã A (mẫu)", "level": "commune"} | more


def system(name="he-thong-a", organisation="xa-a", **more):
    fields = {"system": name, "organisation": organisation, "name": "Một cửa (mẫu)"}
    return {"change": "put_system"} | fields | more


def code(code="H99.01", organisation="xa-a", **more):
    fields = {"code": code, "organisation": organisation, "scheme": "qd20"}
    return {"change": "put_code"} | fields | more


def endpoint(organisation="xa-a", system="he-thong-a", types=(RECEIVED,)):
    fields = {"organisation": organisation, "system": system, "types": list(types)}
    return {"change": "put_endpoint"} | fields


def right(id="quyen-1", system="he-thong-a", types=(RECEIVED,), recipients=("urn:hub:all",)):
    fields = {"id": id, "system": system, "types": list(types), "recipients": list(recipients)}
    return {"change": "put_right"} | fields


class HeldByConnectors:
    """Implements `hub.control.deletions.Holdings` in memory; nothing is held but what is said."""

    def __init__(self, **held):
        self.held = held

    async def of(self, connector):
        dead, parked = self.held.get(connector.replace("-", "_"), (0, 0))
        return Held(dead_letters=dead, parked=parked)


ADAPTER = "mau"


class Sample(Config):
    """Configuration of an adapter that exists in tests only."""

    url: str
    token: Secret | None = None
    times: int = 1
    daily_quota: int | None = None


SAMPLE = Spec(
    name=ADAPTER,
    version="1.0.0",
    kind=Kind.SINK,
    config=Sample,
    title=Text(vi="Bộ chuyển mẫu", en="Sample adapter"),
    types=("*",),
    idempotence=Idempotence.IDEMPOTENT,
)


class SampleAdapters:
    """Implements `hub.control.adapters.Adapters`: one adapter that works, one that does not."""

    def spec(self, name):
        if name != ADAPTER:
            raise AdapterUnusable("no adapter of this name is installed with the hub")
        return SAMPLE

    def all(self):
        broken = Installed(name="hong", package="mau 1", spec=None, problem="ImportError")
        return [broken, Installed(name=ADAPTER, package="mau 1", spec=SAMPLE, problem=None)]


def connector(name="ket-noi-a", system="he-thong-a", config=None, **more):
    config = {"url": "http://10.9.8.7/"} if config is None else config
    fields = {"name": name, "adapter": ADAPTER, "system": system, "config": config}
    return {"change": "put_connector"} | fields | more


def wish(name="ket-noi-a", kind="pause", **more):
    """Return a change that only tells a connector what to do."""
    return {"change": f"{kind}_connector", "name": name} | more


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def key_id(key):
    return thumbprint(public_jwk(key.public_key()))


def proof(key, system="he-thong-a", hub=HUB, at=None):
    at = at or datetime.now(UTC)
    jti = f"jti-{next(_numbers)}"
    return sign_key_proof(key, "ES256", system=system, hub=hub, at=at, jti=jti)


def register(key, system="he-thong-a", **more):
    fields = {"system": system, "jwk": public_jwk(key.public_key()), "alg": "ES256"}
    return {"change": "register_key", "proof": proof(key, system)} | fields | more


def schema(name="thu-nghiem:1.0", **more):
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:hub:schema:{name}",
        "type": "object",
    }
    return {"change": "publish_schema", "schema_name": name, "document": document | more}


def province(systems):
    """Return the changes that register this many systems, five for each."""
    changes = []
    for number in range(systems):
        org, name = f"xa-{number:05}", f"he-thong-{number:05}"
        changes += [
            organisation(org, name=f"Xã số {number} (mẫu)"),
            code(f"H99.{number}", org),
            system(name, org),
            register(new_key(), name),
            endpoint(org, name, [RECEIVED, ISSUED]),
        ]
    return changes


async def imported(control, content, format_=Format.JSON, *, close_missing=False, closing=0):
    """Import a list of organisations as its preview tells; return the plan."""
    door = DirectoryImport(control)
    told = await door.preview(content, format_, close_missing=close_missing)
    return await door.apply(
        content,
        format_,
        close_missing=close_missing,
        digest=told.digest,
        closing=closing,
        actor="an",
        reason="nhập danh mục (mẫu)",
    )
