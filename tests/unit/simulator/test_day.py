from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import orjson
import pytest
from lgsp_client import Outgoing
from lgsp_message.values import Received

from hub.control.adapters import InstalledAdapters
from hub.control.changes import ChangeSet
from hub.control.commands import apply
from hub.control.draft import Draft
from hub.decision.admission import claims
from hub.decision.events import RulesRef
from hub.decision.pipeline import decide
from hub.decision.rulebook import Rulebook
from hub.schemas.catalogue import load
from simulator import keys, roles
from simulator.agencies import Tiers
from simulator.day import MIN_MESSAGES, plan_day
from simulator.forge import forge
from simulator.plan import Fault, moment
from simulator.province import Province, changes
from tests import support

DAY = date(2026, 11, 23)
RUN = "ngay-1"
AT_ONCE = {"too_large", "secret_marking"}
ATTACHMENT = {
    "content_id": "cid:1",
    "name": "van-ban-mau.pdf",
    "object": {
        "hash": f"sha256:{'0' * 64}",
        "size": 9000,
        "media_type": "application/pdf",
        "name": "van-ban-mau.pdf",
    },
}


def plan(seed=1, count=600, tiers=Tiers.THREE, first=0):
    return plan_day(Province.of(tiers), seed=seed, count=count, day=DAY, first=first)


def rules_of(province, who, now):
    """Return the rules that the hub makes of the province's change list."""
    proven = {name: (one, keys.proof_of(one)) for name, one in who.items()}
    asked = ChangeSet.model_validate({"reason": "mẫu", "changes": changes(province, proven)})
    draft = Draft({}, hub=support.HUB, now=now, adapters=InstalledAdapters())
    book = Rulebook(support.HUB, support.MACS)
    for change in asked.changes:
        apply(change, draft, "")
    for key, edit in draft.edits().items():
        book.apply(key, msgspec.json.encode(edit.record))
    for uri in {one.replace("vn.gov.", "").removesuffix(".v1") for one in _types()}:
        name = f"{uri}:1.0"
        document = load(f"urn:hub:schema:{name}").document
        book.apply(f"schema/{name}", orjson.dumps({"document": document}))
    return book.snapshot(RulesRef(version=1, hash="ab" * 32))


def _types():
    return {type_ for types in roles.TAKES.values() for type_ in types}


def test_the_same_seed_gives_the_same_day_and_another_seed_another():
    assert plan(seed=7) == plan(seed=7)
    assert plan(seed=7) != plan(seed=8)


@pytest.mark.parametrize("tiers", list(Tiers))
def test_three_per_cent_of_a_day_are_bad_and_every_kind_is_there(tiers):
    day = plan(count=3000, tiers=tiers)
    bad = Counter(one.fault for one in day if one.fault is not None)
    assert bad.keys() == set(Fault)
    assert bad.total() == 90
    assert max(bad.values()) - min(bad.values()) <= 1
    assert 3000 <= len(day) <= 3020


def test_the_smallest_day_has_every_kind_of_bad_message_too():
    day = plan(count=MIN_MESSAGES)
    assert {one.fault for one in day} == {None, *Fault}


def test_two_runs_of_one_day_speak_of_different_matters():
    subjects = [{one.subject for one in plan(seed=seed, first=seed * 10_000)} for seed in (1, 2)]
    assert not subjects[0] & subjects[1]


def test_a_day_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match="at least"):
        plan(count=MIN_MESSAGES - 1)


def test_an_answer_comes_from_who_got_or_sent_what_it_answers():
    day = {one.number: one for one in plan(count=3000)}
    for one in day.values():
        for cause in one.after:
            assert one.sender in {day[cause].sender, *day[cause].receivers}
            assert day[cause].at <= one.at


def test_a_birth_fans_out_to_three_and_joins_their_answers():
    day = {one.number: one for one in plan(count=3000) if one.fault is None}
    joined = [one for one in day.values() if len(one.after) == 3]
    assert joined
    for one in joined:
        senders = {day[cause].sender for cause in one.after}
        assert senders == {"ho-tich-mau", "dan-cu-mau", "bhxh-mau"}
        assert {day[cause].correlation for cause in one.after} == {one.correlation}


@pytest.mark.parametrize("tiers", list(Tiers))
def test_the_hubs_own_decision_about_every_planned_message_is_the_expected_one(tiers, tmp_path):
    province, now = Province.of(tiers), datetime.now(UTC)
    who = keys.identities(province, support.HUB, tmp_path)
    rules, admitted = rules_of(province, who, now), support.Remembered()
    sent: dict[int, Outgoing] = {}
    for planned in plan(count=600, tiers=tiers, first=863_990):
        first = sent[planned.after[0]] if planned.repeats else None
        attachment = ATTACHMENT if planned.letter else None
        message = sent[planned.number] = forge(
            planned, who[planned.sender], run=RUN, now=now, first=first, attachment=attachment
        )
        received = Received(
            attributes=message.attributes, body=message.body, signature=message.signature
        )
        outcome, receivers = outcome_of(received, planned.sender, rules, admitted, now)
        assert outcome == (planned.expected.outcome, planned.expected.reason), planned
        assert receivers == set(planned.receivers)


def outcome_of(received, peer, rules, admitted, now):
    refusal = support.refusal_of(lambda: claims(received, peer, rules))
    if refusal is not None:
        assert refusal.reason in AT_ONCE
        return ("refused", refusal.reason.value), set()
    stamped = support.stamp(received, at=now)
    decision = admitted.remember(decide(stamped, rules, admitted, now + timedelta(seconds=1)))
    event = decision.entries[0].event
    return (event.event.value, event.reason), {one.system for one in decision.deliveries}


def test_the_working_day_is_vietnamese_office_time():
    assert moment(DAY, 0.0).isoformat() == "2026-11-23T07:30:00+07:00"
    assert moment(DAY, 1.0).isoformat() == "2026-11-23T17:00:00+07:00"


def test_a_repetition_keeps_all_attributes_and_signs_anew(tmp_path):
    province, now = Province.of(Tiers.TWO), datetime.now(UTC)
    who = keys.identities(province, support.HUB, tmp_path)
    day = {one.number: one for one in plan(tiers=Tiers.TWO)}
    again = next(
        one
        for one in day.values()
        if one.fault is Fault.REPEATED and who[one.sender].algorithm == "ES256"
    )
    original = day[again.after[0]]
    one = forge(original, who[original.sender], run=RUN, now=now)
    two = forge(again, who[again.sender], run=RUN, now=now + timedelta(hours=1), first=one)
    assert (two.attributes, two.body) == (one.attributes, one.body)
    assert two.signature != one.signature
    assert replace(two, signature="") == replace(one, signature="")
