"""Requests to a population database and their answers. All synthetic."""

import json

from hub.decision.pipeline import decide
from hub.schemas.catalogue import load
from tests.support import NOW, Remembered, build_rules, stamped

ASK, TELL = "vn.gov.population.lookup.v1", "vn.gov.population.answer.v1"
SCHEMAS = {name: f"urn:hub:schema:population.{name}:1.0" for name in ("lookup", "answer")}
LATER = "2026-11-22T03:10:00Z"
QUESTION = {
    "officer_code": "CB-MAU-001",
    "purpose": "Kiểm tra thông tin (mẫu)",
    "person": {"personal_number": "000000000000"},
    "fields": ["exists"],
}


def rules(**exchange):
    told = {"answer": TELL, "officer": "officer_code", "per_hour": 2, **exchange}
    return build_rules(
        {
            f"exchange/{ASK}": told,
            **{
                f"schema/{uri.removeprefix('urn:hub:schema:')}": {"document": load(uri).document}
                for uri in SCHEMAS.values()
            },
            "right/9": {"system": "sender", "types": [ASK], "recipients": ["urn:hub:all"]},
            "right/8": {"system": "receiver", "types": [TELL], "recipients": ["urn:hub:all"]},
            "endpoint/org-receiver/receiver": {"types": [ASK]},
            "endpoint/org-other/other": {"types": [TELL]},
            "endpoint/org-sender/sender": {"types": [TELL]},
        }
    )


def asked(id_="q-1", **changes):
    """Return a stamped request of `sender` to `receiver`."""
    body = QUESTION | changes.pop("body", {})
    named = {
        "type": ASK,
        "dataschema": SCHEMAS["lookup"],
        "recipients": "urn:hub:system:receiver",
        "subject": None,
        "expirytime": LATER,
        **changes,
    }
    return stamped(json.dumps(body).encode(), id=id_, **named)


def answer_to(question, id_="a-1", **changes):
    """Return the stamped answer of `receiver` to a decided request."""
    request = {
        "source": "urn:hub:system:sender",
        "id": "q-1",
        "token": question.deliveries[0].token,
    } | changes.pop("request", {})
    body = {
        "request": request,
        "outcome": "not_found",
        "answered_at": "2026-11-22T09:00:00+07:00",
    }
    named = {
        "source": "urn:hub:system:receiver",
        "type": TELL,
        "dataschema": SCHEMAS["answer"],
        "recipients": "urn:hub:system:sender",
        "subject": None,
        "expirytime": LATER,
        "correlationid": "q-1",
        **changes,
    }
    return stamped(json.dumps(body).encode(), id=id_, **named)


class World:
    def __init__(self, **exchange):
        self.rules, self.memory, self.now = rules(**exchange), Remembered(), NOW

    def decide(self, received):
        return self.memory.remember(decide(received, self.rules, self.memory, self.now))

    def ask(self, id_="q-1", **changes):
        return self.decide(asked(id_, **changes))

    def tell(self, question, id_="a-1", **changes):
        return self.decide(answer_to(question, id_, **changes))
