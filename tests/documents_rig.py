"""Messages with documents, under a policy, and the orders about them. All synthetic."""

import json

from lgsp_message.values import Place
from msgspec.structs import replace

from hub.decision.order_record import Do, Found, Order
from hub.decision.orders import follow
from hub.decision.pipeline import decide
from hub.signing.verdicts import Grade
from tests import support
from tests.support import NOW, PARTITION, build_rules, stamped

PDF = "sha256:" + "a" * 64
OTHER_PDF = "sha256:" + "b" * 64
PICTURE = "sha256:" + "c" * 64


def rules(policy="require", **changes):
    """The test world with a policy for its one type."""
    return build_rules({f"document_policy/{support.DOSSIER}": {"policy": policy}, **changes})


def body(hash_=PDF, media_type="application/pdf"):
    told = {"hash": hash_, "size": 5, "media_type": media_type, "name": "tep-mau.pdf"}
    return json.dumps({**json.loads(support.GOOD_BODY), "receipt": told}).encode()


def letter(id_="msg-0001", *, content=None, **changes):
    """A stamped message that refers to one PDF."""
    changes = {"objects": PDF, **changes}
    return stamped(body() if content is None else content, id=id_, **changes)


class World:
    """A memory, and everything that was decided with it, in order."""

    def __init__(self, policy="require"):
        self.rules, self.memory, self.now = rules(policy), support.Remembered(), NOW
        self.sent, self.outcomes, self._offset = {}, [], 100

    def send(self, received, policy=None):
        """Decide a message."""
        placed = self._at(received)
        decided = decide(
            placed,
            self.rules if policy is None else rules(policy),
            self.memory,
            self.now,
        )
        self.sent[received.attributes["id"]] = placed
        return self._keep(decided)

    def order(self, do, id_, **fields):
        """Follow an order about a message that was sent."""
        order = Order(do=do, source="sender", id=id_, **fields)
        received = self._at(self.sent[id_])
        return self._keep(follow(order, received, self.rules, self.memory, self.now))

    def tell(self, id_, grade, **fields):
        """Follow the order that brings a verdict about the PDF."""
        found = (Found(hash=PDF, grade=Grade(grade), **fields),)
        return self.order(Do.TELL, id_, found=found)

    def look(self, id_):
        return self.order(Do.LOOK, id_)

    def delivered(self):
        """The ids that stand in inboxes, in order."""
        return [o.received.attributes["id"] for o in self.outcomes if o.deliveries]

    def _at(self, received):
        self._offset += 1
        return replace(received, place=Place(partition=PARTITION, offset=self._offset))

    def _keep(self, outcome):
        self.outcomes.append(outcome)
        return self.memory.remember(outcome)


def events(outcome):
    """What an outcome writes: (event, reason)."""
    return [(entry.event.event, entry.event.reason) for entry in outcome.entries]
