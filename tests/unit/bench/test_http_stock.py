"""What the load generator sends is what a careful client would have sent."""

from lgsp_message.cloudevents import SIGNATURE_HEADER, from_http
from lgsp_message.jws import decode, verify
from lgsp_message.keys import verifying_key
from lgsp_message.values import Received

from bench.data import HUB, body, make_province
from bench.http_stock import Stock


def received(stock, message):
    lines = stock.headers(message).decode().splitlines()
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return Received(
        attributes=from_http(headers), body=stock.body, signature=dict(headers)[SIGNATURE_HEADER]
    )


def test_every_message_is_signed_by_its_sender_over_its_own_id():
    province = make_province()
    stock = Stock(province.keys, HUB, body())
    messages = stock.sign(len(province.keys) + 2)
    assert len({message.id for message in messages}) == len(messages)
    for number in (0, 1, len(province.keys), len(province.keys) + 1):
        message = received(stock, messages[number])
        key = province.keys[number % len(province.keys)]
        proven = verify(decode(message, HUB), verifying_key(key.public_key(), "ES256"))
        assert proven.attributes.text["id"] == messages[number].id.decode()


def test_a_batch_is_of_one_sender():
    stock = Stock(make_province().keys, HUB, body())
    batches = list(stock.batches(3, 4))
    assert [[message.sender for message in one] for one in batches] == [[n] * 4 for n in range(3)]


def test_sender_and_recipient_differ():
    province = make_province()
    stock = Stock(province.keys, HUB, body())
    for message in stock.sign(len(province.keys)):
        attributes = received(stock, message).attributes
        assert attributes["source"].rpartition("-")[2] != attributes["recipients"][-3:]
