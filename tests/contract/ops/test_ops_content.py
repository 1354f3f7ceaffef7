"""What a message says: masked, or not, by right; and a corrected copy under another name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lgsp_message.attributes import SYSTEM_PREFIX
from sqlalchemy import insert, select

from hub.control.people.rights import Grant, Role
from hub.control.resubmission import Resubmission
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.ingress_record import Found
from hub.io.own_system import NoOwnSystem
from hub.io.sql.control_tables import schemas
from hub.io.sql.corrected_copies import BODY_WAITS, forget_waiting
from hub.io.sql.desk_tables import copies
from hub.ports import Unavailable
from hub.schemas.catalogue import load
from tests.ops_rig import OPERATOR
from tests.support import NOW, PARTITION, stamped

PATH = "/ops/messages/sender/msg-0001"
WHY = {"reason": "Đối chiếu với Sở Mẫu"}
VIEWER = replace(OPERATOR, grants=(Grant(role=Role.OPERATOR),))
INVESTIGATOR = replace(OPERATOR, grants=(Grant(role=Role.INVESTIGATOR),))
AUDITOR = replace(OPERATOR, grants=(Grant(role=Role.AUDITOR),))


class OwnInMemory:
    """In the place of `hub.io.own_system.OwnSystem`."""

    name = "van-hanh-mau"

    def __init__(self):
        self.sent = []
        self.fails = None
        self.away = 0
        """So many times what is handed in may have arrived, or not."""

    async def admitted(self, attributes, body):
        if self.fails is not None:
            raise self.fails
        return dict(attributes), body

    async def hand_in(self, admitted):
        self.sent.append(admitted)
        if self.away:
            self.away -= 1
            raise Unavailable("Kafka did not answer")


@pytest.fixture
async def known(rig):
    received = stamped()
    rig.province.decide(received)
    await rig.record()
    rig.now = NOW + timedelta(hours=1)
    offset = (await rig.get(PATH))["ingress"]["offset"]
    found = Found(headers=tuple(ingress_headers(received)), body=received.body, written_at=NOW)
    rig.records.found[PARTITION, offset] = found
    published = load(received.attributes["dataschema"])
    async with rig.engine.begin() as connection:
        row = {"id": published.uri, "document": published.document}
        await connection.execute(insert(schemas).values(row))
    return rig


async def post(rig, path, body, status=200):
    answer = await rig.http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_personal_fields_are_masked_unless_the_right_to_see_them_is_there(known):
    known.person = VIEWER
    shown = await post(known, f"{PATH}/content", WHY)
    assert (shown["masked"], shown["declared"]) == (True, True)
    assert shown["content"]["dossier_code"]
    known.person = INVESTIGATOR
    plain = await post(known, f"{PATH}/content", WHY)
    assert not plain["masked"]
    assert plain["content"].keys() == shown["content"].keys()
    known.person = AUDITOR
    await post(known, f"{PATH}/content", WHY, 403)
    known.person = VIEWER
    await post(known, f"{PATH}/body", WHY, 403)
    known.person = OPERATOR
    trail = (await known.get("/ops/audit", target="message/sender/msg-0001"))["items"]
    assert [entry["targets"][0]["action"] for entry in trail] == ["view_personal", "view_masked"]


def corrected(**changes):
    return {"body": '{"dossier_code":"H99-2"}', "recipients": ["receiver"], **WHY} | changes


@pytest.fixture
def own(known):
    made = OwnInMemory()
    second = Resubmission(known.control, known.app.state.staff.second, made)
    known.ops = known.app.state.ops = replace(known.ops, copies=second)
    return made


async def test_without_a_system_of_its_own_the_hub_sends_no_copy(known):
    refused = await post(known, f"{PATH}:resubmit", corrected(), 409)
    assert refused["code"] == "no_own_system"


async def test_a_corrected_copy_is_a_new_message_of_the_hubs_own_system(known, own):
    answer = await post(known, f"{PATH}:resubmit", corrected(), 202)
    ((attributes, body),) = own.sent
    assert answer == {"source": "van-hanh-mau", "id": attributes["id"], "waits": None}
    assert attributes["source"] == SYSTEM_PREFIX + "van-hanh-mau"
    assert (attributes["correlationid"], body) == ("msg-0001", b'{"dossier_code":"H99-2"}')
    assert attributes["recipients"] == SYSTEM_PREFIX + "receiver"
    assert attributes["id"] != "msg-0001"
    (entry,) = (await known.get("/ops/audit", action="resubmit"))["items"]
    assert entry["reason"] == WHY["reason"]
    assert "H99-2" not in str(entry)
    known.person = VIEWER
    await post(known, f"{PATH}:resubmit", corrected(), 403)


async def test_the_same_copy_ordered_twice_is_one_message(known, own):
    first = await post(known, f"{PATH}:resubmit", corrected(), 202)
    assert await post(known, f"{PATH}:resubmit", corrected(), 202) == first
    # What the router is given is the same to the last attribute: it knows it (invariant 8).
    assert own.sent[0] == own.sent[1]
    other = await post(known, f"{PATH}:resubmit", corrected(body="{}"), 202)
    assert other["id"] != first["id"]


async def test_a_copy_that_may_have_left_before_the_crash_is_the_same_message_again(known, own):
    own.away = 1
    await post(known, f"{PATH}:resubmit", corrected(), 503)
    again = await post(known, f"{PATH}:resubmit", corrected(), 202)
    assert own.sent[0] == own.sent[1]
    known.ops.copies._alone, own.away = 0, 1
    other = corrected(body="{}")
    waits = (await post(known, f"{PATH}:resubmit", other, 202))["waits"]
    known.person = replace(OPERATOR, name="binh")
    await post(known, f"/ops/requests/{waits}:approve", WHY, 503)
    assert [one["id"] for one in (await known.get("/ops/requests"))["items"]] == [waits]
    await post(known, f"/ops/requests/{waits}:approve", WHY)
    assert own.sent[2] == own.sent[3]
    assert {attributes["id"] for attributes, _ in own.sent} > {again["id"]}


async def test_who_types_what_is_no_json_is_told_at_once(known, own):
    refused = await post(known, f"{PATH}:resubmit", corrected(body='{"a": 1,'), 400)
    assert (refused["code"], own.sent) == ("malformed_body", [])


async def test_what_may_not_be_sent_leaves_nothing_behind(known, own):
    own.fails = NoOwnSystem("no registered key")
    await post(known, f"{PATH}:resubmit", corrected(), 409)
    known.ops.copies._alone = 0
    await post(known, f"{PATH}:resubmit", corrected(), 409)
    assert (await known.get("/ops/audit", action="resubmit"))["items"] == []
    assert (await known.get("/ops/requests"))["items"] == []
    async with known.engine.connect() as connection:
        assert (await connection.execute(select(copies))).all() == []


async def test_many_copies_of_one_person_wait_for_another_who_sees_what_they_change(known, own):
    known.ops.copies._alone = 1
    two = corrected(recipients=["receiver", "other"])
    answer = await post(known, f"{PATH}:resubmit", two, 202)
    assert await post(known, f"{PATH}:resubmit", two, 202) == answer
    assert own.sent == []
    ((asked),) = (await known.get("/ops/requests"))["items"]
    assert (asked["id"], asked["kind"]) == (answer["waits"], "corrected_copy")
    assert "H99-2" not in str(asked)
    known.person = replace(OPERATOR, name="binh")
    shown = await post(known, f"{PATH}/copies/{asked['payload']['digest']}", WHY)
    assert shown["after"] == {"dossier_code": "H99-2"} != shown["before"]
    approve = f"/ops/requests/{asked['id']}:approve"
    for _ in range(2):
        await post(known, approve, {"reason": "Đã đối chiếu"})
    ((attributes, _),) = own.sent
    assert (attributes["id"], len(attributes["recipients"].split())) == (answer["id"], 2)
    async with known.engine.connect() as connection:
        assert (await connection.execute(select(copies.c.body))).scalars().all() == [None]


async def test_a_copy_that_nobody_approves_is_not_kept(known, own):
    known.ops.copies._alone = 0
    waits = (await post(known, f"{PATH}:resubmit", corrected(), 202))["waits"]
    await post(known, f"/ops/requests/{waits}:withdraw", WHY)
    assert own.sent == []
    async with known.engine.connect() as connection:
        assert (await connection.execute(select(copies))).all() == []


async def test_the_text_of_a_copy_does_not_wait_for_ever(known, own):
    known.ops.copies._alone = 0
    waits = (await post(known, f"{PATH}:resubmit", corrected(), 202))["waits"]
    assert await forget_waiting(known.engine, known.now + BODY_WAITS) == 0
    assert await forget_waiting(known.engine, known.now + BODY_WAITS + timedelta(seconds=1)) == 1
    known.person = replace(OPERATOR, name="binh")
    refused = await post(known, f"/ops/requests/{waits}:approve", WHY, 409)
    assert (refused["code"], own.sent) == ("no_longer_fits", [])
