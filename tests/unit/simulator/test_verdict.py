"""Journals to verdict: what is written is what is read, and the exit status tells."""

import hashlib
import io
import json
import sys

import pytest
from lgsp_message.cloudevents import kafka_headers
from lgsp_message.jws import content_hash as message_content_hash
from rich.console import Console

from hub.decision.events import AuditEvent, Event, IngressRef
from hub.io.kafka import codec
from simulator import verdict
from simulator.books import read_books
from simulator.evidence import Evidence, attributes_of, content_hash
from simulator.journal import Journals
from simulator.report import table_of
from tests import support

RUN = "ngay-1"
ID = f"{RUN}-000007"
SOURCE = "sender"
RECEIVER = "receiver"


class FakeReader:
    """Stands for Kafka: gives the records of a message that went its way, or what a test leaves."""

    inbox = audit = 1

    def __init__(self, _bootstrap, evidence):
        self._evidence = evidence

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return

    def read_all(self):
        received = support.stamped(id=ID)
        headers = codec.ingress_headers(received)
        self._evidence.add("hub.ingress", headers, received.body, 100_010)
        for _ in range(self.audit):
            self._evidence.add("hub.audit", [], event(Event.ADMITTED), 100_020)
        for _ in range(self.inbox):
            self._evidence.add(f"hub.inbox.{RECEIVER}", headers, received.body, 100_050)
        for stage in (Event.DELIVERED, Event.ACKNOWLEDGED):
            self._evidence.add("hub.audit", [], event(stage, recipient=RECEIVER), 100_200)

    def read_on(self):
        return


def event(kind, recipient=None, **more):
    body_hash = None if recipient else _body_hash().hex()
    return codec.encode_event(
        AuditEvent(
            event=kind,
            source=SOURCE,
            id=ID,
            at=support.NOW,
            recipient=recipient,
            body_sha256=body_hash,
            ingress=IngressRef(partition=0, offset=1),
            **more,
        )
    )


def _body_hash():
    return hashlib.sha256(support.GOOD_BODY).digest()


@pytest.fixture
def journals(tmp_path):
    """Give the journals of a day with one good message."""
    attributes = support.good_attributes(id=ID)
    folder = tmp_path / RUN
    with Journals(folder) as written:
        told = {
            "event": "submitting",
            "n": 7,
            "at": 100.0,
            "source": SOURCE,
            "id": ID,
            "type": support.DOSSIER,
            "fault": None,
            "outcome": "admitted",
            "reason": None,
            "receivers": [RECEIVER],
            "body_sha256": _body_hash().hex(),
            "content_sha256": message_content_hash(_body_hash(), attributes).hex(),
        }
        written.sent(SOURCE, told)
        written.sent(SOURCE, {"event": "answered", "n": 7, "at": 100.01, "status": 202})
        came = {"event": "received", "source": SOURCE, "id": ID, "at": 100.2}
        written.received(RECEIVER, came)
    return folder


