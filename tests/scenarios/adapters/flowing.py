"""Messages that flow through two connectors while something happens to these.

Webhook and axis honour the key of a delivery: whatever happens, each message is there once, and
those of one key are there in order.
"""

import json
import random
import threading
import time
from collections import defaultdict
from contextlib import contextmanager

from sandbox_edxml_axis import AxisSandbox
from sandbox_webhook import WebhookSandbox

from simulator import bodies
from simulator.foreign import packets
from tests.scenarios.adapters import rig
from tests.support import GOOD_BODY

KEYS = 5


class Flow:
    """A webhook and an axis behind connectors; the axis' way out has a process of its own."""

    def __init__(self, world, name, peers):
        self.world, self.name = world, name
        self.hook, self.axis = peers(WebhookSandbox(seed=51)), peers(AxisSandbox(seed=52))
        self.web, self.letters = f"{name}-web-mau", f"{name}-truc-mau"
        self.out, self.axis_out, self.axis_in = f"{name}-web", f"{name}-gui", f"{name}-nhan"
        self.sent: dict[str, str] = {}
        """Id of a message to who gets it."""
        self.due: set[str] = set()
        """Keys that the axis must have."""
        self.inward: list[str] = []
        self._connect()

    def _connect(self):
        world = self.world
        world.register(self.web, None, (rig.RECEIVED,))
        world.register(self.letters, None, (rig.ISSUED,))
        world.lend_key(self.letters)
        member = self.axis.systems["mau.h99"]
        axis = {
            "url": self.axis.url,
            "system_id": member.id,
            "secret": world.secret(f"{self.name}-axis", member.secret),
            "timeout_seconds": 1.5,
            "own_codes": ["H99"],
        }
        one = {"system": self.letters, "config": axis}
        world.connect(
            self.webhook(),
            {"name": self.axis_out, "adapter": "edxml-axis-out", "isolation": "process", **one},
            {"name": self.axis_in, "adapter": "edxml-axis-in", **one},
        )

    def webhook(self, **changes):
        """Return the webhook's connector, as an operator writes it."""
        (secret,) = self.hook.keys.secrets
        reference = self.world.secret(f"{self.name}-hook", secret)
        config = {"url": f"{self.hook.url}/hook", "secret": reference, "seconds": 3.0, **changes}
        one = {"adapter": "webhook-out", "system": self.web, "config": config}
        return {"name": self.out, **one}

    @contextmanager
    def flowing(self, seed, count):
        """Hand in `count` messages for each side while the block runs; all are in at its end."""
        failures: list[BaseException] = []

        def run():
            try:
                self._flow(random.Random(seed), count)
            except BaseException as error:
                failures.append(error)
                raise

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            thread.join(rig.SECONDS)
        assert not thread.is_alive()
        assert failures == []

    def _flow(self, chance, count):
        for number in range(count):
            self.push(number)
            if number % 4 == 0:
                self._letter(number)
                self._from_centre(number)
            time.sleep(chance.uniform(0.0, 0.06))  # Messages come when they come.

    def push(self, number):
        """Hand in one message for the webhook; its body says which it is."""
        body = {**json.loads(GOOD_BODY), "note": f"{number}"}
        subject = f"{self.name}-{number % KEYS}"
        id_ = self.world.send(rig.DESK, self.web, rig.RECEIVED, body, subject=subject)
        self.sent[id_] = self.web
        return id_

    def _letter(self, number):
        name = f"{number + 1}/{self.name.upper()}-GUI"
        body = bodies.letter(name, rig.HERE, (), rig.now().date(), direct=False)
        body["to"] = [{"code": packets.CENTRE, "name": "Bộ Mẫu"}]
        document = body["document_id"]
        id_ = self.world.send(rig.OFFICE, self.letters, rig.ISSUED, body, subject=document)
        self.sent[id_] = self.letters
        self.due.add(f"{rig.HERE.code}|{document}|type-0")

    def _from_centre(self, number):
        name, at = f"{number + 1}/{self.name.upper()}-NHAN", rig.now()
        packet = packets.letter(name, rig.HERE.code, at)
        put = {"sender": packets.CENTRE, "to": [rig.HERE.code], "type_": "edoc"}
        self.world.aside.do(self.axis.put, packet, **put)
        self.inward.append(packets.document_id(name, at))

    def expect_all_once(self):
        """Check that everything is on its side, once, and in the order of its key."""
        for id_, to in self.sent.items():
            by = rig.DESK if to == self.web else rig.OFFICE
            self.world.await_told(by, id_, to, "delivered")
        self._expect_webhook()
        assert self.world.effects(self.axis, "edoc") == dict.fromkeys(self.due, 1)
        came = self.world.await_inbox(rig.OFFICE, len(self.inward), source=self.letters)
        assert sorted(one.attributes.subject for one in came) == sorted(self.inward)

    def _expect_webhook(self):
        rig.once(self.world.effects(self.hook, "webhook"))
        came = self.world.aside.do(lambda: list(self.hook.receiver.bodies.values()))
        numbers = [int(json.loads(body)["note"]) for body in came]
        by_key = defaultdict(list)
        for number in numbers:
            by_key[number % KEYS].append(number)
        assert len(numbers) == len(set(numbers)) == list(self.sent.values()).count(self.web)
        assert all(found == sorted(found) for found in by_key.values())
