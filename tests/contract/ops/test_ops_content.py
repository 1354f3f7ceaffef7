"""What a message says: masked, or not, by right; and a corrected copy under another name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lgsp_message.attributes import SYSTEM_PREFIX
from sqlalchemy import insert

from hub.control.people.rights import Grant, Role
from hub.io.kafka.codec import ingress_headers
from hub.io.kafka.ingress_record import Found
from hub.io.own_system import NoOwnSystem
from hub.io.sql.control_tables import schemas
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

    async def hand_in(self, attributes, body):
        if self.fails is not None:
            raise self.fails
        self.sent.append((attributes, body))


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


async def test_a_corrected_copy_is_a_new_message_of_the_hubs_own_system(known):
    refused = await post(known, f"{PATH}:resubmit", corrected(), 409)
    assert refused["code"] == "no_own_system"
    own = OwnInMemory()
    known.app.state.ops = replace(known.ops, own=own)
    answer = await post(known, f"{PATH}:resubmit", corrected(), 202)
    ((attributes, body),) = own.sent
    assert answer == {"source": "van-hanh-mau", "id": attributes["id"]}
    assert attributes["source"] == SYSTEM_PREFIX + "van-hanh-mau"
    assert (attributes["correlationid"], body) == ("msg-0001", b'{"dossier_code":"H99-2"}')
    assert attributes["recipients"] == SYSTEM_PREFIX + "receiver"
    assert attributes["id"] != "msg-0001"
    (entry,) = (await known.get("/ops/audit", action="resubmit"))["items"]
    assert entry["reason"] == WHY["reason"]
    assert "H99-2" not in str(entry)
    own.fails = NoOwnSystem("no registered key")
    await post(known, f"{PATH}:resubmit", corrected(), 409)
    known.person = VIEWER
    await post(known, f"{PATH}:resubmit", corrected(), 403)