def told(monkeypatch, capsys, journals, **records):
    """Run the command with fake topics; return its exit status and its last line."""
    reader = type("Reader", (FakeReader,), records)
    monkeypatch.setattr(verdict, "Reader", reader)
    arguments = ["verdict", "--bootstrap", "x", "--journals", str(journals), "--json"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--patience", "0"])
    status = verdict.main()
    return status, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_good_day_ends_with_status_0(monkeypatch, capsys, journals):
    status, result = told(monkeypatch, capsys, journals)
    assert status == 0
    assert result["good"]
    assert (result["submitted"], result["delivered"], result["acknowledged"]) == (1, 1, 1)
    assert (result["p50_ms"], result["received_p50_ms"]) == (50.0, 200.0)


@pytest.mark.parametrize(
    ("records", "fault"),
    [({"audit": 0}, "lost"), ({"inbox": 0}, "lost"), ({"inbox": 2}, "doubled")],
)
def test_lost_or_doubled_ends_with_status_1(monkeypatch, capsys, journals, records, fault):
    status, result = told(monkeypatch, capsys, journals, **records)
    assert status == 1
    assert result[fault] == 1


def test_a_wrong_reason_ends_with_status_1(monkeypatch, capsys, journals):
    with Journals(journals) as more:
        line = {"event": "submitting", "n": 8, "at": 100.0, "source": SOURCE, "id": f"{RUN}-000008"}
        expected = {"outcome": "refused", "reason": "too_large", "receivers": []}
        more.sent(SOURCE, line | expected | {"body_sha256": "b", "content_sha256": "c"})
        more.sent(SOURCE, {"event": "answered", "n": 8, "status": 400, "code": "malformed_body"})
    status, result = told(monkeypatch, capsys, journals)
    assert status == 1
    assert result["wrong"] == 1
    assert result["refused"] == {"malformed_body": 1}


def test_journals_that_are_none_give_no_verdict(monkeypatch, capsys, tmp_path):
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "a.jsonl").write_text("not json\n")
    monkeypatch.setattr(verdict, "Reader", FakeReader)
    monkeypatch.setattr(sys, "argv", ["verdict", "--bootstrap", "x", "--journals", str(tmp_path)])
    assert verdict.main() == 2
    assert "cannot be told" in capsys.readouterr().err


def test_a_day_without_journals_is_not_good(monkeypatch, capsys, tmp_path):
    status, result = told(monkeypatch, capsys, tmp_path)
    assert status == 1
    assert not result["good"]


def test_an_answer_is_joined_to_its_submission(journals):
    (one,) = read_books(journals).submissions
    assert (one.key, one.status, one.at) == ((SOURCE, ID), 202, 100.0)


def test_the_own_reading_of_headers_gives_the_same_content_hash_as_the_hubs():
    attributes = support.good_attributes(subject="Hồ sơ Đất “mẫu” \\ 1/2")
    headers = [*kafka_headers(attributes), ("hub_address", b"x"), ("ce_traceparent", b"00-")]
    assert attributes_of(headers) == attributes
    expected = message_content_hash(_body_hash(), attributes).hex()
    assert content_hash(_body_hash(), attributes_of(headers)) == expected


def test_records_of_another_day_are_left_out():
    evidence = Evidence(run="ngay-2")
    reader = FakeReader("x", evidence)
    reader.read_all()
    assert evidence == Evidence(run="ngay-2")


def test_admissions_own_note_of_a_refusal_is_no_decision():
    evidence = Evidence(run=RUN)
    note = AuditEvent(
        event=Event.REFUSED, source=SOURCE, id=ID, at=support.NOW, reason="secret_marking"
    )
    evidence.add("hub.audit", [], codec.encode_event(note), 1)
    assert not evidence.decisions


def test_the_table_names_each_fault_and_an_example(monkeypatch, capsys, journals):
    _, result = told(monkeypatch, capsys, journals, inbox=2)
    console = Console(width=140, file=io.StringIO(), record=True)
    console.print(table_of(result))
    text = console.export_text()
    assert f"Giao hai lần / doubled ({SOURCE}/{ID})" in text
    assert "Mất / lost" in text
    assert "Bị thay đổi" not in text


def test_the_table_names_what_the_hub_did_not_take_from_a_foreign_system(
    monkeypatch, capsys, journals
):
    _, result = told(monkeypatch, capsys, journals)
    flow = {"sent": 2, "received": 1, "dead_letters": 0, "doubled": 0, "lost": 0}
    result["foreign"] = {"vnpost": flow | {"refused": {"not_permitted": 1}}}
    result["examples"]["vnpost refused"] = "H99.97-1"
    console = Console(width=140, file=io.StringIO(), record=True)
    console.print(table_of(result))
    assert "bị từ chối / refused: not_permitted (H99.97-1)" in console.export_text()
