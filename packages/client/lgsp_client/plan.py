"""Requests without I/O. A plan is a generator: it yields what to ask and is sent the answer.

Both clients run the same plans: one with `await`, one without. Nothing is written twice, and a
test runs a plan with plain lists.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import orjson

from lgsp_client.errors import HubProtocolError, HubRefused, HubUnauthorised, HubUnavailable

T = TypeVar("T")

_log = logging.getLogger("lgsp_client")

Chunks: TypeAlias = Callable[[], Iterator[bytes]]
"""A body too large for memory: called anew for each attempt."""

OK: Final = range(200, 300)
UNCHANGED: Final = 304
"""Only where it was asked whether something has changed."""
UNAUTHORISED: Final = 401
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
ANSWER_SECONDS: Final = 30.0
"""Longest silence before an ordinary request counts as unanswered."""


class Sink(Protocol):
    """Takes the body of a successful answer in pieces."""

    def begin(self, status: int) -> None:
        """Prepare for the first piece: 200 is the whole, 206 goes on where the last try ended."""
        ...

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Chunks = b""
    sink: Sink | None = None
    timeout: float = ANSWER_SECONDS
    """Seconds of silence before it counts as unanswered."""
    pause: float = 0.0
    """Seconds to wait before it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


Plan: TypeAlias = Generator[Ask, Answer, T]


class NoAnswer(Exception):
    """The network gave no answer. Whether the hub got the request is unknown."""


def no_answer(error: Exception) -> NoAnswer:
    """Return what a plan is told of a network's error; its own words may name addresses.

    The error stays its cause, which `throw` into a plan would lose: whoever runs the line has to
    know a certificate that is not trusted from a cut cable.
    """
    told = NoAnswer(type(error).__name__)
    told.__cause__ = error
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How often and how fast to try again."""

    attempts: int | None = 6
    """Tries in all; None never gives up."""
    first: float = 0.25
    """Seconds before the second try; doubled each time."""
    longest: float = 30.0
    """Longest pause in seconds; a hub that asks for more gets it only if we never give up."""

    def pause(self, tries: int, asked: float | None, chance: float) -> float | None:
        """Return the seconds to wait after `tries` tries, or None to give up.

        `chance` (0 to 1) spreads many clients of one outage over time.
        """
        if self.attempts is not None and tries >= self.attempts:
            return None
        if asked is not None:
            # `Retry-After` is a promise of the hub: asking earlier only adds load.
            patient = self.attempts is None or asked <= self.longest
            return asked + self.first * chance if patient else None
        # Far beyond the doubling that reaches `longest`, 2**n would be no float any more.
        ceiling = min(self.longest, self.first * 2.0 ** min(tries - 1, 30))
        return ceiling * (1 + chance) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Time and chance, given by the client so that plans stay repeatable."""

    now: Callable[[], datetime]
    """Aware wall-clock time."""
    ticks: Callable[[], float]
    """Seconds of a clock that never jumps."""
    chance: Callable[[], float]
    """A number from 0 to 1."""


def once(ask: Ask) -> Plan[Answer]:
    """Ask once.

    Raises:
        HubUnavailable: no answer, 429, or 5xx.
    """
    try:
        answer = yield ask
    except NoAnswer as error:
        raise HubUnavailable(f"no answer from the hub ({error})") from error
    if is_for_later(answer.status):
        told = f"the hub answers {answer.status}"
        raise HubUnavailable(told, _retry_after(answer))
    return answer


def is_for_later(status: int) -> bool:
    """Say whether a status is the world's fault, not the request's: trying again may help."""
    return status == TOO_MANY or status >= SERVER_ERROR


def persistently(
    attempt: Callable[[float], Plan[T]], backoff: Backoff, chance: Callable[[], float]
) -> Plan[T]:
    """Run `attempt(pause)` until it is not unavailable, with growing pauses.

    Raises:
        HubUnavailable: the last one, once `backoff` gives up.
    """
    tries, pause = 0, 0.0
    while True:
        try:
            return (yield from attempt(pause))
        except HubUnavailable as error:
            tries += 1
            wait = backoff.pause(tries, error.retry_after, chance())
            if wait is None:
                raise
            # A receiver waits for ever: somebody should be able to see for what.
            _log.warning("%s; next try in %.1f s", error, wait)
            pause = wait


def after(ask: Ask, pause: float) -> Ask:
    """Return `ask`, to be sent after a pause."""
    return replace(ask, pause=pause) if pause else ask


def expect(answer: Answer) -> Answer:
    """Return a successful answer.

    Raises:
        HubUnauthorised: 401.
        HubRefused: any other 4xx, from its problem document (RFC 9457).
        HubProtocolError: a redirect, or something that is no answer of the hub.
    """
    if answer.status in OK or answer.status == UNCHANGED:
        return answer
    if answer.status < 400:  # noqa: PLR2004  (an HTTP status)
        raise HubProtocolError(f"the hub answers {answer.status}: is the address right?")
    problem = read_problem(answer.body)
    if answer.status == UNAUTHORISED:
        raise HubUnauthorised(problem.get("detail") or "the hub does not take this token")
    raise refusal(problem, answer.status)


def refusal(problem: Mapping[str, Any], status: int) -> HubRefused:
    """Return the refusal that a problem document tells."""
    code = problem.get("code") or f"http_{status}"
    detail = problem.get("detail") or problem.get("title") or ""
    return HubRefused(str(code), str(detail), str(problem.get("place") or ""), status)


def read_problem(body: bytes) -> dict[str, Any]:
    """Return a problem document, or an empty one: a proxy between us may answer in HTML."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def read_object(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        HubProtocolError: it is none.
    """
    try:
        value = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise HubProtocolError("the answer is not JSON") from error
    if not isinstance(value, dict):
        raise HubProtocolError("the answer is not a JSON object")
    return value


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110, section 10.2.3): a number or a date."""
    text = answer.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
        return max(0.0, (parsedate_to_datetime(text) - date).total_seconds())
    except (ValueError, TypeError):
        return None
