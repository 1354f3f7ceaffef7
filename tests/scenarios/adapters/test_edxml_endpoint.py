"""An e-Office that changes its axis' address to the hub's, both ways (system 2)."""

import io
import json
from pathlib import Path

import pytest
from sandbox_edxml_endpoint import Account, EOffice

from simulator import bodies
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

E_OFFICE = "e-office-mau"
NAME = "diem-cuoi"
FIXTURES = Path(__file__).parents[3] / "adapters" / "edxml-endpoint" / "fixtures"
LETTER = (FIXTURES / "document-15.edxml").read_bytes()
KEY = "khoa-mau-chi-de-thu-nghiem"


@pytest.fixture(scope="module")
def office(world, peers):
    office = peers(EOffice(seed=48, own="H99.98"))
    world.register(E_OFFICE, "H99.98", (rig.ISSUED, rig.STATUS))
    world.lend_key(E_OFFICE)
    config = {
        "system_id": "eoffice-mau",
        "secret_key": world.secret("e-office", KEY),
        "organ_codes": ["H99.98"],
    }
    world.connect({"name": NAME, "adapter": "edxml-endpoint", "system": E_OFFICE, "config": config})
    office.connect(Account(url=world.address(NAME), system="eoffice-mau", secret=KEY))
    return office


def written(world, office, number):
    """Have a letter of the e-Office to our agency, to send at its next turn; return its key."""
    notation = b"<edXML:CodeNumber>%d<" % number
    packet = (
        LETTER.replace(b"H99.98", b"H99.97")
        .replace(b"<edXML:OrganId>000.00.97.H99", b"<edXML:OrganId>H99.98")
        .replace(b"000.00.97.H99", b"000.00.98.H99")
        .replace(b",15/STN", b",%d/STN" % number)
        .replace(b"<edXML:CodeNumber>15<", notation)
    )
    world.aside.do(office.write, packet)
    return f"000.00.98.H99,2026/03/10,{number}/STN-VPĐT"


def turn(world, office):
    """Have the e-Office send, fetch, confirm and answer once."""
    return world.aside.run(office.turn())


def letter(world):
    """Hand in a letter to the e-Office with a file; return the message's id and the letter's."""
    upload = world.client(rig.OFFICE).upload
    held = upload(io.BytesIO(b"Van ban mau\n" * 500), name="mau.txt", media_type="text/plain")
    body = bodies.letter(f"7/{rig.code('CV')}", rig.HERE, (), rig.now().date(), direct=False)
    body["to"] = [{"code": "H99.98", "name": "Sở Kiểm thử tỉnh Mẫu"}]
    body["attachments"] = [
        {
            "content_id": "cid:1",
            "name": "mau.txt",
            "content_type": "text/plain",
            "object": held.to_json(),
        }
    ]
    document = body["document_id"]
    options = {"subject": document, "objects": [held.hash]}
    return world.send(rig.OFFICE, E_OFFICE, rig.ISSUED, body, **options), document


def test_a_letter_that_is_sent_twice_is_one_message(world, office):
    keys = [written(world, office, number) for number in (101, 102)]
    world.spoil(office, "duplicate", path="/office/send")
    assert turn(world, office).sent >= 2
    for key in keys:
        (came,) = world.await_inbox(rig.OFFICE, type_=rig.ISSUED, subject=key)
        assert came.attributes.source == E_OFFICE
    assert all(len(world.inbox(rig.OFFICE, subject=key)) == 1 for key in keys)


def test_half_a_packet_is_refused_and_the_whole_one_is_taken(world, office):
    world.spoil(office, "half_body", path="/office/send")
    key = written(world, office, 103)
    assert turn(world, office).refused == 1
    whole = written(world, office, 104)
    turn(world, office)
    world.await_inbox(rig.OFFICE, type_=rig.ISSUED, subject=whole)
    assert world.inbox(rig.OFFICE, subject=key) == []


def test_a_letter_to_the_e_office_is_fetched_once_and_answered_with_statuses(world, office):
    sent, document = letter(world)

    def fetched():
        turn(world, office)
        return world.told(rig.OFFICE, sent, E_OFFICE)[0] == "delivered"

    rig.until(fetched, "the letter is fetched and confirmed")
    turn(world, office)
    came = world.await_inbox(rig.OFFICE, 2, type_=rig.STATUS, subject=document)
    assert [json.loads(one.body)["status_code"] for one in came] == ["01", "03"]
    rig.once(world.effects(office, "received"))
