"""A letter to a split organisation waits for a person; clear recipients have it at once."""

from datetime import timedelta
from typing import Any

import pytest

from hub.answers import Choice
from hub.decision.choosing import Chosen
from hub.decision.document_checks import DocumentChecks, is_about_documents
from hub.decision.events import Event
from hub.decision.history import History
from hub.decision.order_record import Do
from hub.decision.rows import AuditRecord
from hub.decision.states import State
from tests import support
from tests.documents_rig import World, events
from tests.documents_rig import letter as with_document
from tests.support import NOW, PARTITION, build_rules, stamped

DISTRICT = "urn:hub:org:H99.40"
BOTH = (support.RECEIVER, "other")
GONE: dict[str, Any] = {
    "name": "Huyện Mẫu",
    "level": "district",
    "state": "merged",
    "valid_to": "2025-06-30",
    "successors": ["org-receiver", "org-other"],
}
SPLIT: dict[str, dict[str, Any]] = {
    "organisation/org-district": GONE,
    "code/H99.40": {"organisation": "org-district", "scheme": "qd20"},
    "right/1": {
        "system": "sender",
        "types": [support.DOSSIER],
        "recipients": ["urn:hub:all"],
    },
}
MERGED = SPLIT | {"organisation/org-district": GONE | {"successors": ["org-other"]}}


def letter(id_="msg-0001", to=DISTRICT, **changes):
    return stamped(id=id_, recipients=to, **changes)


@pytest.fixture
def world():
    made = World("off")
    made.rules = build_rules(SPLIT)
    return made


def states(world):
    """What the projection says of each recipient."""
    history = History()
    entries = [entry for outcome in world.outcomes for entry in outcome.entries]
    for offset, entry in enumerate(entries):
        history.take(
            AuditRecord(partition=PARTITION, offset=offset, written_at=NOW, event=entry.event)
        )
    return {row.recipient: row.state for row in history.deliveries}


def left(world):
    """What the process that watches over held messages knows, as (id, choosing)."""
    checks = DocumentChecks()
    for outcome in world.outcomes:
        for entry in outcome.entries:
            if is_about_documents(entry.event):
                checks.take(entry.event)
    return [(one.id, one.choosing) for one in checks.changed]


def choose(world, *systems, id_="msg-0001"):
    return world.order(Do.CHOOSE, id_, by="an", reason="mẫu", chosen=(Chosen(DISTRICT, systems),))


def test_a_merged_organisations_post_goes_to_its_successor_and_is_noted(world):
    world.rules = build_rules(MERGED)
    decision = world.send(letter())
    assert [(one.system, one.address) for one in decision.deliveries] == [("other", DISTRICT)]
    told = decision.entries[0].event.detail["rerouted"]
    assert told == [{"address": DISTRICT, "via": ["succeeded"], "systems": ["other"]}]


def test_a_split_organisations_post_is_never_a_guess(world):
    decision = world.send(letter())
    assert decision.outcome is Event.ADMITTED
    assert decision.deliveries == ()
    assert states(world) == dict.fromkeys(BOTH, State.MANUAL_REVIEW)
    assert left(world) == [("msg-0001", True)]


def test_who_is_chosen_gets_it_under_the_code_that_was_used_and_the_others_are_told_off(world):
    world.send(letter())
    outcome = choose(world, "other")
    assert [(one.system, one.address) for one in outcome.deliveries] == [("other", DISTRICT)]
    assert states(world) == {"receiver": State.EXPIRED, "other": State.PENDING}
    assert left(world) == []
    assert choose(world, "receiver").deliveries == (), "the first word counts"


def test_clear_recipients_do_not_wait_for_the_choice(world):
    decision = world.send(letter(to=f"{support.TO_RECEIVER} {DISTRICT}"))
    assert [one.system for one in decision.deliveries] == ["receiver"]
    assert states(world) == {"receiver": State.PENDING, "other": State.MANUAL_REVIEW}
    # Both: who has it already does not get it again.
    assert [one.system for one in choose(world, *BOTH).deliveries] == ["other"]
    assert states(world) == dict.fromkeys(BOTH, State.PENDING)


def test_where_all_that_may_be_meant_have_it_anyhow_there_is_nothing_to_choose(world):
    decision = world.send(letter(to=f"{support.TO_RECEIVER} {support.TO_OTHER} {DISTRICT}"))
    assert len(decision.deliveries) == 2
    assert states(world) == dict.fromkeys(BOTH, State.PENDING)


def test_what_the_same_sender_says_next_in_the_matter_waits_behind_it(world):
    world.send(letter())
    assert world.send(letter("msg-0002", support.TO_OTHER)).deliveries == ()
    assert [o.system for o in choose(world, "other").deliveries] == ["other"]
    assert [o.system for o in world.look("msg-0002").deliveries] == ["other"]
    assert world.delivered() == ["msg-0001", "msg-0002"]


