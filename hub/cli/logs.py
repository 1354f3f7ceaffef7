"""Logging of a process: one JSON object a line on standard error, never personal data.

Invariant 9: what a log may hold is decided here, once, and not by whoever writes a line.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from types import TracebackType
from typing import Any, BinaryIO, Final

import orjson
import structlog

FORBIDDEN: Final = frozenset(
    {
        "assertion", "attributes", "authorization", "body", "content", "cookie", "data", "email",
        "form", "headers", "params", "password", "payload", "person", "phone", "query", "secret",
        "signature", "subject", "token", "url", "value",
    }
)  # fmt: skip
"""Names under which a message's content, a person's data or a secret would stand."""

REMOVED: Final = "[removed]"

OWN_PACKAGES: Final = frozenset({"hub", "lgsp_message", "lgsp_client"})
"""Their errors name places, never values, so their texts may be logged. Others' texts quote what
they were given: pydantic and json a document's value, SQL drivers a row."""

QUIET: Final[Mapping[str, int]] = {
    # A request line holds identifiers and query strings; the hub's own line says what matters.
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
    "aiokafka": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "alembic": logging.WARNING,
    # Invariant 9: it logs subjects of certificates, so citizens' numbers, and whole tracebacks.
    "pyhanko_certvalidator": logging.CRITICAL + 1,
}

REPEAT_SECONDS: Final = 10.0
"""While a broker is away, aiokafka writes ten lines a second that say the same. One of each is
enough: the hub's own lines say what it does about it."""

Event = MutableMapping[str, Any]


def configure(process: str, *, level: str = "INFO", stream: BinaryIO | None = None) -> None:
    """Send every log line of this process to `stream` (standard error) as JSON."""
    out = stream or sys.stderr.buffer
    least = logging.getLevelNamesMapping()[level]
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name(process),
        plain_exception,
        without_personal_data,
    ]
    structlog.configure(
        processors=[*chain, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.BytesLoggerFactory(file=out),
        cache_logger_on_first_use=True,
    )
    _take_over_foreign_loggers(chain, least, out)


def plain_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Replace an exception by its kinds and places; texts only of the hub's own errors."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told
    error = error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        event["error"] = _chain(error)
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        event["at"] = _frames(error.__traceback__)
    return event


def without_personal_data(_logger: Any, _method: str, event: Event) -> Event:
    """Remove what stands under a forbidden name."""
    for name in FORBIDDEN.intersection(event):
        event[name] = REMOVED
    return event


def _name(process: str) -> Any:
    def add(_logger: Any, _method: str, event: Event) -> Event:
        event["process"] = process
        return event

    return add


def _chain(error: BaseException) -> list[str]:
    """Return an error and its causes, the outermost first."""
    told, seen = [], set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        own = type(current).__module__.partition(".")[0] in OWN_PACKAGES
        told.append(f"{type(current).__name__}: {current}" if own else type(current).__name__)
        current = _before(current)
    return told


def _before(error: BaseException) -> BaseException | None:
    """Return what led to an error; of a task group's errors the first."""
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions[0]
    context = None if error.__suppress_context__ else error.__context__
    return error.__cause__ or context


def _frames(trace: TracebackType | None) -> list[str]:
    """Return the places of a traceback, innermost last; no source lines, no values."""
    return [
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def _take_over_foreign_loggers(chain: list[Any], least: int, out: BinaryIO) -> None:
    """Give the standard library's loggers (aiokafka, uvicorn, asyncio) the same form."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, _record_exception, *chain],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _first_line,
            structlog.processors.JSONRenderer(serializer=_json_text),
        ],
        keep_exc_info=False,
    )
    handler = logging.StreamHandler(_Text(out))
    handler.setFormatter(formatter)
    handler.addFilter(NotAgain())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(least)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, least))


def _record_exception(_logger: Any, _method: str, event: Event) -> Event:
    record = event.get("_record")
    if record is not None and record.exc_info:
        event["exc_info"] = record.exc_info
        # Otherwise the formatter appends the text with all its values.
        record.exc_info, record.exc_text = None, None
    return event


def _first_line(_logger: Any, _method: str, event: Event) -> Event:
    """Keep the first line of a foreign text: asyncio appends the failed task's values below."""
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    return event


def _json(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS)


def _json_text(event: Any, **options: Any) -> str:
    return _json(event, **options).decode()


class NotAgain(logging.Filter):
    """Lets a line of another library pass once in a while, by the place that wrote it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this line passes."""
        place, now = (record.pathname, record.lineno), self._clock()
        if now - self._passed.get(place, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._passed[place] = now
        return True


class _Text:
    """A text stream over bytes: both kinds of loggers write whole lines to one descriptor."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> None:
        """Write text as UTF-8."""
        self._out.write(text.encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Flush the bytes below."""
        self._out.flush()
