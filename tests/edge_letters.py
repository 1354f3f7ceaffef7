"""Messages of a synthetic sender, and a sink whose answers are told beforehand."""

from typing import Any

from lgsp_adapter import Done, Idempotence, Spec
from lgsp_client import Identity
from lgsp_client.outgoing import WITHDRAWAL, compose

from tests import edge_rig as rig
from tests.support import GOOD_BODY, key_of

SENDER = Identity.of(key_of("so-mau"), system="so-mau", hub="hub-test")


def letters(*names, **more):
    """Signed messages `id:subject`."""
    found = []
    for name in names:
        id_, subject = name.split(":")
        options: Any = {"id": id_, "subject": subject, **more}
        found.append(compose(SENDER, rig.now(), rig.DOSSIER, GOOD_BODY, options))
    return found


def sink_with(results, idempotence=Idempotence.IDEMPOTENT, found=None):
    """A sink whose answers are told by id; each a list that is used up, then `Done`."""

    class Told(rig.FolderSink):
        spec = Spec(
            **{
                name: getattr(rig.FolderSink.spec, name)
                for name in ("version", "kind", "config", "title", "types")
            },
            name="told",
            idempotence=idempotence,
        )

        async def write(self, batch):
            return [self.one(each) for each in batch]

        def one(self, delivery):
            rig.append(self.config.folder / "log", delivery.id)
            told = results.get(delivery.id)
            return told.pop(0) if told else Done()

        async def find(self, key):
            return found if key.startswith("so-mau/") else None

    return {"folder": Told}


def withdrawal(id_, *, own_id="w-1", sender=SENDER):
    """The sender's signed word that it takes a message back."""
    body = {"id": id_, "reason": "Mẫu"}
    return compose(sender, rig.now(), WITHDRAWAL, body, {"id": own_id})