def test_nobody_may_be_chosen_too_and_then_nobody_has_it(world):
    world.send(letter())
    assert choose(world).deliveries == ()
    assert states(world) == dict.fromkeys(BOTH, State.EXPIRED)


@pytest.mark.parametrize("systems", [("agent",), ("nobody",)])
def test_a_choice_that_fits_no_more_leaves_it_waiting(world, systems):
    world.send(letter())
    assert {one for one, _ in events(choose(world, *systems))} == {Event.HELD}
    assert states(world) == dict.fromkeys(BOTH, State.MANUAL_REVIEW)
    assert left(world) == [("msg-0001", True)]


def test_nobody_is_chosen_whom_the_sender_may_not_send_to(world):
    right: Any = SPLIT["right/1"] | {"recipients": [DISTRICT]}
    third: dict[str, dict[str, Any]] = {
        "system/third": {"organisation": "org-agent"},
        "endpoint/org-agent/third": {"types": [support.DOSSIER]},
    }
    world.rules = build_rules(SPLIT | third)
    world.send(letter())
    world.rules = build_rules(SPLIT | third | {"right/1": right})
    assert choose(world, "third").deliveries == ()
    assert states(world) == dict.fromkeys(BOTH, State.MANUAL_REVIEW)
    assert [one.system for one in choose(world, "other").deliveries] == ["other"]


def test_a_candidate_of_the_sandbox_refuses_the_message(world):
    successors: Any = GONE | {"successors": ["org-receiver", "org-tried"]}
    world.rules = build_rules(
        SPLIT
        | {
            "organisation/org-district": successors,
            "organisation/org-tried": {"name": "Sở thử", "level": "province"},
            "system/sandbox-x": {"organisation": "org-tried"},
            "endpoint/org-tried/sandbox-x": {"types": [support.DOSSIER]},
        }
    )
    assert world.send(letter()).entries[0].event.reason == "not_permitted"


SUBSCRIBED: dict[str, dict[str, Any]] = {
    "subscription/s1": {"system": "other", "type": support.DOSSIER, "copies": True}
}


def test_a_candidate_that_gets_a_copy_anyhow_is_nobody_to_choose(world):
    world.rules = build_rules(SPLIT | SUBSCRIBED)
    assert [one.system for one in world.send(letter()).deliveries] == ["other"]
    assert states(world) == {"receiver": State.MANUAL_REVIEW, "other": State.PENDING}


@pytest.mark.parametrize(("systems", "gets"), [(BOTH, ["receiver"]), ((), [])])
def test_a_candidate_that_was_given_it_meanwhile_keeps_it_and_gets_it_once(world, systems, gets):
    world.send(letter())
    world.rules = build_rules(SPLIT | SUBSCRIBED)
    given = world.order(Do.GIVE, "msg-0001", subscription="s1")
    assert [one.system for one in given.deliveries] == ["other"], "it waits for no person"
    assert [one.system for one in choose(world, *systems).deliveries] == gets
    ended = State.PENDING if gets else State.EXPIRED
    assert states(world) == {"receiver": ended, "other": State.PENDING}
    assert left(world) == []


def test_a_withdrawal_ends_the_choice(world):
    world.send(letter())
    world.send(support.withdrawal("msg-0001"))
    assert states(world) | {} == dict.fromkeys(BOTH, State.WITHDRAWN)
    assert choose(world, "other").deliveries == ()


def test_what_nobody_chooses_in_time_is_ended_and_told(world):
    world.send(letter(to=f"{support.TO_RECEIVER} {DISTRICT}"))
    world.now += timedelta(days=29)
    world.look("msg-0001")
    assert states(world) == {"receiver": State.PENDING, "other": State.EXPIRED}
    assert left(world) == []


def test_documents_come_first_and_then_the_person(world):
    world = World("require")
    world.rules = build_rules(SPLIT | {f"document_policy/{support.DOSSIER}": {"policy": "require"}})
    world.send(with_document(recipients=DISTRICT))
    assert states(world) == dict.fromkeys(BOTH, State.HELD)
    assert choose(world, "other").deliveries == ()
    world.tell("msg-0001", "valid")
    assert states(world) == dict.fromkeys(BOTH, State.MANUAL_REVIEW)
    assert left(world) == [("msg-0001", True)]
    assert [one.system for one in choose(world, "other").deliveries] == ["other"]


def test_an_address_may_mean_whoever_deals_with_the_type_in_an_area():
    rules = build_rules(
        SPLIT
        | {"competence/28/org-district": {"types": [support.DOSSIER]}}
        | {"competence/29/org-other": {"types": [support.DOSSIER]}}
    )
    world = World("off")
    world.rules = rules
    assert [o.system for o in world.send(letter(to="urn:hub:area:29")).deliveries] == ["other"]
    decision = world.send(letter("msg-0002", "urn:hub:area:28", subject="khac"))
    hold = decision.remembered[0].answer.hold
    assert hold.choices == (Choice("urn:hub:area:28", BOTH),)
