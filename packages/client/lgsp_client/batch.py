"""Many messages in one request: `multipart/mixed` (RFC 2046, section 5.1.3), raw bytes."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from lgsp_client.answers import Outcome
from lgsp_client.errors import HubProtocolError, HubRefused, HubUnavailable
from lgsp_client.outgoing import Outgoing
from lgsp_client.plan import (
    ANSWER_SECONDS,
    OK,
    Answer,
    Ask,
    Backoff,
    Plan,
    is_for_later,
    persistently,
    refusal,
)
from lgsp_client.reading import submitted
from lgsp_client.session import Session

MAX_BATCH: Final = 50
"""Most messages in one request: the hub's limit."""
MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
"""Most bytes in one request, below the hub's 8 MiB: it stays in memory, here and there."""


def slices(messages: Iterable[Outgoing]) -> Iterator[tuple[Outgoing, ...]]:
    """Cut `messages` into batches, in order."""
    batch: list[Outgoing] = []
    size = 0
    for message in messages:
        full = len(batch) == MAX_BATCH or size + _size(message) > MAX_BATCH_BYTES
        if batch and full:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(message)
        size += _size(message)
    if batch:
        yield tuple(batch)


def _size(message: Outgoing) -> int:
    """Return about how many bytes a part takes; the signed header repeats the attributes."""
    return len(message.body) + 2 * len(message.signature)


def encode_batch(messages: Sequence[Outgoing]) -> tuple[str, bytes]:
    """Return the content type and the body of a request with `messages`.

    The boundary is random: 128 bits stand in no body by chance or by intent.
    """
    boundary = secrets.token_hex(16)
    parts = b"".join(_part(boundary, message) for message in messages)
    return f"multipart/mixed; boundary={boundary}", parts + f"--{boundary}--\r\n".encode()


def _part(boundary: str, message: Outgoing) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in message.headers.items())
    return f"--{boundary}\r\n{lines}\r\n".encode() + message.body + b"\r\n"


class Batch:
    """One batch on its way. Messages that the hub puts off are sent again, the others are not."""

    def __init__(
        self,
        session: Session,
        messages: Sequence[Outgoing],
        wait: int | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._session, self._messages = session, messages
        self._wait, self._backoff = wait, backoff or session.backoff
        self._done: dict[int, Outcome] = {}

    def run(self) -> Plan[HubUnavailable | None]:
        """Send until each message has its outcome; return why not, if the hub stays away."""
        session = self._session
        try:
            yield from persistently(self._attempt, self._backoff, session.world.chance)
        except HubUnavailable as error:
            return error
        return None

    def outcomes(self, trouble: HubUnavailable | None) -> list[Outcome]:
        """Return one outcome for each message, in order; `trouble` for those that have none."""
        missing = trouble or HubUnavailable("no outcome")
        return [self._done.get(number, missing) for number in range(len(self._messages))]

    def _attempt(self, pause: float) -> Plan[None]:
        left = [number for number in range(len(self._messages)) if number not in self._done]
        content_type, body = encode_batch([self._messages[number] for number in left])
        preferred = {} if self._wait is None else {"prefer": f"wait={self._wait}"}
        ask = Ask(
            method="POST",
            path="/v1/messages",
            headers={"content-type": content_type, **preferred},
            body=body,
            timeout=ANSWER_SECONDS + (self._wait or 0),
        )
        answer = yield from self._session.attempt(ask, pause)
        later = [item for item in _items(answer, len(left)) if not self._settle(left, item)]
        if later:
            raise HubUnavailable(f"the hub puts off {len(later)} of {len(left)} messages")

    def _settle(self, left: Sequence[int], item: Mapping[str, Any]) -> bool:
        """Note the outcome of one message; say whether it has one."""
        number, status = left[item["index"]], item["status"]
        if is_for_later(status):
            return False
        self._done[number] = self._outcome(number, status, item)
        return True

    def _outcome(self, number: int, status: int, item: Mapping[str, Any]) -> Outcome:
        if status not in OK:
            return refusal(item.get("problem") or {}, status)
        try:
            return submitted(self._messages[number], status, item)
        except HubRefused as error:
            return error


def _items(answer: Answer, expected: int) -> list[Mapping[str, Any]]:
    """Return the items of a 207 answer: one for each message.

    Raises:
        HubProtocolError: they are not.
    """
    try:
        items: list[Mapping[str, Any]] = orjson.loads(answer.body)
        complete = sorted(item["index"] for item in items) == list(range(expected))
        typed = all(isinstance(item["status"], int) for item in items)
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise HubProtocolError("the batch answer is no list of outcomes") from error
    if not (complete and typed):
        raise HubProtocolError("the batch answer has not one outcome for each message")
    return items
