"""Officers' questions meet the sandbox's database: answered, or refused with a reason."""

import json
import logging
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hub_adapter_population import Population
from lgsp_adapter import Context, Retryable
from lgsp_adapter.testing import Bus, EngineRules, ServiceEngine, check
from lgsp_adapter.testing.loopback import loopback
from lgsp_adapter.testing.peers import http_to
from lgsp_adapter.testing.web import WebServer
from sandbox_population import PopulationSandbox

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "question.json").read_text())
SHORT = 0.3
"""Seconds of an adapter that gives up early; else it waits `LONG`: a busy machine is no fault."""
LONG = 10.0
RULES = EngineRules(timeout=30)
LOOK_UP = "/congdan/tracuu"
ASKED = {
    "request_id": FIXTURE["MaYeuCau"],
    "officer_code": FIXTURE["MaCanBo"],
    "purpose": FIXTURE["MaDVC"],
    "full_name": FIXTURE["HoVaTen"],
    "id_number": FIXTURE["SoDinhDanh"],
    "birth_date": FIXTURE["NgayThangNam"],
}
FIELDS = ["HoVaTen", "SoDinhDanh", "NoiThuongTru"]


class Meeting:
    """The officer, the service behind an HTTP server, and the database."""

    def __init__(self, peer):
        self.peer, self.bus = peer, Bus()
        self.ctx = Context("population", resolvers={"test": self.secret})

    async def secret(self, _name):
        return "khoa-mau"

    def service(self, **changes):
        facts = self.peer.describe()
        raw = {
            "url": facts["lookup"],
            "integration_code": facts["MaTichHop"],
            "callers": {"mot-cua": "test:key"},
            "fields": FIELDS,
            "masked": ["SoDinhDanh"],
            "per_minute": 1000,
            "nobody_codes": ["3"],
            "seconds": LONG,
            **changes,
        }
        return Population(Population.config_of(raw), loopback(self.peer.trust))

    @asynccontextmanager
    async def office(self, **changes):
        """Yield what asks over HTTP, and gives status and content."""
        service = self.service(**changes)
        async with ServiceEngine(service, self.bus, rules=RULES, ctx=self.ctx) as engine:
            front = WebServer(engine.answer)
            headers = {"authorization": "Bearer khoa-mau"}
            async with http_to(await front.start(), headers=headers) as http:

                async def ask(**asked):
                    answer = await http.post("/look-up", json=ASKED | asked)
                    return answer.status_code, answer.json(), answer.headers

                try:
                    yield ask, engine
                finally:
                    await front.stop()

    @property
    def entries(self):
        return [json.loads(each.body)["record"] for each in self.bus.drafts]


@pytest.fixture
async def meeting():
    async with PopulationSandbox(seed=1) as peer:
        yield Meeting(peer)


async def test_the_question_is_the_fixture_word_for_word(meeting, monkeypatch):
    heard = []
    judge = meeting.peer._judge

    def listening(asked):
        heard.append(asked)
        return judge(asked)

    monkeypatch.setattr(meeting.peer, "_judge", listening)
    async with meeting.office() as (ask, _):
        await ask()
    assert heard == [FIXTURE]


@pytest.mark.parametrize("tls", [False, True])
async def test_an_officer_sees_what_is_approved_and_no_more(tls):
    async with PopulationSandbox(seed=1, tls=tls) as peer, Meeting(peer).office() as (ask, _):
        status, content, headers = await ask()
    assert status == 200
    assert content == {
        "citizen": {
            "SoDinhDanh": "*********001",
            "HoVaTen": "Nguyễn Văn Mẫu",
            "NoiThuongTru": "Số 1, đường Ví Dụ, xã Mẫu, tỉnh Mẫu",
        }
    }
    assert headers["cache-control"] == "no-store"


async def test_awkward_names_and_the_old_number_arrive_too(meeting):
    async with meeting.office() as (ask, _):
        status, content, _ = await ask(
            id_number="",
            old_id_number="999000002",
            full_name="Trần Thị Mẫu & Con",
            birth_date="",
            birth_year="1985",
        )
    assert (status, content["citizen"]["HoVaTen"]) == (200, "Trần Thị Mẫu & Con")


async def test_both_logs_have_the_same_question(meeting):
    async with meeting.office() as (ask, _):
        await ask()
        await ask(officer_code="CB-LA")
    theirs = [(each["MaCanBo"], each["MaDVC"], each["MaYeuCau"]) for each in meeting.peer.log]
    ours = [(each["officer_code"], each["purpose"], each["request_id"]) for each in meeting.entries]
    assert ours == theirs
    assert len(ours) == 2


