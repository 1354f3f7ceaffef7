"""Asking and answering: what counts as an answer, and when the wait ends."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from lgsp_client import KeyRing, Question, SyncHubClient
from lgsp_client.arrived import prove_parcel, read_parcel
from lgsp_client.exchange import is_late
from lgsp_client.plan import World
from lgsp_message.cloudevents import from_http
from lgsp_message.jsontext import parse_json
from lgsp_message.keys import verifying_key

from tests.support import HUB, SENDER, key_of, signed
from tests.unit.client.fakes import IDENTITY, URL, FakeHub, other_key

ASK, TELL = "vn.gov.population.lookup.v1", "vn.gov.population.answer.v1"
SENDERS = verifying_key(key_of(SENDER).public_key(), "ES256")
RING = KeyRing({SENDER: {SENDERS.thumbprint: SENDERS}})


class Answering(FakeHub):
    """A hub behind which `answers(question)` are delivered as soon as a message is taken."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers
        self.asked = None

    def _take(self, request):
        taken = super()._take(request)
        if self.asked is None:
            self.asked = from_http(list(request.headers.items()))
            for received in self.answers(self.asked):
                self.deliver(received)
        return taken


def told(question, id_="a-1", **changes):
    return signed(b"{}", id=id_, correlationid=question["id"], subject=None, **changes)


def asking(answers, *, several=False):
    """Ask the system `sender` for ten seconds of a clock that every look moves by one."""
    hub, ticks = Answering(answers), count()
    world = World(now=lambda: datetime.now(UTC), ticks=lambda: float(next(ticks)), chance=lambda: 0)
    with SyncHubClient(URL, IDENTITY, transport=hub.transport, world=world) as client:
        question = Question(
            type=ASK, body={}, to=[SENDER], within=timedelta(seconds=10), several=several
        )
        return hub, client.ask(question, verify=RING)


def test_the_answer_is_returned_and_acknowledged():
    hub, answers = asking(lambda q: [signed(id="other"), told(q)])
    assert [one.attributes.id for one in answers] == ["a-1"]
    assert [item["id"] for one in hub.receipts for item in one["messages"]] == ["a-1"]


def test_the_request_says_until_when_it_waits_and_whom_it_asks():
    hub, _ = asking(lambda _: [])
    assert hub.asked["recipients"] == "urn:hub:system:sender"
    until = datetime.fromisoformat(hub.asked["expirytime"])
    assert until - datetime.fromisoformat(hub.asked["time"]) == timedelta(seconds=10)
    assert "subject" not in hub.asked


@pytest.mark.parametrize(
    "answers",
    [
        lambda _: [],
        lambda q: [told(q, key=other_key())],
        lambda q: [told(q | {"id": "another-question"})],
        lambda q: [told(q, source="urn:hub:system:stranger")],
    ],
)
def test_what_is_no_proven_answer_of_who_was_asked_is_none(answers):
    hub, found = asking(answers)
    assert found == ()
    assert hub.receipts == []


def test_with_several_answers_the_wait_ends_at_the_deadline():
    _, found = asking(lambda q: [told(q, "a-1"), told(q, "a-2")], several=True)
    assert {one.attributes.id for one in found} == {"a-1", "a-2"}


def test_an_answer_carries_the_token_and_expires_with_the_request():
    hub = FakeHub()
    hub.deliver(signed(b"{}", type=ASK, subject=None, expirytime="2026-11-22T03:10:00Z"))
    asked = prove_parcel(read_parcel(hub.inbox[0]), HUB, RING)
    with SyncHubClient(URL, IDENTITY, transport=hub.transport) as client:
        client.answer(asked, TELL, {"outcome": "not_found"})
    ((body, _),) = hub.taken.values()
    assert parse_json(body)["request"] == {
        "source": "urn:hub:system:sender",
        "id": "msg-0001",
        "token": "token-1",
    }
    sent = from_http(list(hub.requests[-1].headers.items()))
    assert (sent["correlationid"], sent["expirytime"][:19]) == ("msg-0001", "2026-11-22T03:10:00")
    assert is_late(asked, datetime(2026, 11, 22, 3, 10, tzinfo=UTC))
    assert not is_late(asked, datetime(2026, 11, 22, 3, 9, tzinfo=UTC))
