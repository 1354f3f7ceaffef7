"""The script of a fake: asked from threads, too."""

import asyncio
import gc
import warnings

import pytest
from lgsp_adapter.kit import Answer, Say, Script


async def test_a_thread_gets_the_answer_that_was_written_for_its_message():
    script = Script()
    script.by_id["one"] = Answer(say=Say.DOWN)
    loop = asyncio.get_running_loop()
    assert (await asyncio.to_thread(script.answer_in_thread, loop, "one")).say is Say.DOWN
    assert (await asyncio.to_thread(script.answer_in_thread, loop, "two")).say is Say.OK
    assert script.calls == 2


def test_a_loop_that_has_ended_leaves_no_question_behind():
    ended = asyncio.new_event_loop()
    ended.close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError):
            Script().answer_in_thread(ended)
        gc.collect()
    assert not told
