"""The verdict must find each fault: every test tells it of one thing that went wrong."""

import copy
from dataclasses import dataclass, field

import pytest

from simulator.books import Books, Submission
from simulator.evidence import Copy, Decided, Evidence
from simulator.judgement import judge

RUN = "ngay-1"
FAULTS = (
    "lost", "doubled", "wrong", "stray", "altered",
    "unanswered", "unsent", "unreceived", "unsettled",
)  # fmt: skip


@dataclass
class Told:
    """A day as journals and topics tell it; a good one until a test spoils it."""

    books: Books = field(default_factory=Books)
    evidence: Evidence = field(default_factory=lambda: Evidence(run=RUN))

    def submit(self, number, *, status=202, code=None, body="b", **expected):
        named = {"outcome": "admitted", "reason": None, "receivers": frozenset({"xa-01-mau"})}
        one = Submission(
            key=key(number),
            body_sha256=f"{body}{number}",
            content_sha256=f"c-{body}{number}",
            at=100.0,
            status=status,
            code=code,
            **(named | expected),
        )
        self.books.submissions.append(one)
        return one

    def decide(self, number, event="admitted", reason=None, body="b"):
        digest = None if body is None else f"{body}{number}"
        decided = Decided(event=event, reason=reason, body_sha256=digest)
        self.evidence.decisions[key(number)].append(decided)
        self.evidence.ingress[key(number), f"{body or 'b'}{number}"] += 1

    def deliver(self, number, to="xa-01-mau", body="b", at=100.05):
        copied = Copy(body_sha256=f"{body}{number}", content_sha256=f"c-{body}{number}", at=at)
        self.evidence.inboxes[to, key(number)].append(copied)

    def receive(self, number, to="xa-01-mau"):
        self.books.received[to, key(number)] = 100.2
        self.evidence.stages["delivered", to, key(number)] += 1
        self.evidence.stages["acknowledged", to, key(number)] += 1

    def good(self, number):
        self.submit(number)
        self.decide(number)
        self.deliver(number)
        self.receive(number)

    def refuse(self, number, reason, body="b"):
        self.submit(number, outcome="refused", reason=reason, receivers=frozenset())
        self.decide(number, "refused", reason, body)

    def judge(self):
        return judge(copy.deepcopy(self.books), copy.deepcopy(self.evidence))


def key(number):
    return ("dvcqg-mau", f"{RUN}-{number:06}")


@pytest.fixture
def day():
    """Give a good day with every kind of outcome in it."""
    told = Told()
    for number in (1, 2, 3):
        told.good(number)
    told.refuse(4, "bad_signature", body=None)
    told.refuse(5, "schema_violation")
    refused = {"outcome": "refused", "receivers": frozenset()}
    told.submit(6, status=422, code="secret_marking", reason="secret_marking", **refused)
    told.submit(1, status=200, outcome="duplicate", receivers=frozenset())
    told.submit(2, status=202, outcome="duplicate", receivers=frozenset())
    told.decide(2, "duplicate")
    told.submit(3, status=202, body="x", reason="id_reused", **refused)
    told.decide(3, "refused", "id_reused", body="x")
    return told


def only(judgement, **found):
    """Say whether these faults were found and no others."""
    return {name: count for name, count in judgement.faults.items() if count} == found


def test_a_good_day_is_good_and_adds_up(day):
    judgement = day.judge()
    assert judgement.good
    assert (judgement.submitted, judgement.admitted, judgement.duplicates) == (9, 3, 2)
    assert judgement.refused == {
        "bad_signature": 1, "schema_violation": 1, "secret_marking": 1, "id_reused": 1,
    }  # fmt: skip
    assert (judgement.delivered, judgement.received, judgement.acknowledged) == (3, 3, 3)
    told = judgement.as_json()
    assert told["adds_up"]
    assert told["p50_ms"] == pytest.approx(50, abs=1)
    assert told["received_p99_ms"] == pytest.approx(200, abs=1)


def test_a_message_without_a_decision_is_lost(day):
    day.submit(10)
    judgement = day.judge()
    assert only(judgement, lost=1)
    assert not judgement.good
    assert judgement.adds_up
    assert judgement.examples == {"lost": "/".join(key(10))}


def test_a_message_that_was_admitted_and_is_in_no_inbox_is_lost(day):
    del day.evidence.inboxes["xa-01-mau", key(2)]
    judgement = day.judge()
    assert judgement.lost == 1
    assert judgement.adds_up
    assert not judgement.good


def test_a_message_that_misses_one_of_its_recipients_is_lost(day):
    day.submit(10, receivers=frozenset({"xa-01-mau", "xa-02-mau"}))
    day.decide(10)
    day.deliver(10)
    day.receive(10)
    assert only(day.judge(), lost=1)


