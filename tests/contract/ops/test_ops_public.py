"""The citizen's look-up: what the slip opens, and that nothing else does."""

import re

import orjson
import pytest

from hub.api.ops.rates import Rates, Tries
from hub.signing.lookup_secrets import is_lookup_secret, lookup_secret
from hub.signing.macs import MacKeys
from tests.support import GOOD_BODY, MACS, TO_RECEIVER, stamped, withdrawal

CODE = orjson.loads(GOOD_BODY)["dossier_code"]
SECRET = lookup_secret(MACS, CODE)
PATH = "/public/dossier"
SLIP = "/v1/dossiers/lookup"


def system(name):
    return {"authorization": f"Bearer {name}"}


@pytest.fixture
async def known(rig):
    """Give a dossier that the sender received; its body is kept."""
    sent = stamped(id="mau-1", recipients=TO_RECEIVER, subject=CODE)
    rig.province.decide(sent)
    await rig.record()
    body = orjson.loads(GOOD_BODY) | {"state": 2, "promised_at": "2026-12-05T17:00:00+07:00"}
    rig.keep(41, orjson.dumps(body))
    rig.person = None
    return rig


async def test_who_has_the_slip_reads_where_his_dossier_stands(known):
    found = await known.get(PATH, code=CODE, secret=SECRET)
    assert (found["state"], found["vi"]) == ("received", "Hồ sơ đã được tiếp nhận.")
    assert found["who"]["vi"] == "Cơ quan giải quyết: Sở Thử nghiệm"
    assert found["by"] == "2026-12-05T17:00:00+07:00"
    assert found["since"] == "2026-11-22T02:59:30Z"


async def test_the_answer_holds_no_name_no_body_and_no_message(known):
    person = {"officer": {"name": "Nguyễn Văn Mẫu"}, "note": "riêng tư"}
    known.keep(41, orjson.dumps(orjson.loads(GOOD_BODY) | person))
    text = (await known.http.get(PATH, params={"code": CODE, "secret": SECRET})).text
    for word in ("Nguyễn", "riêng", "mau-1", "sender", "receiver"):
        assert word not in text


async def test_a_secret_is_read_however_it_is_typed(known):
    for typed in (SECRET.lower(), SECRET.replace("-", ""), f" {SECRET.replace('-', ' ')} "):
        assert (await known.get(PATH, code=CODE, secret=typed))["state"] == "received"


async def test_a_wrong_secret_and_an_unknown_code_are_answered_alike_and_without_looking(known):
    known.ops.engine.sync_engine.dispose()
    asked: list[str] = []
    known.watch_sql(asked)
    wrong = await known.refused(PATH, 404, "not_found", code=CODE, secret="0" * 12)
    unknown = await known.refused(PATH, 404, "not_found", code="H99-KHONG-CO", secret=SECRET)
    assert wrong == unknown
    assert asked == []
    await known.get(PATH, code=CODE, secret=SECRET)
    assert asked


async def test_where_the_body_is_gone_no_more_is_said_than_is_known(known):
    known.records.found.clear()
    found = await known.get(PATH, code=CODE, secret=SECRET)
    assert (found["state"], found["by"]) == ("answered", None)


async def test_a_refused_reception_is_not_called_a_reception(known):
    known.keep(41, orjson.dumps(orjson.loads(GOOD_BODY) | {"state": 3}))
    found = await known.get(PATH, code=CODE, secret=SECRET)
    assert (found["state"], found["who"]["en"]) == ("not_received", "The applicant")


async def test_the_body_of_another_dossier_says_nothing_about_this_one(known):
    other = orjson.loads(GOOD_BODY) | {"dossier_code": "H99-KHAC", "state": 2}
    known.keep(41, orjson.dumps(other))
    assert (await known.get(PATH, code=CODE, secret=SECRET))["state"] == "answered"


async def test_what_was_withdrawn_by_its_sender_says_nothing_any_more(known):
    known.province.decide(withdrawal("mau-1"))
    await known.record()
    await known.refused(PATH, 404, "not_found", code=CODE, secret=SECRET)


