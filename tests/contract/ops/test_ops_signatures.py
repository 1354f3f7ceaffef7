"""In a trace: who signed, whether that is in question by now, and what was found in documents."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from hub.decision.events import Event
from hub.decision.order_record import Found, FoundSignature
from hub.io.sql.certificate_tables import certificate_checks, certificates
from hub.signing.verdicts import Grade, VerdictReason
from tests.contract.ops.test_ops_compromises import KEY, THUMBPRINT, Drill
from tests.documents_rig import PDF, letter, rules
from tests.support import NOW, SENDER
from tests.unit.recorder.records import about

DAY = timedelta(days=1)


@pytest.fixture
async def drill(rig):
    return await Drill(rig).begin()


async def trace(rig, id):
    return await rig.get(f"/ops/messages/{SENDER}/{id}")


async def test_the_key_that_signed_is_told_and_a_report_puts_only_later_messages_in_question(drill):
    found = (await trace(drill.rig, "doubt-1"))["signer"]
    assert (found["kid"], found["algorithm"], found["certificate"]) == (THUMBPRINT, "ES256", None)
    assert found["doubts"] == []
    report = await drill.report()
    (doubt,) = (await trace(drill.rig, "doubt-1"))["signer"]["doubts"]
    assert (doubt["id"], doubt["confirmed"]) == (report["id"], False)
    assert (await trace(drill.rig, "before"))["signer"]["doubts"] == []
    await drill.decide("approve")
    (doubt,) = (await trace(drill.rig, "doubt-1"))["signer"]["doubts"]
    assert doubt["confirmed"] is True


async def test_a_report_that_was_dropped_leaves_no_doubt(drill):
    await drill.report()
    await drill.decide("refuse")
    assert (await trace(drill.rig, "doubt-1"))["signer"]["doubts"] == []


async def certify(rig, id, since, until, **checked):
    words = {"subject": "CN=UBND Mẫu", "issuer": "CN=CA Mẫu", "serial": "1", "code": "H99.22"}
    moments = dict.fromkeys(("good_at", "checked_at", "next_check_at"), NOW)
    row = {"id": id, "key": KEY.removeprefix("key/"), "system": SENDER, "authority": "ca-mau"}
    row |= words | moments | {"pem": "", "status": "good", "since": since, "until": until}
    told = [
        {"certificate": id, "at": at, "status": status, "answers": []}
        for status, at in checked.items()
    ]
    async with rig.engine.begin() as connection:
        await connection.execute(insert(certificates).values(row))
        if told:
            await connection.execute(insert(certificate_checks).values(told))


async def test_the_certificate_is_the_one_of_that_time_as_it_was_last_checked_before(drill):
    rig = drill.rig
    await certify(rig, "a" * 64, NOW - 9 * DAY, NOW - DAY)
    await certify(rig, "b" * 64, NOW - DAY, NOW + DAY, good=NOW - DAY, revoked=NOW + DAY)
    await certify(rig, "c" * 64, NOW + DAY, NOW + 9 * DAY)
    found = (await trace(rig, "before"))["signer"]["certificate"]
    assert (found["id"], found["authority"], found["status"]) == ("b" * 64, "ca-mau", "good")


FOUND = Found(
    hash=PDF,
    grade=Grade.VALID_LEGACY,
    signatures=(
        FoundSignature(
            grade=Grade.VALID_LEGACY,
            reasons=(VerdictReason.NO_TIMESTAMP,),
            algorithm="rsa2048-pkcs1v15-sha256",
        ),
    ),
    trust="mau-1",
)


def verdict(id, *found, reason="valid_legacy"):
    return about(Event.VERDICT, id=id, reason=reason, detail={"documents": list(found)})


async def test_a_verdict_is_told_by_document_and_signature_with_who_must_act(rig):
    rig.province.decide(letter("thu"), rules=rules("require"))
    await rig.record()
    waiting = (await trace(rig, "thu"))["documents"]
    assert (waiting["policy"], waiting["judged_at"]) == ("require", None)
    assert [(one["hash"], one["grade"]) for one in waiting["documents"]] == [(PDF, None)]
    rig.province.tell(verdict("thu", FOUND))
    await rig.record()
    found = (await trace(rig, "thu"))["documents"]
    assert found["judged_at"] is not None
    ((one,), (signature,)) = found["documents"], found["documents"][0]["signatures"]
    assert (one["grade"], one["trust"]) == ("valid_legacy", "mau-1")
    assert signature["algorithm"] == "rsa2048-pkcs1v15-sha256"
    (reason,) = signature["reasons"]
    assert reason["code"] == "no_timestamp"
    assert {*reason["help"]["vi"]} == {"meaning", "who", "next"}


async def test_the_newest_verdict_counts_and_one_of_a_newer_version_is_no_fault(rig):
    rig.province.decide(letter("thu"), rules=rules("require"))
    rig.province.tell(verdict("thu", {"hash": PDF, "grade": "quite_new"}, reason="quite_new"))
    await rig.record()
    assert (await trace(rig, "thu"))["documents"]["documents"][0]["grade"] is None
    rig.province.tell(verdict("thu", FOUND))
    await rig.record()
    assert (await trace(rig, "thu"))["documents"]["documents"][0]["grade"] == "valid_legacy"


async def test_a_message_whose_policy_asks_nothing_has_no_verdict(rig):
    rig.province.decide(letter("thu"), rules=rules("off"))
    await rig.record()
    assert (await trace(rig, "thu"))["documents"] is None
