"""The verdict on foreign systems: each test tells it of one thing that went wrong."""

import copy

import pytest

from simulator.books import Books, Inward, Outward
from simulator.evidence import Copy, Evidence
from simulator.foreign.judging import judge_foreign

RUN = "ngay-1"
SERVED = frozenset({"sms-mau", "vnpost-mau"})
BAD_DAY = 0.05
RETURNED = ("vnpost-mau", "vn.gov.dossier.returned.v1", "H99.97-1", "mot-cua-mau")


class Told:
    """A day with two peers, as journals, topics and peers tell it; good until a test spoils it."""

    def __init__(self):
        self.books = Books(peers=("notify", "vnpost"), served=SERVED)
        self.evidence = Evidence(run=RUN, served=SERVED)
        self.effects: dict[str, dict[tuple[str, str], int]] = {"notify": {}, "vnpost": {}}
        for number in (1, 2):
            self.send(number, "notify", "sms-mau", ("sms", f"so-{number}"))
        self.send(3, "vnpost", "vnpost-mau", ("order", "HUB3"))
        self.books.inward.append(Inward(peer="vnpost", what=RETURNED, count=1))
        self.evidence.brought[RETURNED].append("vnpost-1")

    def send(self, number, peer, to, effect):
        one = Outward(peer=peer, to=to, message=key(number), effect=effect)
        self.books.outward.append(one)
        copied = Copy(body_sha256="b", content_sha256="c", at=100.0)
        self.evidence.inboxes[to, key(number)].append(copied)
        self.effects[peer][effect] = 1

    def judge(self, misbehave=BAD_DAY):
        told = copy.deepcopy((self.books, self.evidence, self.effects))
        return judge_foreign(*told, misbehave)


def key(number):
    return ("mot-cua-mau", f"{RUN}-{number:06}")


@pytest.fixture
def day():
    return Told()


def test_a_good_day_is_good_and_counts_both_ways(day):
    judgement = day.judge()
    assert judgement.good
    assert judgement.as_json() == {
        peer: {"sent": 2, "received": 2, "dead_letters": 0, "doubled": 0, "lost": 0, "refused": {}}
        for peer in ("notify", "vnpost")
    }


def test_a_day_without_foreign_systems_is_good():
    assert judge_foreign(Books(), Evidence(run=RUN), {}, 0.0).good


def test_a_delivery_that_is_not_at_the_peer_is_lost(day):
    del day.effects["notify"]["sms", "so-1"]
    judgement = day.judge()
    assert (judgement.good, judgement.flows["notify"].lost) == (False, 1)
    assert judgement.examples == {"notify lost": "so-1"}


def test_a_second_sms_is_doubled(day):
    day.effects["notify"]["sms", "so-1"] = 2
    judgement = day.judge()
    assert (judgement.good, judgement.flows["notify"].doubled) == (False, 1)


def test_a_second_parcel_under_a_number_that_nobody_asked_for_is_doubled(day):
    day.effects["vnpost"]["order", "HUB4"] = 1
    judgement = day.judge()
    assert (judgement.good, judgement.flows["vnpost"].doubled) == (False, 1)


def test_what_an_earlier_day_has_left_may_come_once_to_a_new_peer(day):
    left = Outward(peer="vnpost", to="vnpost-mau", message=key(9), effect=("order", "HUB9"))
    day.books.earlier.append(left)
    day.effects["vnpost"]["order", "HUB9"] = 1
    assert day.judge().good
    day.effects["vnpost"]["order", "HUB9"] = 2
    assert day.judge().flows["vnpost"].doubled == 1


def test_what_a_peer_notes_of_itself_is_nobodys_fault(day):
    day.effects["vnpost"]["collected", "HUB3"] = 1
    assert day.judge().good


def test_a_dead_letter_that_the_misbehaviour_explains_is_no_loss(day):
    del day.effects["notify"]["sms", "so-1"]
    day.evidence.dead_letters["sms-mau", key(1)] = "outcome_unknown"
    judgement = day.judge()
    assert judgement.good
    assert (judgement.flows["notify"].dead_letters, judgement.flows["notify"].received) == (1, 1)


def test_on_a_day_without_misbehaviour_a_dead_letter_is_a_loss(day):
    del day.effects["notify"]["sms", "so-1"]
    day.evidence.dead_letters["sms-mau", key(1)] = "outcome_unknown"
    assert day.judge(misbehave=0.0).flows["notify"].lost == 1


def test_a_dead_letter_for_another_reason_is_a_loss(day):
    del day.effects["notify"]["sms", "so-1"]
    day.evidence.dead_letters["sms-mau", key(1)] = "no_consent"
    assert day.judge().flows["notify"].lost == 1


def test_a_dead_letter_does_not_excuse_a_second_sms(day):
    day.effects["notify"]["sms", "so-1"] = 2
    day.evidence.dead_letters["sms-mau", key(1)] = "outcome_unknown"
    assert not day.judge().good


def test_what_a_peer_had_for_the_hub_and_is_in_no_inbox_is_lost(day):
    day.evidence.brought.clear()
    judgement = day.judge()
    assert (judgement.good, judgement.flows["vnpost"].lost) == (False, 1)


def test_what_the_router_refused_is_refused_with_its_reason_and_not_lost(day):
    day.evidence.brought.clear()
    day.evidence.carried["vnpost-mau", "vnpost-1"] = RETURNED[1:3]
    day.evidence.turned_down["vnpost-mau", "vnpost-1"] = "no_access_right"
    judgement = day.judge()
    flow = judgement.flows["vnpost"]
    assert (judgement.good, flow.lost, flow.refused) == (False, 0, {"no_access_right": 1})
    assert judgement.examples == {"vnpost refused": RETURNED[2]}


def test_what_did_not_become_a_message_is_refused_with_its_reason_and_not_lost(day):
    day.evidence.brought.clear()
    day.evidence.unread["vnpost-mau"].append("body_too_large")
    flow = day.judge().flows["vnpost"]
    assert (flow.lost, flow.refused) == (0, {"body_too_large": 1})


def test_the_refusal_of_another_thing_does_not_explain_what_is_missing(day):
    day.evidence.brought.clear()
    day.evidence.carried["vnpost-mau", "vnpost-9"] = (RETURNED[1], "H99.97-9")
    day.evidence.turned_down["vnpost-mau", "vnpost-9"] = "no_access_right"
    flow = day.judge().flows["vnpost"]
    assert (flow.lost, flow.refused) == (1, {})


def test_one_refusal_explains_one_thing_only(day):
    day.books.inward[0] = Inward(peer="vnpost", what=RETURNED, count=3)
    day.evidence.unread["vnpost-mau"].append("body_too_large")
    flow = day.judge().flows["vnpost"]
    assert (flow.received, flow.refused.total(), flow.lost) == (2, 1, 1)


@pytest.mark.parametrize("again", ["vnpost-1", "vnpost-2"])
def test_what_a_peer_had_for_the_hub_and_came_twice_is_doubled(day, again):
    day.evidence.brought[RETURNED].append(again)
    judgement = day.judge()
    assert (judgement.good, judgement.flows["vnpost"].doubled) == (False, 1)


def test_a_peer_that_has_got_nothing_has_shown_nothing(day):
    day.books.peers = ("notify", "vnpost", "axis")
    assert not day.judge().good


def test_what_the_hub_did_not_admit_is_not_the_connectors_loss(day):
    del day.evidence.inboxes["sms-mau", key(1)]
    del day.effects["notify"]["sms", "so-1"]
    assert day.judge().flows["notify"].sent == 1
