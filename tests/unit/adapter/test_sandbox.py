"""The base of the sandbox peers: misbehaviour on command, the journal, TLS, bounded stop."""

import asyncio
import json
import ssl
import sys

import httpx2
import pytest
from lgsp_adapter.sandbox import Misbehaviour, Mischief, Sandbox, What
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class Counter(Sandbox):
    """Counts each key; lists what it has."""

    name = "counter"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER}

    def routes(self):
        return [
            Route("/things/{key}", self._put, methods=["POST"]),
            Route("/things", self._list),
        ]

    async def _put(self, request: Request):
        self.journal.effect("thing", request.path_params["key"])
        return JSONResponse({"status": "OK"})

    async def _list(self, request: Request):
        keys = sorted(self.journal.effects("thing"))
        return JSONResponse(self.mischief.listed(request.url.path, keys))


@pytest.fixture
async def counter():
    async with Counter(seed=7) as sandbox:
        yield sandbox


@pytest.fixture
async def http(counter):
    async with httpx2.AsyncClient(base_url=counter.url, timeout=5) as client:
        yield client


async def misbehave(http, **how):
    answer = await http.post("/_sandbox/misbehave", json=how)
    assert answer.status_code == 200, answer.text


async def journal(http):
    found = (await http.get("/_sandbox/journal")).json()
    return {each["key"]: each["effects"] for each in found["entries"]}, found["doubled"]


async def test_the_journal_shows_what_happened_twice(http):
    await http.post("/things/a")
    for _ in range(2):
        await http.post("/things/b")
    assert await journal(http) == ({"a": 1, "b": 2}, ["b"])


@pytest.mark.parametrize(("what", "status"), [("error_500", 500), ("rate_limited", 429)])
async def test_a_refusal_on_command_does_nothing_and_ends(http, what, status):
    await misbehave(http, what=what, times=2, seconds=17)
    answers = [await http.post("/things/a") for _ in range(3)]
    assert [each.status_code for each in answers] == [status, status, 200]
    assert answers[0].headers.get("Retry-After") == ("17" if status == 429 else None)
    assert await journal(http) == ({"a": 1}, [])


async def test_timeout_after_success_has_the_effect_and_no_answer(http):
    await misbehave(http, what="timeout_after_success", seconds=60)
    with pytest.raises(httpx2.ReadTimeout):
        await http.post("/things/a", timeout=0.2)
    assert await journal(http) == ({"a": 1}, [])


async def test_a_hang_that_ends_breaks_the_line(http):
    await misbehave(http, what="timeout_after_success", seconds=0.01)
    with pytest.raises(httpx2.RemoteProtocolError):
        await http.post("/things/a")
    assert await journal(http) == ({"a": 1}, [])


async def test_half_a_body_has_the_effect_and_breaks_off(http):
    await misbehave(http, what="half_body")
    with pytest.raises(httpx2.RemoteProtocolError):
        await http.post("/things/a")
    assert await journal(http) == ({"a": 1}, [])


async def test_a_wrong_schema_is_json_of_another_shape(http):
    await misbehave(http, what="wrong_schema", seed=3)
    answer = await http.post("/things/a")
    assert answer.status_code == 200
    assert answer.json() != {"status": "OK"}


async def test_slow_is_slower_than_the_caller_waits_and_right(http):
    await misbehave(http, what="slow", seconds=0.3)
    with pytest.raises(httpx2.ReadTimeout):
        await http.get("/things", timeout=0.05)
    assert (await http.get("/things")).json() == []


async def test_a_slow_peer_does_it_also_for_a_caller_that_has_gone(http):
    await misbehave(http, what="slow", seconds=0.2)
    with pytest.raises(httpx2.ReadTimeout):
        await http.post("/things/a", timeout=0.05)
    assert await journal(http) == ({}, [])
    async with asyncio.timeout(10):
        while await journal(http) != ({"a": 1}, []):  # noqa: ASYNC110  (an effect has no event)
            await asyncio.sleep(0.02)


async def test_lists_repeat_and_change_their_order(http):
    for key in "abc":
        await http.post(f"/things/{key}")
    await misbehave(http, what="duplicate", seed=1)
    twice = (await http.get("/things")).json()
    await misbehave(http, what="reorder", seed=1)
    mixed = (await http.get("/things")).json()
    assert len(twice) == 4
    assert set(twice) == {"a", "b", "c"}
    assert mixed != ["a", "b", "c"]
    assert sorted(mixed) == ["a", "b", "c"]
    assert (await http.get("/things")).json() == ["a", "b", "c"]


async def test_misbehaviour_keeps_to_its_path(http):
    await misbehave(http, what="error_500", path="/things/b")
    assert (await http.post("/things/a")).status_code == 200
    assert (await http.post("/things/b")).status_code == 500


