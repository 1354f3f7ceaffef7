import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from hub.indicators.matter import FactRow, Kind
from hub.indicators.matters import matters

START = datetime(2026, 3, 10, 1, tzinfo=UTC)


def fact(
    number,
    what,
    *,
    hours=0,
    kind=Kind.DOSSIER,
    source="mot-cua-mau",
    recipients=1,
    data=None,
    **told,
):
    return FactRow(
        partition=number % 3,
        offset=number,
        kind=kind,
        key="H99.98-1",
        at=START + timedelta(hours=hours),
        source=source,
        type=f"vn.gov.{what}.v1",
        recipients=recipients,
        data=json.dumps(told | (data or {})),
    )


def at(hours):
    return (START + timedelta(hours=hours)).isoformat()


def one(*rows):
    [matter] = matters(rows[0].kind, "H99.98-1", rows)
    return matter


RECEIVED = fact(1, "dossier.received", org="a", state=2, promised_at=at(48))
STORY = (
    fact(0, "dossier.submitted", org="a", online=True, procedure="1.000001.H99"),
    RECEIVED,
    fact(2, "dossier.transferred", hours=1, org="b", due_at=at(8)),
    fact(3, "dossier.result", hours=2, org="b", outcome="granted", finished_at=at(2)),
    fact(4, "dossier.deadline-changed", hours=3, org="a", at_fault=True, promised_after=at(96)),
    fact(5, "dossier.result", hours=4, org="a", outcome="granted", finished_at=at(4)),
)


def test_the_order_in_which_facts_are_read_changes_nothing():
    expected = matters(Kind.DOSSIER, "H99.98-1", STORY)
    assert all(matters(Kind.DOSSIER, "H99.98-1", rows) == expected for rows in permutations(STORY))


def test_a_partners_result_ends_its_task_and_not_the_dossier():
    dossier, task = matters(Kind.DOSSIER, "H99.98-1", STORY[:4])
    assert (dossier.org, dossier.closed_at) == ("a", None)
    assert (task.kind, task.org, task.outcome) == (Kind.TASK, "b", "granted")


def test_a_promise_moved_by_the_agencys_fault_is_late_and_the_first_one_stays():
    dossier = matters(Kind.DOSSIER, "H99.98-1", STORY)[0]
    assert dossier.moved
    assert dossier.first_due_at == START + timedelta(hours=48)
    assert dossier.due_at == START + timedelta(hours=96)


def test_waiting_for_papers_is_not_the_agencys_time():
    dossier = one(RECEIVED, fact(2, "dossier.supplement-requested", hours=1, promised_after=at(72)))
    assert dossier.first_due_at == dossier.due_at == START + timedelta(hours=72)
    assert not dossier.moved


def test_a_dossier_that_was_not_received_is_closed():
    dossier = one(fact(1, "dossier.received", org="a", state=3, refused_at=at(1)))
    assert (dossier.outcome, dossier.closed_at) == ("not_received", START + timedelta(hours=1))


@given(st.lists(st.integers(1, 10**6), max_size=5), st.lists(st.integers(1, 10**6), max_size=5))
def test_payments_and_refunds_are_summed(paid, refunded):
    told = [*((one, "payment") for one in paid), *((one, "refund") for one in refunded)]
    rows = [
        fact(n, "dossier.fee-paid", kind=Kind.PAYMENT, amount=amount, data={"kind": kind})
        for n, (amount, kind) in enumerate(told, 1)
    ]
    matter = one(fact(0, "dossier.fee-due", kind=Kind.PAYMENT, org="a", amount=7), *rows)
    assert matter.amount_due == 7
    assert (matter.amount_paid, matter.amount_refunded) == (sum(paid), sum(refunded))


def test_a_letter_is_done_when_every_addressee_is():
    issued = fact(0, "document.issued", kind=Kind.LETTER, recipients=2, due_date="2026-03-12")
    first = fact(1, "document.status", hours=1, kind=Kind.LETTER, source="x", status="06")
    again = fact(2, "document.status", hours=2, kind=Kind.LETTER, source="x", status="06")
    second = fact(3, "document.status", hours=3, kind=Kind.LETTER, source="y", status="02")
    assert one(issued, first, again).closed_at is None
    letter = one(issued, first, again, second)
    assert letter.closed_at == second.at
    assert letter.due_at == datetime(2026, 3, 12, 16, 59, 59, tzinfo=UTC)


def test_a_petition_that_is_forwarded_stays_open():
    received = fact(0, "petition.received", kind=Kind.PETITION, org="a", due_at=at(9))
    handed = fact(1, "petition.answered", hours=1, kind=Kind.PETITION, outcome="forwarded")
    assert one(received, handed).closed_at is None
    answered = fact(2, "petition.answered", hours=2, kind=Kind.PETITION, outcome="resolved")
    assert one(received, handed, answered).outcome == "resolved"


def test_of_two_ratings_under_one_code_the_later_counts():
    low = fact(0, "citizen.rating", kind=Kind.RATING, org="a", score=1)
    high = fact(1, "citizen.rating", hours=1, kind=Kind.RATING, org="a", score=5)
    assert one(high, low).score == 5
