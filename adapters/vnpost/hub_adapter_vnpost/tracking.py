"""From the post office's tracking events to messages. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from lgsp_adapter import Draft, Reject

STEP: Final = "vn.gov.dossier.step.v1"
RETURNED: Final = "vn.gov.dossier.returned.v1"

ORG: Final = "urn:hub:org:"

_VIET_NAM: Final = timezone(timedelta(hours=7))
_FINISHED: Final = 9
_RETURNED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How an event of the tracking answer is spelt."""

    events: str
    code: str
    text: str
    time: str
    format: str
    delivered: frozenset[str]
    ended: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, as it was given."""

    order: str
    raw: str
    """JSON with sorted names: the same event has the same bytes."""

    @property
    def key(self) -> str:
        """The same event read twice has the same key."""
        return f"{self.order}/{hashlib.sha256(self.raw.encode()).hexdigest()[:32]}"


def events(order: str, answer: Mapping[str, Any], shape: Shape) -> list[Event]:
    """Return the events of a tracking answer in the order of their times.

    Nothing says in which order an answer has them, and the end of a parcel must be told last.
    """
    found = answer.get(shape.events)
    # What is neither missing nor a list is told as an event nobody can read: not passed over.
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return [
        Event(order=order, raw=json.dumps(each, ensure_ascii=False, sort_keys=True))
        for each in sorted(listed, key=lambda each: _when(each, shape))
    ]


def _when(event: Any, shape: Shape) -> datetime:
    """Return an event's time; what nobody can read comes first, so that nothing waits for it."""
    moment = None
    if isinstance(event, dict):
        moment = _moment(event.get(shape.time), shape.format)
    return moment or datetime.min.replace(tzinfo=_VIET_NAM)


def is_last(event: Event, shape: Shape) -> bool:
    """Say whether nothing follows it: delivered, or ended otherwise."""
    content = json.loads(event.raw)
    code = str(content.get(shape.code)) if isinstance(content, dict) else ""
    return code in shape.delivered | shape.ended


def draft(event: Event, memory: Mapping[str, str], shape: Shape) -> Draft | Reject:
    """Return the message about an event, or why there is none."""
    content = json.loads(event.raw)
    if not isinstance(content, dict):
        return Reject("bad_event", "an event is no object")
    code, moment = content.get(shape.code), _moment(content.get(shape.time), shape.format)
    if not isinstance(code, str | int) or moment is None:
        status = content.get("Status")
        return Reject(
            "bad_event",
            f"{shape.code} or {shape.time}",
            peer_code=status if isinstance(status, str) else None,
        )
    delivered = str(code) in shape.delivered
    common = {"dossier_code": memory["dossier_code"], "agency": {"code": memory["agency"]}}
    text = str(content.get(shape.text) or code)
    body = _returned(event, moment, text) if delivered else _step(moment, text)
    return Draft(
        id="vnpost-" + hashlib.sha256(event.key.encode()).hexdigest()[:40],
        type=RETURNED if delivered else STEP,
        body=json.dumps({**common, **body}, ensure_ascii=False).encode(),
        subject=unicodedata.normalize("NFC", memory["dossier_code"]),
        # Whoever gave the result to the post hears of it: a message to nobody would be refused.
        recipients=(ORG + memory["agency"],),
        time=moment,
    )


def _step(moment: datetime, text: str) -> dict[str, Any]:
    return {"state": _FINISHED, "processed_at": moment.isoformat(), "content": text}


def _returned(event: Event, moment: datetime, text: str) -> dict[str, Any]:
    return {
        "state": _RETURNED,
        "returned_at": moment.isoformat(),
        "method": "post",
        "tracking_code": event.order,
        "return_info": text,
    }


def _moment(value: Any, form: str) -> datetime | None:
    """Return a time; without a zone it is Viet Nam's."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.strptime(value, form) if form else datetime.fromisoformat(value)  # noqa: DTZ007  (next line)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=_VIET_NAM)
