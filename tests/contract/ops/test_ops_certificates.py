"""Certificates of keys, as operators see them."""

import pytest

from hub.control.service import Control
from hub.indicators.deadlines import HORIZONS
from tests.admin_rig import OWNER
from tests.certificate_rig import (
    AT,
    CODE,
    DAY,
    SampleAuthority,
    certified_key,
    judging,
    registration,
)
from tests.control_support import HUB, change_set, code, organisation, proof, system
from tests.ops_rig import clerk_of


@pytest.fixture
async def registered(rig):
    """Let the rig have one key with a certificate that ends in ten days."""
    rig.now = AT
    certifier = judging(SampleAuthority(lambda: rig.now), lambda: rig.now)
    control = Control(rig.engine, HUB, clock=lambda: rig.now, certifier=certifier)
    holder, pem = certified_key(until=AT + 10 * DAY)
    key = registration(holder, pem, proof=proof(holder.key, at=AT))
    await control.write(change_set(organisation(), system(), code(CODE), key), actor="an")
    rig.app.state.control = control
    return rig


async def test_certificates_are_listed_with_the_forecast_and_who_is_trusted(registered):
    told = await registered.get("/ops/certificates")

    [one] = told["items"]
    assert (one["system"], one["status"], one["code"], one["days_left"]) == (
        "he-thong-a",
        "good",
        CODE,
        10,
    )
    counts = {one["days"]: one["count"] for one in told["forecast"]}
    assert counts == {0: 0} | {days: int(days >= 10) for days in HORIZONS}
    [authority] = told["trust"]["authorities"]
    assert authority["name"] == "cong-vu-mau"
    assert "pem" not in one
    assert (await registered.get("/ops/certificates", days=9))["items"] == []
    assert len((await registered.get("/ops/certificates", days=11))["items"]) == 1


async def test_the_answers_behind_a_check_are_given_byte_for_byte(registered):
    [one] = (await registered.get("/ops/certificates"))["items"]
    [check] = (await registered.get(f"/ops/certificates/{one['id']}/checks"))["items"]
    answer = await registered.http.get(f"/ops/certificates/answers/{check['answers'][0]}")

    assert answer.headers["content-type"] == "application/ocsp-response"
    assert answer.content.startswith(b"\x30")
    whole = await registered.get(f"/ops/certificates/{one['id']}")
    assert whole["pem"].count("BEGIN CERTIFICATE") == 3
    for missing in (f"answers/{'0' * 64}", "0" * 64):
        await registered.get(f"/ops/certificates/{missing}", 404)


async def test_what_ends_is_a_deadline_as_every_key_is(registered):
    [due] = (await registered.get("/ops/deadlines", what="key"))["items"]

    assert (due["subject"], due["due_at"][:10]) == ("he-thong-a", str((AT + 10 * DAY).date()))


async def test_a_certificate_that_does_not_count_is_told_by_its_code(registered):
    holder, pem = certified_key(uid="MDD:H99.02")
    key = registration(holder, pem, proof=proof(holder.key, at=AT))
    body = {"reason": "Thử nghiệm (mẫu)", "changes": [key]}
    answer = await registered.http.post("/v1/admin/changes", json=body, headers=OWNER)

    assert (answer.status_code, answer.json()["code"]) == (422, "certificate_foreign")
    assert "H99" not in answer.json()["detail"]


async def test_a_clerk_sees_no_certificates(registered):
    registered.person = clerk_of("org-sender")
    await registered.get("/ops/certificates", 403)
