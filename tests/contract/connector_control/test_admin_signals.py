"""Signals to a running connector over the admin API."""

from datetime import datetime, timedelta

import pytest

from hub.io.kafka.connector_records import Action
from hub.ports import Unavailable
from tests.connector_api import WHY, problem, trail

WHERE = "/connectors/ket-noi-a/signals"


async def give(client, where=WHERE, **body):
    return await client.post(where, json={"signal": "flush", "reason": WHY} | body)


async def test_a_signal_is_a_command_with_a_name_and_a_reason_in_the_trail(client, commands):
    answer = await give(client)
    assert answer.status_code == 202
    (command,) = commands.sent
    assert (command.id, command.action) == (answer.json()["id"], Action.FLUSH)
    assert (command.connector, command.by, command.reason) == ("ket-noi-a", "an", WHY)
    assert (await trail(client, "connector/ket-noi-a"))[0] == ("an", WHY)


async def test_a_log_level_says_until_when(client, commands):
    await give(client, signal="log_level", level="WARNING", minutes=5)
    (command,) = commands.sent
    level, until = command.argument.split()
    assert level == "WARNING"
    assert datetime.fromisoformat(until) - command.at == timedelta(minutes=5)


async def test_a_signal_that_the_adapter_does_not_know_is_refused_and_not_sent(client, commands):
    found = problem(await give(client, signal="resnapshot"), 422, "signal_unsupported")
    assert (found["place"], found["detail"]) == ("signal", "a sink does not know `resnapshot`")
    assert commands.sent == []


async def test_a_connector_that_is_not_there_gets_no_signal(client, commands):
    problem(await give(client, "/connectors/khong-co/signals"), 404, "not_found")
    assert commands.sent == []


@pytest.mark.parametrize(
    "body",
    [
        {"signal": "explode"},
        {"reason": ""},
        {"signal": "log_level", "minutes": 0},
        {"signal": "log_level", "minutes": 1_441},
        {"signal": "log_level", "level": "LOUD"},
        {"la": 1},
    ],
    ids=str,
)
async def test_a_signal_that_breaks_its_grammar_is_refused(client, commands, body):
    problem(await give(client, **body), 422, "invalid_request")
    assert commands.sent == []


async def test_the_name_is_in_the_trail_before_the_signal_is_given(client, commands, monkeypatch):
    async def away(*_):
        raise Unavailable("Kafka does not answer")

    monkeypatch.setattr(commands, "send", away)
    problem(await give(client), 503, "unavailable")
    assert (await trail(client, "connector/ket-noi-a"))[0] == ("an", WHY)


async def test_a_stranger_gives_no_signal(client, commands):
    stranger = {"authorization": "Bearer khac"}
    answer = await client.post(WHERE, json={"signal": "flush", "reason": WHY}, headers=stranger)
    problem(answer, 401, "unauthorized")
    assert commands.sent == []
