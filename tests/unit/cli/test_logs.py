import asyncio
import io
import json
import logging

import pytest
import structlog

from hub.cli import logs
from hub.ports import Unavailable

PERSON = "Nguyễn Văn Thử"


@pytest.fixture
def lines():
    before = logging.getLogger().handlers[:], logging.getLogger().level
    out = io.BytesIO()
    logs.configure("router", stream=out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)


def test_a_line_is_one_json_object_with_time_level_and_process(lines):
    structlog.get_logger().info("decided", id="m-1", reason="too_old")
    (line,) = lines()
    assert line["event"] == "decided"
    assert line["process"] == "router"
    assert line["level"] == "info"
    assert line["id"] == "m-1"
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", sorted(logs.FORBIDDEN))
def test_what_could_hold_a_message_or_a_secret_is_removed(lines, name):
    structlog.get_logger().info("seen", **{name: PERSON})
    assert lines()[0][name] == logs.REMOVED


def test_a_foreign_error_shows_its_kind_and_place_but_not_its_text(lines):
    try:
        int(PERSON)
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines()
    assert line["error"] == ["ValueError"]
    assert "test_logs.py" in line["at"][0]
    assert PERSON not in json.dumps(line, ensure_ascii=False)


def test_an_error_of_the_hub_shows_its_text(lines):
    error = Unavailable("Kafka did not answer")
    error.__cause__ = OSError(PERSON)
    structlog.get_logger().error("failed", exc_info=error)
    assert lines()[0]["error"] == ["Unavailable: Kafka did not answer", "OSError"]


def test_other_libraries_write_the_same_form_without_values(lines):
    try:
        json.loads(PERSON)
    except ValueError:
        logging.getLogger("some.library").exception("could not parse")
    (line,) = lines()
    assert line["event"] == "could not parse"
    assert line["logger"] == "some.library"
    assert line["error"] == ["JSONDecodeError"]
    assert PERSON not in json.dumps(line, ensure_ascii=False)


async def test_a_forgotten_task_does_not_bring_values_into_the_log(lines):
    async def fail():
        raise ValueError(PERSON)

    task = asyncio.get_running_loop().create_task(fail())
    await asyncio.wait([task])
    context = {"message": "Task exception was never retrieved", "exception": task.exception()}
    asyncio.get_running_loop().default_exception_handler(context)
    assert PERSON not in json.dumps(lines(), ensure_ascii=False)


def test_request_lines_are_not_logged(lines):
    logging.getLogger("uvicorn.access").info("GET /v1/messages/a/b?name=%s", PERSON)
    assert lines() == []


def test_a_library_that_repeats_itself_is_heard_once_in_a_while():
    now = 100.0
    once = logs.NotAgain(clock=lambda: now)
    record = logging.LogRecord("aiokafka", logging.ERROR, "client.py", 7, "no broker", (), None)
    other = logging.LogRecord("aiokafka", logging.ERROR, "client.py", 8, "no leader", (), None)
    assert [once.filter(record), once.filter(record), once.filter(other)] == [True, False, True]
    now += logs.REPEAT_SECONDS
    assert once.filter(record)
