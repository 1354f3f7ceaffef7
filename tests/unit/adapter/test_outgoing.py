import gzip

import httpx2
import pytest
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.outgoing import exchange


async def ask(handler, **rest):
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await exchange(client, client.build_request("GET", "https://mau.example/"), **rest)


def raising(error):
    def handler(_):
        raise error

    return handler


async def test_an_answer_comes_whole():
    reply = await ask(lambda _: httpx2.Response(200, json={"mau": 1}))
    assert (reply.status, reply.json()) == (200, {"mau": 1})


@pytest.mark.parametrize(
    ("error", "untouched"),
    [
        (httpx2.ConnectError("mau"), True),
        (httpx2.ConnectTimeout("mau"), True),
        (httpx2.ReadTimeout("mau"), False),
        (httpx2.RemoteProtocolError("mau"), False),
    ],
)
async def test_only_what_was_not_sent_counts_as_untouched(error, untouched):
    with pytest.raises(Retryable) as told:
        await ask(raising(error))
    assert told.value.untouched is untouched
    assert "mau" not in str(told.value)


async def test_a_wrong_address_is_fatal():
    with pytest.raises(Fatal):
        await ask(raising(httpx2.UnsupportedProtocol("mau")))


async def test_a_compressed_bomb_is_not_read_to_its_end():
    bomb = gzip.compress(bytes(10_000_000))
    answer = httpx2.Response(200, content=bomb, headers={"content-encoding": "gzip"})
    with pytest.raises(Retryable, match="too large"):
        await ask(lambda _: answer)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"[" * 100_000])
async def test_an_answer_that_is_no_object_is_an_unknown_outcome(body):
    with pytest.raises(Retryable) as told:
        (await ask(lambda _: httpx2.Response(200, content=body))).json()
    assert not told.value.untouched