@pytest.mark.parametrize(
    "how",
    [
        {"what": "nonsense"},
        {"what": "bad_signature"},
        {"what": "slow", "times": 0},
        {"what": "slow", "seconds": 1e9},
        {"what": "slow", "unknown": 1},
        {"what": "slow", "path": "things"},
        {"what": "expired_certificate"},
    ],
)
async def test_a_fault_that_the_peer_does_not_have_is_refused(http, how):
    answer = await http.post("/_sandbox/misbehave", json=how)
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize("how", [{}, {"share": 2}, {"share": -1}, {"share": 0.5, "x": 1}])
async def test_a_bad_day_of_no_sense_is_refused(http, how):
    assert (await http.post("/_sandbox/bad-day", json=how)).status_code == 422


def test_on_a_bad_day_a_share_of_calls_goes_wrong_by_the_seed():
    def faults(seed):
        mischief = Mischief()
        mischief.bad_day(0.25, seed)
        found = []
        for _ in range(400):
            mischief.begin("/a")
            found.append(mischief.take("/a", *What) is not None)
        return found

    assert faults(1) == faults(1)
    assert faults(1) != faults(2)
    assert 60 < sum(faults(1)) < 140


async def test_a_bad_day_spoils_calls_until_the_reset(http, counter):
    assert (await http.post("/_sandbox/bad-day", json={"share": 1})).status_code == 200
    wrong = 0
    for _ in range(4):
        try:
            answer = await http.post("/things/a", timeout=0.5)
            wrong += answer.status_code != 200
        except httpx2.HTTPError:
            wrong += 1
    assert wrong == 4
    counter.reset()
    assert (await http.post("/things/a")).status_code == 200


def test_a_peer_that_answers_no_calls_has_no_bad_day():
    with pytest.raises(ValueError, match="no calls"):
        Mischief({What.DUPLICATE}).bad_day(0.5)


async def test_reset_makes_the_peer_as_new(http):
    await http.post("/things/a")
    await misbehave(http, what="error_500", times=9)
    assert (await http.post("/_sandbox/reset")).json()["pending"] == []
    assert await journal(http) == ({}, [])
    assert (await http.get("/things")).status_code == 200


async def test_a_body_beyond_the_limit_is_refused(http, monkeypatch):
    monkeypatch.setattr("lgsp_adapter.sandbox.spoiler.MAX_BODY_BYTES", 10)
    assert (await http.post("/things/a", content=b"x" * 11)).status_code == 413


async def test_an_expired_certificate_is_shown_as_often_as_told():
    async with Counter(tls=True) as sandbox:
        trust = ssl.create_default_context(cadata=sandbox.trust)
        sandbox.misbehave(What.EXPIRED_CERTIFICATE)
        async with httpx2.AsyncClient(base_url=sandbox.url, verify=trust) as http:
            with pytest.raises(httpx2.ConnectError, match="expired"):
                await http.get("/things")
            assert (await http.get("/things")).json() == []


async def test_a_hanging_answer_does_not_hold_up_the_stop():
    sandbox = Counter()
    await sandbox.start()
    sandbox.misbehave(What.TIMEOUT_AFTER_SUCCESS, seconds=100)
    async with httpx2.AsyncClient(base_url=sandbox.url, timeout=50) as http:
        call = asyncio.create_task(http.post("/things/a"))
        while not sandbox.journal.effects("thing"):  # noqa: ASYNC110  (an effect has no event)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(30):
            await sandbox.stop()
        with pytest.raises(httpx2.HTTPError):
            await call


def test_commands_are_used_up_in_the_order_given():
    mischief = Mischief(set(What))
    mischief.order(Misbehaviour(what=What.SLOW, seed=1))
    mischief.order(Misbehaviour(what=What.SLOW, seed=2, path="/b"))
    taken = [mischief.take(path, What.SLOW) for path in ("/b", "/a", "/b", "/b")]
    assert [each and each.seed for each in taken] == [1, None, 2, None]


PROGRAM = """
from lgsp_adapter.sandbox import Sandbox, run
class Nothing(Sandbox):
    name = "nothing"
    def routes(self):
        return []
run(Nothing)
"""


async def test_a_peer_by_itself_says_where_it_is_and_ends_when_told():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, "--seed", "5", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            assert process.stdout is not None
            said = json.loads(await process.stdout.readline())
            async with httpx2.AsyncClient() as http:
                assert (await http.get(said["url"] + "/_sandbox")).json()["name"] == "nothing"
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert said["seed"] == 5


async def test_a_wrong_option_is_refused_in_words():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, "--misbehave", "2", stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        _, error = await process.communicate()
    assert process.returncode == 2
    assert b"share: from 0 to 1" in error
