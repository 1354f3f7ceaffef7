"""Requests and their answers: a deadline, one answer or several, a limit for each officer. Pure.

An answer proves by the delivery token that it answers a genuine request which was delivered to its
sender, so nothing of the other sender's partition has to be known (as receipts do).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message, Received

from hub.answers import Answer
from hub.decision.events import Memory
from hub.decision.exchange_record import ExchangeRecord
from hub.decision.rules import Rules
from hub.ports import Admitted
from hub.signing.macs import officer_mark, read_delivery_token

NAME: Final = "exchange"
"""The member of an `admitted` event's detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What a request or an answer leaves behind."""

    told: dict[str, Any]
    """For the audit event."""
    remembered: Memory | None = None


_NOTHING: Final = Exchanged(told={})


def exchanged(
    received: Received,
    message: Message,
    value: Any,
    admitted: Admitted,
    rules: Rules,
    now: datetime,
) -> Exchanged:
    """Return what is to be told and remembered; nothing of messages that are neither.

    Raises:
        Refused: `DEADLINE_MISSING`, `NAMES_A_PERSON`, `OFFICER_LIMIT`, `NO_ANSWER_TO`,
            `BAD_DELIVERY_TOKEN`, `ALREADY_ANSWERED`.
    """
    type_ = message.attributes.type
    record = rules.exchanges.get(type_)
    if record is not None:
        return _asked(message, value, record, admitted, now, _marker(received, rules))
    asked = rules.answers.get(type_)
    if asked is None:
        return _NOTHING
    return _answered(message, value, rules.exchanges[asked], admitted, rules, now)


def _asked(
    message: Message,
    value: Any,
    record: ExchangeRecord,
    admitted: Admitted,
    now: datetime,
    mark_of: Callable[[str, str], str],
) -> Exchanged:
    _expect_bounded(message, personal=bool(record.officer))
    if not record.officer:
        return _NOTHING
    code = value.get(record.officer) if isinstance(value, dict) else None
    if not isinstance(code, str) or not code:
        raise Refused(Reason.SCHEMA_VIOLATION, "required", f"/{record.officer}")
    source = message.attributes.source
    mark, hour = mark_of(source, code), f"{now:%Y%m%d%H}"
    key = counting_key(mark, hour)
    known = admitted.get(source, key)
    count = 1 if known is None else known.count + 1
    if record.per_hour and count > record.per_hour:
        raise Refused(Reason.OFFICER_LIMIT, "of this officer in this hour", f"/{record.officer}")
    counted = Answer(content_hash=b"", decided_at=now.timestamp(), count=count)
    memory = Memory(source=source, key=key, answer=counted)
    return Exchanged(told={"officer": mark, "hour": hour}, remembered=memory)


def _marker(received: Received, rules: Rules) -> Callable[[str, str], str]:
    """Return what makes the marks of officers for one message."""
    stamp = received.stamp
    if stamp is None:
        raise ValueError("a message without a stamp of admission is not proven")
    # Under the key that stamped the message: see `officer_mark`.
    return lambda source, code: officer_mark(rules.macs, stamp.mac, source=source, code=code)


def _answered(
    message: Message,
    value: Any,
    record: ExchangeRecord,
    admitted: Admitted,
    rules: Rules,
    now: datetime,
) -> Exchanged:
    _expect_bounded(message, personal=bool(record.officer))
    claim, request = message.attributes, value.get("request") if isinstance(value, dict) else None
    if not isinstance(request, dict):
        raise Refused(Reason.SCHEMA_VIOLATION, "required", "/request")
    asker, id_ = str(request.get("source", "")), str(request.get("id", ""))
    if claim.correlationid != id_:
        raise Refused(Reason.NO_ANSWER_TO, "it is the request's id", "correlationid")
    if claim.recipients != (asker,):
        raise Refused(Reason.NO_ANSWER_TO, "the system that asked, and no other", "recipients")
    source = asker.removeprefix(SYSTEM_PREFIX)
    _expect_genuine(str(request.get("token", "")), source, id_, claim.source, rules)
    key = answered_key(source, id_)
    if not record.several and admitted.get(claim.source, key) is not None:
        raise Refused(Reason.ALREADY_ANSWERED, "one system answers once", "/request/id")
    counted = Answer(content_hash=b"", decided_at=now.timestamp())
    memory = Memory(source=claim.source, key=key, answer=counted)
    return Exchanged(told={"source": source, "id": id_}, remembered=memory)


def _expect_genuine(token: str, source: str, id_: str, recipient: str, rules: Rules) -> None:
    try:
        read_delivery_token(rules.macs, token, source=source, id=id_, recipient=recipient)
    except Refused as refusal:
        raise Refused(refusal.reason, refusal.detail, "/request/token") from None


def _expect_bounded(message: Message, *, personal: bool) -> None:
    claim = message.attributes
    if claim.expirytime is None:
        raise Refused(Reason.DEADLINE_MISSING, "until when somebody waits", "expirytime")
    if personal and claim.subject is not None:
        # Invariant 9: a subject stands in lists, events and searches; a look-up is about a person.
        raise Refused(Reason.NAMES_A_PERSON, "a look-up has no subject", "subject")


def counting_key(mark: str, hour: str) -> str:
    """Return the key under which an officer's requests are counted. Message ids hold no spaces."""
    return f"asked {mark} {hour}"


def answered_key(source: str, id_: str) -> str:
    """Return the key under which it is remembered that a request was answered."""
    return f"answered {source} {id_}"
