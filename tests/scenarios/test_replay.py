"""What a change would have done to real messages: read again from a real broker."""

import json

import pytest

from hub.schemas.catalogue import load
from tests.running_hub import RULES_SECONDS
from tests.support import DOSSIER, DOSSIER_SCHEMA, GOOD_BODY

pytestmark = pytest.mark.kafka

WITH_NOTE = json.dumps(json.loads(GOOD_BODY) | {"note": "Ghi chú riêng (mẫu)"}).encode()
BODIES = {"so-co-ghi-chu": WITH_NOTE, "so-khong-ghi-chu": GOOD_BODY}
EACH = 3


def test_impact_and_preview_read_the_messages_that_really_went_through(running_hub):
    hub = running_hub
    hub.register_all(dict.fromkeys([*BODIES, "phuong-xem-lai"]))
    for name, body in BODIES.items():
        hub.allow(name)
        with hub.client(name) as client:
            for number in range(EACH):
                told = client.submit(
                    DOSSIER,
                    body,
                    id=f"xem-lai-{number}",
                    recipients=["system:phuong-xem-lai"],
                    wait=20,
                )
                assert told.answer["state"] == "admitted"
    candidate = load(DOSSIER_SCHEMA).document
    candidate["required"] = [*candidate["required"], "note"]

    def broken():
        answer = hub.post("/ops/schemas:impact", {"document": candidate, "days": 1})
        told = {one["system"]: (one["messages"], one["broken"]) for one in answer["senders"]}
        assert "Ghi chú" not in json.dumps(answer, ensure_ascii=False)
        return [told.get(name) for name in BODIES]

    # The projection follows: until all have been recorded fewer are looked at.
    hub.await_that(lambda: broken() == [(EACH, 0), (EACH, EACH)], RULES_SECONDS)
    change = {"change": "suspend_system", "system": "so-khong-ghi-chu"}
    preview = hub.post(
        "/v1/admin/changes:preview",
        {"reason": "Thử (mẫu)", "changes": [change], "hours": 1, "examples": 200},
    )
    groups = {one["source"]: one["count"] for one in preview["groups"]}
    assert groups == {"so-khong-ghi-chu": EACH}
    fates = {one["then"]["reason"] for one in preview["examples"]}
    assert fates == {"system_inactive"}
