"""Consent, quiet hours, quota, and never a second notice for one event."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx2
import pytest
from hub_adapter_notify import NotifySms, NotifyZns, hours
from hub_adapter_notify.notice import read as notice_of
from lgsp_adapter import Backpressure, Context, Done, Reject, Retryable
from lgsp_adapter.testing import delivery

import hub.schemas

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # 23:00 in Viet Nam
TELEPHONE = "0900000000"


async def secret(_name):
    return "bi-mat-mau"


class Rig:
    def __init__(self, folder, adapter=NotifySms, **config):
        shape = {
            "gateway": "vinaphone",
            "url": "https://mau.example/sms",
            "agent": "1",
            "label": "2",
            "user": "mau",
            "password": "test:p",
            "denied_codes": ["5"],
        }
        if adapter is NotifyZns:
            shape = {"app_id": "1", "secret_key": "test:k", "refresh_token": "test:seed"}
        template = {"gateway_id": "7", "parameters": ["ten"], "text": "Chào {ten}"}
        rules = {"state": str(folder / "s.db"), "templates": {"MAU": template}}
        self.time, self.sent, self.answers, self.forms = NOON, [], [], []
        self.ctx = Context("notify", resolvers={"test": secret}, now=lambda: self.time)
        raw = {**rules, **shape, **config}
        self.sink = adapter(adapter.config_of(raw), self.connect)

    def connect(self, _ctx, _seconds):
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def handle(self, request):
        if request.url.path.endswith("/access_token"):
            self.forms.append(request.content.decode())
            number = len(self.forms)
            return httpx2.Response(
                200, json={"access_token": f"A{number}", "refresh_token": f"R{number}"}
            )
        self.sent.append(request)
        good = httpx2.Response(200, json={"RPLY": {"ERROR": "0"}, "error": 0})
        answer = self.answers.pop(0) if self.answers else good
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def __aenter__(self):
        await self.sink.open(self.ctx)
        return self

    async def __aexit__(self, *_):
        await self.sink.close()

    async def write(self, id_="n-1", *, urgent=False, **changes):
        made = notice(id_, self.sink.channel, **changes)
        if urgent:
            made = replace(made, attributes={**made.attributes, "priority": "urgent"})
        (result,) = await self.sink.write([made])
        return result


def notice(id_, channel, **changes):
    body = {
        "notice_code": "TB-1",
        "channels": [channel],
        "recipient": {"name": "Trần Thị Mẫu", "telephone": TELEPHONE},
        "template": {"id": "MAU", "parameters": {"ten": "Mẫu"}},
        "consent": {"given": True},
        "agency": {"code": "H99.1"},
        **changes,
    }
    made = delivery(id_, type_="vn.gov.citizen.notice.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


async def test_a_notice_goes_out_once_with_its_template(tmp_path):
    async with Rig(tmp_path) as rig:
        assert isinstance(await rig.write(), Done)
    request = json.loads(rig.sent[0].content)["RQST"]
    assert request["MOBILELIST"] == "84900000000"
    assert (request["TEMPLATEID"], request["PARAMS"]) == ("7", [{"NUM": "1", "CONTENT": "Mẫu"}])


async def test_a_second_message_about_the_same_event_is_refused_on_every_channel(tmp_path):
    async with Rig(tmp_path) as sms, Rig(tmp_path, NotifyZns) as zns:
        assert isinstance(await sms.write("n-1"), Done)
        for rig in (sms, zns):
            result = await rig.write("n-2")
            assert isinstance(result, Reject)
            assert result.code == "already_sent"
    assert len(sms.sent) + len(zns.sent) == 1


async def test_another_channel_may_tell_what_the_first_surely_did_not(tmp_path):
    async with Rig(tmp_path) as sms, Rig(tmp_path, NotifyZns) as zns:
        zns.answers = [httpx2.Response(200, json={"error": -118})]
        refused = await zns.write("n-1")
        assert (type(refused), refused.peer_code) == (Reject, "-118")
        assert isinstance(await sms.write("n-2"), Done)


async def test_an_unknown_outcome_keeps_its_claim(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.answers = [httpx2.ReadTimeout("mau")]
        first = await rig.write("n-1")
        assert isinstance(first, Retryable)
        assert not first.untouched
        assert (await rig.write("n-2")).code == "already_sent"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": {"given": False}}, "no_consent"),
        ({"channels": ["email", "app"]}, "no_consent"),
        ({"recipient": {}}, "no_contact"),
        ({"recipient": {"telephone": "84 900"}}, "no_contact"),
        ({"template": {"id": "LA"}}, "template_unknown"),
        ({"template": {"id": "MAU"}}, "parameter_missing"),
        ({"template": None, "text": "Tin mẫu"}, "template_unknown"),
        ({"expires_at": "2026-11-23T11:00:00+07:00"}, "expired"),
        ({"send_after": "2026-11-23T11:00:00"}, "not_a_notice"),
        ({"consent": None}, "not_a_notice"),
    ],
)
async def test_what_may_not_go_is_a_dead_letter_and_says_why(tmp_path, changes, code):
    async with Rig(tmp_path) as rig:
        result = await rig.write(**changes)
    assert isinstance(result, Reject)
    assert result.code == code
    assert not rig.sent


async def test_an_operator_can_deliver_the_same_message_again(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.answers = [httpx2.ReadTimeout("mau")]
        await rig.write("n-1")
    async with Rig(tmp_path) as rig:
        assert isinstance(await rig.write("n-1"), Done)


async def test_at_night_nothing_goes_and_nothing_is_lost(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.time = NIGHT
        result = await rig.write()
        assert isinstance(result, Retryable)
        assert (result.untouched, result.after) == (True, 8 * 3600.0)
        assert not rig.sent
        rig.time = NIGHT + timedelta(hours=8)
        assert isinstance(await rig.write(), Done)


@pytest.mark.parametrize(("allowed", "kind"), [(True, Done), (False, Retryable)])
async def test_an_urgent_notice_goes_at_night_only_where_it_is_allowed(tmp_path, allowed, kind):
    async with Rig(tmp_path, urgent_at_night=allowed) as rig:
        rig.time = NIGHT
        assert isinstance(await rig.write(urgent=True), kind)


async def test_not_before_the_time_that_the_notice_names(tmp_path):
    async with Rig(tmp_path) as rig:
        result = await rig.write(send_after="2026-11-23T14:00:00+07:00")
    assert isinstance(result, Retryable)
    assert (result.untouched, result.after) == (True, 7200.0)


async def test_the_quota_survives_a_restart_and_ends_with_the_day(tmp_path):
    async with Rig(tmp_path, daily_quota=1) as rig:
        assert isinstance(await rig.write("n-1"), Done)
    async with Rig(tmp_path, daily_quota=1) as rig:
        full = await rig.write("n-2", notice_code="TB-2")
        assert isinstance(full, Backpressure)
        assert full.after == 19 * 3600.0
        rig.time += timedelta(seconds=full.after)
        assert isinstance(await rig.write("n-2", notice_code="TB-2"), Done)


async def test_what_was_not_sent_uses_up_no_quota(tmp_path):
    async with Rig(tmp_path, daily_quota=1) as rig:
        rig.answers = [
            httpx2.ConnectError("mau"),
            httpx2.Response(200, json={"RPLY": {"ERROR": "9"}}),
        ]
        assert isinstance(await rig.write(), Retryable)
        assert isinstance(await rig.write(), Reject)
        assert isinstance(await rig.write(), Done)


async def test_a_parameter_is_cut_to_what_the_gateway_takes(tmp_path):
    async with Rig(tmp_path, NotifyZns) as rig:
        await rig.write(template={"id": "MAU", "parameters": {"ten": "M" * 500}})
    assert json.loads(rig.sent[0].content)["template_data"] == {"ten": "M" * 400}


async def test_wrong_credentials_pause_the_channel_and_lose_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.answers = [httpx2.Response(200, json={"RPLY": {"ERROR": "5"}})]
        result = await rig.write()
        assert isinstance(result, Backpressure)
        assert result.peer_code == "5"
        assert isinstance(await rig.write(), Done)


async def test_no_telephone_number_is_told_to_anybody_but_the_gateway(tmp_path, caplog):
    caplog.set_level(0)
    answers = [httpx2.ReadTimeout(TELEPHONE), httpx2.Response(500), httpx2.Response(400)]
    said = ""
    async with Rig(tmp_path) as rig:
        for number, answer in enumerate(answers):
            rig.answers = [answer]
            result = await rig.write(notice_code=f"TB-{number}")
            said += f"{result!r} {result.detail} {getattr(result, 'ref', '')}"
        said += f"{await rig.write(notice_code='TB-9')!r}"
    assert "900000000" not in said + caplog.text


async def test_each_refresh_of_zalo_uses_the_token_of_the_one_before(tmp_path):
    for begun in (0, 72):
        async with Rig(tmp_path, NotifyZns) as rig:
            rig.time += timedelta(hours=begun)
            await rig.write(notice_code="TB-1")
            rig.time += timedelta(hours=30)
            await rig.write("n-2", notice_code="TB-2")
        told = [form.partition("refresh_token=")[2].partition("refresh")[0] for form in rig.forms]
        assert len(told) == 2
    assert "R2" in rig.forms[0]
    assert "R1" in rig.forms[1]


async def test_an_access_token_that_zalo_does_not_take_is_fetched_again(tmp_path):
    async with Rig(tmp_path, NotifyZns) as rig:
        rig.answers = [httpx2.Response(200, json={"error": -216})]
        first = await rig.write()
        assert isinstance(first, Retryable)
        assert first.untouched
        assert isinstance(await rig.write(), Done)
    assert [request.headers["access_token"] for request in rig.sent] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("20:59", 0), ("21:00", 36_000), ("00:00", 25_200), ("06:59", 60), ("07:00", 0)],
)
def test_quiet_hours_span_midnight_in_viet_nam(clock, seconds):
    now = datetime.combine(NOON.date(), time.fromisoformat(clock), hours.VIET_NAM)
    assert hours.quiet_seconds(now.astimezone(UTC), time(21), time(7)) == seconds


def test_equal_times_are_no_quiet_hours():
    assert hours.quiet_seconds(NIGHT, time(0), time(0)) == 0


@pytest.mark.parametrize("name", ["valid-full.json", "valid-minimal.json"])
def test_each_shipped_notice_is_read(name):
    made = delivery("d-1", type_="vn.gov.citizen.notice.v1")
    body = (Path(hub.schemas.__file__).parent / "examples/citizen.notice" / name).read_bytes()
    told = notice_of(replace(made, body=body))
    assert told.consented
    assert told.code == json.loads(body)["notice_code"]
