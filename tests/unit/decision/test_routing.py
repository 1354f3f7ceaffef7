"""Where a message goes: to each receiving system once, or nowhere with a reason."""

from datetime import UTC, datetime

import pytest
from lgsp_message.reason import Reason

from hub.decision.events import MAX_DIRECT_BYTES, MAX_DIRECT_DELIVERIES, Event, RulesRef
from hub.decision.pipeline import decide
from hub.decision.rulebook import Rulebook
from tests import support
from tests.support import NOW, Remembered, build_rules, changed, key_name, key_of, stamped

RULES = build_rules()
TO_ALL = changed("right/1", recipients=["urn:hub:all"])
TO_SYSTEM = "urn:hub:system:receiver"


def decided(recipients, rules=RULES, *, now=NOW, **changes):
    return decide(stamped(recipients=recipients, **changes), rules, Remembered(), now)


def goes_to(recipients, rules=RULES, **changes):
    decision = decided(recipients, rules, **changes)
    assert decision.outcome is Event.ADMITTED, decision.entries[0].event.reason
    return [(delivery.system, delivery.address) for delivery in decision.deliveries]


def reason_of(decision):
    return decision.entries[0].event.reason


def test_a_code_leads_to_the_system_that_takes_the_type():
    assert goes_to(support.TO_RECEIVER) == [("receiver", support.TO_RECEIVER)]


def test_old_and_new_code_of_one_agency_give_one_delivery_under_the_first():
    both = f"{support.TO_RECEIVER_OLD_CODE} {support.TO_RECEIVER}"
    assert goes_to(both) == [("receiver", support.TO_RECEIVER_OLD_CODE)]


def test_a_right_for_one_code_covers_the_others_of_the_same_agency():
    rules = build_rules(changed("right/1", recipients=[support.TO_RECEIVER]))
    assert goes_to(support.TO_RECEIVER_OLD_CODE, rules)
    assert goes_to(TO_SYSTEM, rules) == [("receiver", TO_SYSTEM)]
    assert reason_of(decided(support.TO_OTHER, rules)) == Reason.NOT_PERMITTED


def test_a_group_leads_to_each_member_once():
    assert goes_to(f"{support.TO_GROUP} {support.TO_OTHER}") == [
        ("receiver", support.TO_GROUP),
        ("other", support.TO_GROUP),
    ]


def test_a_right_for_a_group_covers_its_members_but_not_the_other_way_round():
    group_only = build_rules(changed("right/1", recipients=[support.TO_GROUP]))
    assert goes_to(support.TO_OTHER, group_only)
    members = build_rules(changed("right/1", recipients=[support.TO_RECEIVER, support.TO_OTHER]))
    assert reason_of(decided(support.TO_GROUP, members)) == Reason.NOT_PERMITTED


SUSPENDED = changed("system/receiver", state="suspended")
CLOSED = changed("organisation/org-receiver", state="closed")


@pytest.mark.parametrize(
    ("recipients", "changes", "reason"),
    [
        ("urn:hub:org:H99.77", {}, Reason.UNKNOWN_RECIPIENT),
        ("urn:hub:system:nobody", {}, Reason.UNKNOWN_RECIPIENT),
        ("urn:hub:group:nobody", {}, Reason.UNKNOWN_RECIPIENT),
        ("urn:hub:system:agent", {}, Reason.NO_ENDPOINT),
        (TO_SYSTEM, SUSPENDED, Reason.UNKNOWN_RECIPIENT),
        (support.TO_RECEIVER, SUSPENDED, Reason.NO_ENDPOINT),
        (TO_SYSTEM, CLOSED, Reason.UNKNOWN_RECIPIENT),
        (support.TO_RECEIVER, CLOSED, Reason.UNKNOWN_RECIPIENT),
        (support.TO_GROUP, CLOSED, Reason.UNKNOWN_RECIPIENT),
        (support.TO_GROUP, {"endpoint/org-receiver/receiver": None}, Reason.NO_ENDPOINT),
        (support.TO_GROUP, changed("group/communes", members=[]), Reason.UNKNOWN_RECIPIENT),
    ],
)
def test_no_route_is_refused_not_dropped(recipients, changes, reason):
    """One address that leads nowhere refuses the whole message, and its place is told."""
    decision = decided(f"{support.TO_OTHER} {recipients}", build_rules(TO_ALL | changes))
    assert reason_of(decision) == reason
    assert decision.entries[0].event.place == "recipients/1"
    assert decision.deliveries == ()