async def test_tries_are_bounded_by_address_and_by_code(known):
    known.limit(Tries(Rates(3, 60.0), Rates(2, 60.0)))
    for _ in range(2):
        await known.refused(PATH, 404, "not_found", code=CODE, secret="0" * 12)
    answer = await known.http.get(PATH, params={"code": CODE, "secret": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    answer = await known.http.get(PATH, params={"code": "H99-KHAC", "secret": SECRET})
    assert answer.status_code == 429


async def test_the_page_is_a_form_that_answers_without_a_script(known):
    page = await known.http.get("/tra-cuu")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert " style=" not in page.text
    answer = await known.http.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    assert "Hồ sơ đã được tiếp nhận." in answer.text
    assert "17:00 05/12/2026" in answer.text
    assert SECRET not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    wrong = await known.http.post("/tra-cuu", data={"code": CODE, "secret": "x"})
    assert (wrong.status_code, "Không tìm thấy" in wrong.text) == (404, True)
    style = await known.http.get("/tra-cuu.css")
    assert style.headers["content-type"].startswith("text/css")


async def test_a_promise_that_was_not_kept_is_called_late_until_it_is_done(known):
    body = orjson.loads(GOOD_BODY) | {"state": 2, "promised_at": "2026-11-20T17:00:00+07:00"}
    known.keep(41, orjson.dumps(body))
    assert (await known.get(PATH, code=CODE, secret=SECRET))["overdue"] is True
    page = await known.http.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    assert "17:00 20/11/2026; đã quá hạn" in page.text
    known.keep(41, orjson.dumps(body | {"state": 9}))
    assert (await known.get(PATH, code=CODE, secret=SECRET))["overdue"] is False
    known.keep(41, orjson.dumps(orjson.loads(GOOD_BODY) | {"state": 2, "promised_at": "?"}))
    page = await known.http.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    assert "chưa hẹn ngày" in page.text


async def test_on_a_screen_that_everybody_uses_nothing_stays(known):
    form = await known.http.get("/tra-cuu", params={"kiosk": "1"})
    assert 'class="kiosk"' in form.text
    assert "http-equiv" not in form.text
    typed = {"code": CODE, "secret": SECRET, "kiosk": "1"}
    answer = await known.http.post("/tra-cuu", data=typed)
    assert "Hồ sơ đã được tiếp nhận." in answer.text
    assert '<meta http-equiv="refresh" content="60; url=/tra-cuu?kiosk=1">' in answer.text
    assert CODE not in answer.text
    wrong = await known.http.post("/tra-cuu", data=typed | {"secret": "x"})
    assert (wrong.status_code, CODE in wrong.text, "http-equiv" in wrong.text) == (404, False, True)
    at_home = await known.http.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    assert "http-equiv" not in at_home.text


async def test_markup_in_what_is_typed_is_shown_and_not_run(known):
    for code in ('"><script>alert(1)</script>', "{told}", "\0", "a" * 300):
        answer = await known.http.post("/tra-cuu", data={"code": code, "secret": "x"})
        assert answer.status_code == 404
        assert "<script" not in answer.text
    answer = await known.http.post("/tra-cuu", content=b"x" * 5_000)
    assert answer.status_code == 413


async def test_a_system_that_is_part_of_the_dossier_gets_what_it_prints(known):
    for name in ("sender", "receiver"):
        answer = await known.http.get(SLIP, params={"code": CODE}, headers=system(name))
        slip = answer.json()
        assert (slip["secret"], answer.headers["cache-control"]) == (SECRET, "no-store")
    page = await known.http.get(slip["path"])
    assert "Hồ sơ đã được tiếp nhận." in page.text


async def test_another_systems_dossier_is_as_unknown_as_one_that_is_none(known):
    theirs = await known.http.get(SLIP, params={"code": CODE}, headers=system("other"))
    none = await known.http.get(SLIP, params={"code": "H99-0"}, headers=system("other"))
    assert (theirs.status_code, theirs.json()) == (404, none.json())
    assert (await known.http.get(SLIP, params={"code": CODE})).status_code == 401


async def test_the_qr_code_opens_the_hubs_own_address_whatever_host_is_claimed(known):
    headers = system("receiver") | {"host": "localhost"}
    answer = await known.http.get(f"{SLIP}.svg", params={"code": CODE}, headers=headers)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.startswith("<svg")
    headers["host"] = "evil.example"
    answer = await known.http.get(f"{SLIP}.svg", params={"code": CODE}, headers=headers)
    assert answer.status_code == 403


def test_secrets_of_two_dossiers_have_nothing_in_common_and_are_easy_to_read():
    first, second = (lookup_secret(MACS, code) for code in ("H99-1", "H99-2"))
    assert first != second
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-?){3}", first)
    assert not is_lookup_secret(MACS, "H99-2", first)
    assert not is_lookup_secret(MACS, "H99-1", first[:-1])
    assert not is_lookup_secret(MACS, "H99-1", "")


def test_slips_of_an_earlier_key_stay_good():
    before = MacKeys(current="k1", keys={"k1": MACS.keys["k1"]})
    assert is_lookup_secret(MACS, CODE, lookup_secret(before, CODE))
    gone = MacKeys(current="k2", keys={"k2": MACS.keys["k2"]})
    assert not is_lookup_secret(gone, CODE, lookup_secret(before, CODE))


def test_a_window_of_tries_ends():
    now = [0.0]
    rates = Rates(2, 10.0, lambda: now[0])
    assert [rates.try_("a"), rates.try_("a"), rates.try_("a")] == [None, None, 10]
    assert rates.try_("b") is None
    now[0] = 10.0
    assert rates.try_("a") is None