@pytest.mark.parametrize(
    ("change", "status", "code", "detail"),
    [
        ({"full_name": "Người Khác Mẫu"}, 404, "no_citizen", "nobody with these details"),
        ({"officer_code": "CB-LA"}, 400, "peer_refused", "error_code 2"),
        ({"full_name": ""}, 400, "peer_refused", "error_code 1"),
        ({"id_number": "123"}, 400, "peer_refused", "error_code 4"),
    ],
)
async def test_what_the_database_refuses_has_its_code(meeting, change, status, code, detail):
    async with meeting.office() as (ask, _):
        told = await ask(**change)
    assert (told[0], told[1]["code"], told[1]["detail"]) == (status, code, detail)


async def test_a_connector_that_is_not_allowed_is_the_operators_matter(meeting):
    async with meeting.office(integration_code="LA", denied_codes=["2"]) as (ask, _):
        status, content, _ = await ask()
    assert (status, content["detail"]) == (503, "")


@pytest.mark.parametrize(
    ("what", "seconds", "status"),
    [
        ("slow", 0.02, 200),
        ("slow", 2 * SHORT, 503),
        ("error_500", 0, 503),
        ("timeout_after_success", 2 * SHORT, 503),
        ("half_body", 0, 503),
        ("rate_limited", 7, 429),
    ],
)
async def test_whatever_goes_wrong_the_officer_is_told_and_may_ask_again(
    meeting, what, seconds, status
):
    meeting.peer.misbehave(what, path=LOOK_UP, seconds=seconds)
    waits = LONG if status == 200 else SHORT
    async with meeting.office(seconds=waits) as (ask, _):
        told, content, headers = await ask()
        assert told == status
        assert "citizen" in content or FIXTURE["SoDinhDanh"] not in json.dumps(content)
        if status == 429:
            assert headers["retry-after"] == "7"
    async with meeting.office() as (ask, _):
        assert (await ask())[0] == 200
    assert len(meeting.entries) == 2


@pytest.mark.parametrize("seed", range(5))
async def test_an_answer_that_nobody_published_shows_nobody(meeting, seed):
    meeting.peer.misbehave("wrong_schema", path=LOOK_UP, seed=seed)
    async with meeting.office() as (ask, _):
        assert (await ask())[0] == 503


async def test_an_expired_certificate_asks_nothing_and_is_told():
    async with PopulationSandbox(seed=1, tls=True) as peer:
        meeting = Meeting(peer)
        peer.misbehave("expired_certificate")
        async with meeting.office() as (ask, _):
            status, content, _ = await ask()
            assert (status, "certificate" in content["detail"]) == (503, True)
            assert peer.log == []
            assert (await ask())[0] == 200


async def test_without_our_log_the_database_is_not_asked(meeting):
    async with meeting.office() as (ask, engine):
        engine.desk.trouble = Retryable("away", untouched=True)
        assert (await ask())[0] == 503
    assert meeting.peer.log == []


@pytest.mark.parametrize("count", [8, pytest.param(25, marks=pytest.mark.long)])
async def test_on_a_bad_day_every_question_that_was_heard_is_in_our_log(meeting, count):
    meeting.peer.mischief.bad_day(0.4, seed=1)
    async with meeting.office() as (ask, _):
        told = [(await ask(request_id=f"YC-{n}"))[0] for n in range(count)]
    assert set(told) <= {200, 429, 503}
    heard = [each["MaYeuCau"] for each in meeting.peer.log]
    assert set(heard) <= {each["request_id"] for each in meeting.entries}
    assert len(meeting.entries) == count
    assert told.count(200) > count // 5


async def test_check_asks_about_nobody(meeting):
    assert (await check(meeting.service(), meeting.ctx, 10)).ok
    assert meeting.peer.log == []


async def test_no_log_holds_a_citizen_or_an_address(meeting, caplog):
    caplog.set_level(logging.INFO, logger="lgsp_adapter")
    caplog.set_level(logging.INFO, logger="httpcore2")
    async with meeting.office() as (ask, _):
        assert (await ask())[0] == 200
    kept = json.dumps([meeting.entries, meeting.peer.log, meeting.peer.journal.as_json()])
    told = caplog.text + kept
    values = (FIXTURE["SoDinhDanh"], "Nguyễn", "tracuu", "khoa-mau")
    assert "population query" in caplog.text
    assert not any(each in told for each in values)