def test_a_second_copy_in_an_inbox_is_doubled(day):
    day.deliver(1)
    assert only(day.judge(), doubled=1)


def test_a_second_admission_is_doubled(day):
    day.decide(1)
    assert only(day.judge(), doubled=1)


def test_a_repetition_that_is_admitted_is_doubled_and_wrong(day):
    day.submit(1, outcome="duplicate", receivers=frozenset())
    day.decide(1)
    assert only(day.judge(), doubled=1, wrong=1)


def test_a_statement_that_counts_twice_is_doubled(day):
    day.evidence.stages["acknowledged", "xa-01-mau", key(1)] += 1
    assert only(day.judge(), doubled=1)


def test_a_refusal_for_another_reason_is_wrong(day):
    day.submit(10, outcome="refused", reason="unknown_key", receivers=frozenset())
    day.decide(10, "refused", "bad_signature", body=None)
    assert only(day.judge(), wrong=1)


def test_a_good_message_that_is_refused_is_wrong(day):
    day.submit(10)
    day.decide(10, "refused", "no_endpoint")
    assert only(day.judge(), wrong=1)


def test_a_good_message_that_is_refused_at_once_is_wrong(day):
    day.submit(10, status=403, code="peer_mismatch")
    assert only(day.judge(), wrong=1)


def test_a_bad_message_that_is_admitted_is_wrong(day):
    day.submit(10, outcome="refused", reason="bad_signature", receivers=frozenset())
    day.decide(10)
    assert only(day.judge(), wrong=1)


def test_a_bad_message_that_is_delivered_is_stray_as_well(day):
    day.submit(10, outcome="refused", reason="bad_signature", receivers=frozenset())
    day.decide(10)
    day.deliver(10)
    assert only(day.judge(), wrong=1, stray=1)


def test_a_refused_repetition_that_is_not_refused_is_wrong(day):
    day.submit(1, body="y", outcome="refused", reason="id_reused", receivers=frozenset())
    day.decide(1, "duplicate", body="y")
    assert only(day.judge(), wrong=1)


def test_a_message_in_the_inbox_of_somebody_else_is_stray(day):
    day.deliver(1, to="xa-02-mau")
    assert only(day.judge(), stray=1)


def test_a_message_that_nobody_has_sent_is_stray(day):
    day.evidence.ingress[key(99), "b99"] += 1
    day.evidence.decisions[key(99)].append(
        Decided(event="admitted", reason=None, body_sha256="b99")
    )
    day.deliver(99)
    judgement = day.judge()
    assert judgement.stray == 3
    assert not judgement.good


def test_a_secret_that_stands_in_ingress_is_stray(day):
    day.evidence.ingress[key(6), "b6"] += 1
    assert only(day.judge(), stray=1)


def test_other_bytes_in_the_inbox_are_altered(day):
    day.evidence.inboxes["xa-01-mau", key(1)].clear()
    day.deliver(1, body="z")
    assert only(day.judge(), altered=1)


def test_no_answer_and_no_trace_is_unanswered_and_not_counted_as_submitted(day):
    before = day.judge().submitted
    day.submit(10, status=None)
    judgement = day.judge()
    assert only(judgement, unanswered=1)
    assert judgement.submitted == before


def test_no_answer_but_a_decision_counts_by_the_decision(day):
    day.submit(10, status=None)
    day.decide(10)
    day.deliver(10)
    day.receive(10)
    judgement = day.judge()
    assert judgement.good
    assert judgement.admitted == 4


def test_a_client_that_sent_again_after_no_answer_is_no_fault(day):
    day.submit(10, status=200)
    day.decide(10)
    day.deliver(10)
    day.receive(10)
    day.evidence.decisions[key(10)].append(
        Decided(event="duplicate", reason=None, body_sha256="b10")
    )
    judgement = day.judge()
    assert judgement.good
    assert judgement.admitted == 4


def test_a_delivery_that_its_owner_did_not_get_is_unreceived(day):
    del day.books.received["xa-01-mau", key(1)]
    assert only(day.judge(), unreceived=1)


def test_a_statement_that_was_not_recorded_is_unsettled(day):
    del day.evidence.stages["acknowledged", "xa-01-mau", key(1)]
    assert only(day.judge(), unsettled=1)


def test_a_message_that_could_not_be_composed_is_unsent(day):
    day.books.unsent = 1
    assert only(day.judge(), unsent=1)


def test_a_day_on_which_nothing_was_delivered_shows_nothing():
    judgement = Told().judge()
    assert not judgement.good
    assert judgement.faults == dict.fromkeys(FAULTS, 0)
    assert judgement.as_json()["p50_ms"] is None