def test_a_code_is_valid_by_the_days_of_viet_nam():
    rules = build_rules(
        TO_ALL
        | changed("code/H99.01", valid_from="2025-07-01")
        | changed("code/000.00.01.H99", valid_to="2025-06-30")
    )
    before = datetime(2025, 6, 30, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Viet Nam
    after = datetime(2025, 6, 30, 17, 0, 0, tzinfo=UTC)
    early = decided(support.TO_RECEIVER, rules, now=before, time=before.isoformat())
    assert reason_of(early) == Reason.UNKNOWN_RECIPIENT
    for now, address in ((before, support.TO_RECEIVER_OLD_CODE), (after, support.TO_RECEIVER)):
        direct = decided(address, rules, now=now, time=now.isoformat())
        assert direct.outcome is Event.ADMITTED
        assert "rerouted" not in direct.entries[0].event.detail


def test_an_intermediary_speaks_only_for_whom_it_represents():
    spoken = {"source": "urn:hub:system:broker", "onbehalf": "urn:hub:org:H99"}
    assert goes_to(support.TO_RECEIVER, **spoken)
    other = {**spoken, "onbehalf": "urn:hub:org:H99.02"}
    assert reason_of(decided(support.TO_RECEIVER, **other)) == Reason.NOT_REPRESENTATIVE
    nobody = {**spoken, "onbehalf": "urn:hub:org:none"}
    assert reason_of(decided(support.TO_RECEIVER, **nobody)) == Reason.NOT_REPRESENTATIVE


def test_a_right_for_one_type_is_none_for_another():
    rules = build_rules(changed("right/1", types=["vn.gov.dossier.step.v1"]))
    assert reason_of(decided(support.TO_RECEIVER, rules)) == Reason.NOT_PERMITTED


def test_endpoints_do_not_depend_on_the_order_of_the_records():
    """Two systems of one agency for one type: whatever the order, every router takes the same."""
    records = support.records(
        {
            "system/receiver-2": {"organisation": "org-receiver"},
            "endpoint/org-receiver/receiver-2": {"types": [support.DOSSIER]},
        }
    )
    snapshots = []
    for order in (list(records), list(reversed(records))):
        book = Rulebook(support.HUB, support.MACS)
        for key in order:
            book.apply(key, records[key])
        snapshots.append(book.snapshot(RulesRef(version=1, hash="00" * 32)))
    assert len({goes_to(support.TO_RECEIVER, rules)[0] for rules in snapshots}) == 1


def province(count):
    """A group of many communes, each with its own system."""
    names = [f"commune-{number:04}" for number in range(count)]
    return build_rules(
        TO_ALL
        | {f"organisation/org-{name}": {"name": name, "level": "commune"} for name in names}
        | {f"system/{name}": {"organisation": f"org-{name}"} for name in names}
        | {f"endpoint/org-{name}/{name}": {"types": [support.DOSSIER]} for name in names}
        | {"group/all": {"members": [f"org-{name}" for name in names]}}
    )


@pytest.mark.parametrize(
    ("count", "fans_out"), [(MAX_DIRECT_DELIVERIES, False), (MAX_DIRECT_DELIVERIES + 1, True)]
)
def test_many_recipients_fan_out(count, fans_out):
    decision = decided("urn:hub:group:all", province(count))
    assert len(decision.deliveries) == count
    assert decision.fans_out is fans_out


def test_many_bytes_fan_out():
    padded = support.GOOD_BODY + b" " * 200_000
    rules = province(MAX_DIRECT_BYTES // len(padded) + 1)
    decision = decide(stamped(padded, recipients="urn:hub:group:all"), rules, Remembered(), NOW)
    assert decision.fans_out
    assert not decide(stamped(padded), RULES, Remembered(), NOW).fans_out


def test_a_key_of_another_system_is_no_key_of_the_sender():
    # The thumbprint is registered, but under another system: `kid` is only a hint.
    assert key_name("other", key_of("other")) in support.records()
    assert reason_of(decided(support.TO_RECEIVER, key=key_of("other"))) == Reason.UNKNOWN_KEY
