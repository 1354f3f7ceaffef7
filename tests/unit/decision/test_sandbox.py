"""The sandbox reaches nobody outside, and nobody outside reaches it, whatever rights say."""

from lgsp_message.reason import Reason

from hub.api.drills import Drills
from hub.decision.events import Event
from hub.decision.pipeline import decide
from tests.support import (
    DOSSIER,
    NOW,
    Remembered,
    build_rules,
    changed,
    key_name,
    key_of,
    key_record,
    stamped,
)

TWIN = "sandbox-sender"
RULES = build_rules(
    {
        f"system/{TWIN}": {"organisation": "sandbox"},
        "organisation/sandbox": {"name": "Thử nghiệm (mẫu)", "level": "commune"},
        key_name(TWIN, key_of(TWIN)): key_record(key_of(TWIN)),
        f"endpoint/sandbox/{TWIN}": {"types": [DOSSIER]},
        "right/s": {"system": TWIN, "types": [DOSSIER], "recipients": ["urn:hub:all"]},
        **changed("right/1", recipients=["urn:hub:all"]),
        "subscription/in": {"system": TWIN, "type": DOSSIER, "copies": True},
        "subscription/out": {"system": "other", "type": DOSSIER, "copies": True},
    }
)


def decided(source, recipients):
    received = stamped(source=f"urn:hub:system:{source}", recipients=recipients)
    return decide(received, RULES, Remembered(), NOW)


def test_a_twin_reaches_itself_and_nobody_else():
    own = decided(TWIN, f"urn:hub:system:{TWIN}")
    assert (own.outcome, [one.system for one in own.deliveries]) == (Event.ADMITTED, [TWIN])
    for recipients in ("urn:hub:org:H99.01", f"urn:hub:system:{TWIN} urn:hub:org:H99.01"):
        assert decided(TWIN, recipients).entries[0].event.reason == Reason.NOT_PERMITTED


def test_nobody_reaches_a_twin_by_address_or_by_subscription():
    refused = decided("sender", f"urn:hub:system:{TWIN}")
    assert refused.entries[0].event.reason == Reason.NOT_PERMITTED
    sent = decided("sender", "urn:hub:org:H99.01")
    assert [one.system for one in sent.deliveries] == ["receiver", "other"]


def test_a_drill_is_answered_once_and_only_in_the_sandbox():
    drills = Drills()
    assert [drills.begins(TWIN, "retry-503-1") for _ in range(2)] == [True, False]
    assert not drills.begins(TWIN, "m-1")
    assert not drills.begins("sender", "retry-503-1")
