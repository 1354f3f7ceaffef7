"""A document policy in a whole hub: letters are judged, held, decided by a person, delivered."""

import json
import time
from datetime import UTC, datetime
from io import BytesIO

import pytest
from lgsp_client import UNVERIFIED, HubRefused

from simulator.pdf import letter
from tests.page_pdf import page_pdf
from tests.signed_documents import Setting

pytestmark = pytest.mark.kafka

TYPE = "vn.gov.meeting.papers.v1"
WHY = ("--reason", "Đã hỏi cơ quan gửi (mẫu)")
SECONDS = 60


@pytest.fixture(scope="module")
def pair(running_hub):
    """Give two systems and the policy of a type that no other scenario sends."""
    running_hub.register_all({"van-ban-gui": None, "van-ban-nhan": "H99.77"}, types=[TYPE])
    running_hub.allow("van-ban-gui", types=[TYPE])
    policy = ("admin", "--url", running_hub.url, "document-policy", TYPE, "require", *WHY)
    lines(running_hub.command(*policy))
    running_hub.change({"change": "put_document_policy", "type": TYPE, "policy": "require"})
    return "van-ban-gui", "van-ban-nhan"


def lines(ended):
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def papers(hash_, size):
    told = {"hash": hash_, "size": size, "media_type": "application/pdf", "name": "Mẫu.pdf"}
    return {
        "meeting_code": "HOP-260312-01",
        "host": {"code": "000.00.15.H99"},
        "issued_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "papers": [{"title": "Tài liệu mẫu", "object": told}],
    }


def upload(client, content):
    return client.upload(BytesIO(content), name="Mẫu.pdf", media_type="application/pdf").hash


def send(client, content, id_):
    """Upload a document and send it; return the message."""
    hash_ = upload(client, content)
    return client.submit(
        TYPE,
        papers(hash_, len(content)),
        wait=20,
        id=id_,
        subject="HOP-260312-01",
        recipients=["urn:hub:org:H99.77"],
        objects=[hash_],
    )


def state(client, source, id_, wanted):
    """Return the history once the recipient's state is the wanted one."""
    until = time.monotonic() + SECONDS
    while True:
        told = client.status(source, id_)
        if {"system": "van-ban-nhan", "state": wanted} in told["recipients"]:
            return told
        assert time.monotonic() < until, told
        time.sleep(0.1)


def test_what_cannot_be_judged_waits_for_a_person_and_is_then_delivered_in_order(running_hub, pair):
    sender, receiver = pair
    setting = Setting(datetime.now(UTC))
    signed = letter(["Mau"]).signed(setting.cms()).data
    with running_hub.client(sender) as client:
        first = send(client, signed, "vb-1")
        second = send(client, signed, "vb-2")
        told = state(client, sender, "vb-1", "manual_review")
        (verdict,) = [step for step in told["steps"] if step["event"] == "verdict"]
        assert verdict["reason"] == "indeterminate"
        (document,) = verdict["detail"]["documents"]
        assert "no_trusted_path" in document["signatures"][0]["reasons"]
        assert "Mẫu" not in json.dumps(verdict, ensure_ascii=False)
        with pytest.raises(HubRefused):
            upload(client, page_pdf("TỐI MẬT"))
        state(client, sender, "vb-2", "manual_review")
        held = ("documents", "--url", running_hub.url)
        listed = lines(running_hub.command(*held, "list"))
        assert {one["id"] for one in listed} == {"vb-1", "vb-2"}
        lines(running_hub.command(*held, "release", sender, "vb-2", *WHY))
        lines(running_hub.command(*held, "release", sender, "vb-1", *WHY))
    with running_hub.client(receiver) as client:
        taken = []
        with client.receive(verify=UNVERIFIED) as messages:
            for one in messages:
                taken.append(one.id)
                one.ack("delivered")
                if len(taken) == 2:
                    break
    assert taken == [first.id, second.id]
