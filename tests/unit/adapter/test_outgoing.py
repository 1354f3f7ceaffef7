import gzip
import subprocess
import sys

import httpx2
import pytest
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.http import as_code
from lgsp_adapter.net import DirectClient
from lgsp_adapter.outgoing import Template, exchange


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


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("-124", "-124"),
        (0, "0"),
        ("soap:Server", "soap:Server"),
        ("thuê bao 0900000000 không nhận tin", None),
        ("số", None),
        ("x" * 33, None),
        ("", None),
        (True, None),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_a_code_is_a_code_and_free_text_is_none(value, code):
    assert as_code(value) == code


def test_no_address_is_logged_by_an_adapter_with_a_client_of_its_own():
    """In a process of its own: here other tests have long imported the rest of the SDK."""
    program = (
        "import logging, lgsp_adapter, httpx2\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "answer = httpx2.MockTransport(lambda _: httpx2.Response(200))\n"
        "httpx2.Client(transport=answer).get('https://mau.example/?ma=bi-mat')\n"
        "logging.getLogger('mau').info('it is loud')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "it is loud" in done.stderr
    assert "bi-mat" not in done.stderr


async def test_an_exchange_of_a_direct_client_has_no_cookie_and_follows_nothing():
    heard = []

    def handler(request):
        heard.append((request.url.path, "cookie" in request.headers))
        headers = {"set-cookie": "mau=1; Path=/", "location": "/khac"}
        return httpx2.Response(302, headers=headers)

    async with DirectClient(httpx2.MockTransport(handler), follow_redirects=True) as client:
        for _ in range(2):
            reply = await exchange(client, client.build_request("GET", "https://mau.example/a"))
            assert reply.status == 302
    assert heard == [("/a", False)] * 2


async def test_a_direct_client_that_is_closed_calls_nobody():
    def handler(_):
        raise AssertionError

    client = DirectClient(httpx2.MockTransport(handler))
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.exchange(httpx2.Request("GET", "https://mau.example/"))


async def test_a_template_makes_the_calls_that_the_client_would_make():
    heard = []

    def handler(request):
        heard.append((request.content, sorted(request.headers.multi_items())))
        return httpx2.Response(204)

    own = {"Webhook-Id": "msg_1", "User-Agent": "mau", "content-type": "application/json"}
    transport = httpx2.MockTransport(handler)
    async with DirectClient(transport, headers={"user-agent": "lgsp-hub"}) as client:
        template = Template(client, "POST", "https://mau.example:8443/nhan?a=1")
        for body in (b'{"mau": 1}', b""):
            made = template.request(own, body)
            plain = client.build_request("POST", made.url, content=body, headers=own)
            assert (made.url, made.extensions) == (plain.url, plain.extensions)
            await exchange(client, made)
            await exchange(client, plain)
    assert heard[0] == heard[1]
    assert heard[2] == heard[3]
