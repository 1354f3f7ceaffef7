"""Back-off and answers, without a network."""

from dataclasses import replace

import pytest
from lgsp_client.errors import HubProtocolError, HubRefused, HubUnauthorised, HubUnavailable
from lgsp_client.plan import Ask, Backoff, once
from lgsp_client.session import Session

from tests.unit.client.fakes import IDENTITY, LOST, TOKEN, Clock, answer, play

ASK = Ask(method="POST", path="/v1/messages", body=b"{}")


def session(clock=None, **backoff):
    return Session(IDENTITY, (clock or Clock()).world, Backoff(**backoff))


def test_the_pause_doubles_and_is_never_above_the_longest():
    backoff = Backoff(attempts=None, first=1.0, longest=5.0)
    assert [backoff.pause(tries, None, 1.0) for tries in (1, 2, 3, 4, 1000)] == [1, 2, 4, 5, 5]


def test_chance_spreads_the_pause_over_its_upper_half():
    backoff = Backoff(first=1.0)
    assert (backoff.pause(1, None, 0.0), backoff.pause(1, None, 1.0)) == (0.5, 1.0)


def test_retry_after_is_kept_never_undercut():
    pause = Backoff().pause(1, 7.0, 0.5)
    assert pause is not None
    assert 7.0 <= pause < 7.5


def test_a_hub_that_asks_for_longer_than_we_wait_is_not_asked_again_early():
    assert Backoff(longest=30).pause(1, 120.0, 0.5) is None
    assert Backoff(attempts=None, longest=30).pause(1, 120.0, 0.0) == 120.0


def test_attempts_are_bounded():
    assert Backoff(attempts=2).pause(2, None, 0.5) is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 507])
def test_what_passes_by_itself_is_unavailable(status):
    with pytest.raises(HubUnavailable) as trouble:
        play(once(ASK), [answer(status, retry_after="3")])
    assert trouble.value.retry_after == 3


def test_retry_after_may_be_a_date():
    later = answer(
        503,
        date="Sun, 22 Nov 2026 03:00:00 GMT",
        retry_after="Sun, 22 Nov 2026 03:00:20 GMT",
    )
    with pytest.raises(HubUnavailable) as trouble:
        play(once(ASK), [later])
    assert trouble.value.retry_after == 20


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5"])
def test_a_retry_after_that_is_none_is_passed_over(text):
    with pytest.raises(HubUnavailable) as trouble:
        play(once(ASK), [answer(503, retry_after=text)])
    assert trouble.value.retry_after is None


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes():
    result, asked = play(session().call(ASK), [TOKEN, LOST, answer(503), answer(202, {})])
    assert result.status == 202
    tries = asked[1:]
    assert {(ask.body, ask.path) for ask in tries} == {(ASK.body, ASK.path)}
    assert [ask.pause > 0 for ask in tries] == [False, True, True]


def test_it_gives_up_after_its_attempts_and_says_unavailable():
    with pytest.raises(HubUnavailable):
        play(session(attempts=2).call(ASK), [TOKEN, LOST, LOST])


def test_a_token_endpoint_that_is_away_is_asked_with_pauses_and_a_new_assertion_each_time():
    _, asked = play(session().call(ASK), [LOST, answer(503), TOKEN, answer(200, {})])
    assert [ask.path for ask in asked] == ["/oauth2/token"] * 3 + ["/v1/messages"]
    assert [ask.pause > 0 for ask in asked] == [False, True, True, False]
    assert len({ask.body for ask in asked[:3]}) == 3


def test_a_token_is_kept_until_shortly_before_its_end():
    clock = Clock()
    kept = session(clock)
    play(kept.call(ASK), [TOKEN, answer(200, {})])
    clock.seconds = 239
    _, asked = play(kept.call(ASK), [answer(200, {})])
    assert [ask.headers["authorization"] for ask in asked] == ["Bearer t1"]
    clock.seconds = 241
    _, asked = play(kept.call(ASK), [TOKEN, answer(200, {})])
    assert asked[0].path == "/oauth2/token"


def test_a_401_is_answered_once_with_a_new_token():
    result, asked = play(session().call(ASK), [TOKEN, answer(401), TOKEN, answer(200, {})])
    assert result.status == 200
    assert [ask.path for ask in asked] == ["/oauth2/token", "/v1/messages"] * 2


def test_a_second_401_is_unauthorised_not_a_loop():
    with pytest.raises(HubUnauthorised):
        play(session().call(ASK), [TOKEN, answer(401), TOKEN, answer(401)])


def test_a_system_that_gets_no_token_is_unauthorised():
    with pytest.raises(HubUnauthorised, match="invalid_client"):
        play(session().call(ASK), [answer(400, {"error": "invalid_client"})])


def test_a_problem_document_becomes_a_refusal_with_its_place():
    refused = answer(409, {"code": "id_reused", "detail": "other content", "place": "id"})
    with pytest.raises(HubRefused) as refusal:
        play(session().call(ASK), [TOKEN, refused])
    told = refusal.value
    assert (told.reason, told.detail, told.place, told.status) == (
        "id_reused",
        "other content",
        "id",
        409,
    )


@pytest.mark.parametrize("body", [b"<html>proxy</html>", b"[]", b""])
def test_a_4xx_without_a_problem_document_is_still_a_refusal(body):
    with pytest.raises(HubRefused, match="http_403"):
        play(session().call(ASK), [TOKEN, replace(answer(403), body=body)])


def test_a_redirect_is_no_answer_of_a_hub():
    with pytest.raises(HubProtocolError):
        play(session().call(ASK), [TOKEN, answer(302)])


@pytest.mark.parametrize("token", [{}, {"access_token": 7, "expires_in": 1}, []])
def test_a_token_answer_of_another_form_is_a_protocol_error(token):
    with pytest.raises(HubProtocolError):
        play(session().call(ASK), [answer(200, token)])
