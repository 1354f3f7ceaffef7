"""What can be asked of a hub, as plans without I/O. Both clients run these."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from urllib.parse import quote, urlencode

import orjson
from lgsp_message.attributes import SYSTEM_PREFIX

from lgsp_client.answers import Checked, Outcome, Submitted
from lgsp_client.batch import Batch, slices
from lgsp_client.errors import HubProtocolError, HubRefused, HubUnavailable
from lgsp_client.outgoing import WITHDRAWAL, Options, Outgoing, compose, precheck, rfc3339
from lgsp_client.plan import ANSWER_SECONDS, Ask, Backoff, Plan, read_object
from lgsp_client.reading import read_findings, submitted
from lgsp_client.session import Session

RECEIPT_WAIT_SECONDS: Final = 10
"""How long to wait for the decision about a receipt; a decision takes some 0.1 s."""

SILENCE_SECONDS: Final = 45.0
"""Longest silence of a stream: three of the hub's heartbeats. Then it broke, or is held."""


class EvidenceOptions(TypedDict, total=False):
    """What a bundle shall prove in particular."""

    stage: str | None
    """`admitted`, `delivered`, `acknowledged`, `processed` or `rejected`."""
    recipient: str | None
    """The system whose stage it is; none for `admitted`."""
    not_by: datetime | None
    """Prove that the stage was not reached by this moment, which has passed."""
    since: int | None
    """Size of a checkpoint that one has kept: prove that the log continues it."""


class Core:
    """The calls of one system at one hub."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def compose(self, type_: str, body: Any, options: Options) -> Outgoing:
        """Build and sign a message of this system."""
        return compose(self.session.identity, self.session.world.now(), type_, body, options)

    def submit(self, type_: str, body: Any, wait: int | None, options: Options) -> Plan[Submitted]:
        """Build, look at, sign and send one message."""
        message = self.compose(type_, body, options)
        precheck(message)
        return (yield from self.send(message, wait))

    def send(self, message: Outgoing, wait: int | None = None) -> Plan[Submitted]:
        """Send the very same signed bytes until there is an answer."""
        answer = yield from self.session.call(_post("/v1/messages", message, wait))
        return submitted(message, answer.status, read_object(answer))

    def send_many(
        self,
        messages: Iterable[Outgoing],
        wait: int | None = None,
        backoff: Backoff | None = None,
    ) -> Plan[list[Outcome]]:
        """Send in batches; the outcomes stand in the order of `messages`.

        `wait`: seconds to wait for the decisions.
        """
        outcomes: list[Outcome] = []
        trouble: HubUnavailable | None = None
        for messages_ in slices(messages):
            if trouble is None:
                batch = Batch(self.session, messages_, wait, backoff)
                trouble = yield from batch.run()
                outcomes += batch.outcomes(trouble)
            else:
                # The hub was away for a whole round of retries: the rest is not thrown after it.
                outcomes += [trouble] * len(messages_)
        return outcomes

    def check(self, message: Outgoing) -> Plan[Checked]:
        """Ask what the hub would decide, with all errors at once."""
        answer = yield from self.session.call(_post("/v1/messages:check", message, None))
        fields = read_object(answer)
        return Checked(findings=read_findings(fields), answer=fields)

    def status(self, source: str, id_: str) -> Plan[Mapping[str, Any]]:
        """Ask what became of a message, for every recipient and step."""
        answer = yield from self.session.call(Ask(method="GET", path=_message_path(source, id_)))
        return read_object(answer)

    def evidence(self, source: str, id_: str, options: EvidenceOptions) -> Plan[bytes]:
        """Ask for the evidence about a message: an ASiC-E container."""
        path, query = f"{_message_path(source, id_)}/evidence", _query(options)
        ask = Ask(method="GET", path=f"{path}?{urlencode(query)}" if query else path)
        return (yield from self.session.call(ask)).body

    def proof(self, source: str, id_: str, *, anchored: bool) -> Plan[Mapping[str, Any]]:
        """Ask for the proof of each event of a message."""
        path = f"{_message_path(source, id_)}/proof?anchored={str(anchored).lower()}"
        answer = yield from self.session.call(Ask(method="GET", path=path))
        return read_object(answer)

    def withdraw(self, id_: str, reason: str, wait: int | None) -> Plan[Submitted]:
        """Take back one's own message: a signed message that names it."""
        message = self.compose(WITHDRAWAL, {"id": id_, "reason": reason}, {})
        path = f"{_message_path(self.session.identity.system, id_)}:withdraw"
        answer = yield from self.session.call(_post(path, message, wait))
        return submitted(message, answer.status, read_object(answer))

    def acknowledge(
        self, receipts: Sequence[Outgoing], backoff: Backoff | None = None
    ) -> Plan[list[Outcome]]:
        """Hand in signed receipts, and hear what the hub decides about each.

        A receipt that is refused after a mere 202 would leave its messages pending in silence.
        Several go together: each decision takes its time, and all take it at once.
        """
        if len(receipts) == 1:
            return [(yield from self._acknowledge(receipts[0], backoff))]
        return (yield from self.send_many(receipts, RECEIPT_WAIT_SECONDS, backoff))

    def _acknowledge(self, receipt: Outgoing, backoff: Backoff | None) -> Plan[Outcome]:
        ask = _post("/v1/inbox/ack", receipt, RECEIPT_WAIT_SECONDS)
        try:
            answer = yield from self.session.call(ask, backoff)
            return submitted(receipt, answer.status, read_object(answer))
        except (HubRefused, HubUnavailable) as error:
            return error

    def page(
        self, after: str | None, wait: int, limit: int, backoff: Backoff | None
    ) -> Plan[Mapping[str, Any]]:
        """Ask for the next messages of one's own inbox; `wait` seconds for the first."""
        query = {"wait": str(wait), "limit": str(limit)} | ({"after": after} if after else {})
        ask = Ask(
            method="GET",
            path=f"/v1/inbox?{urlencode(query)}",
            headers={"accept": "application/json"},
            timeout=wait + ANSWER_SECONDS,
        )
        answer = yield from self.session.call(ask, backoff)
        return read_object(answer)

    def stream(self, after: str | None) -> Plan[Ask]:
        """Return the request for one's own inbox as a stream of events; it is not sent yet."""
        place = {"last-event-id": after} if after else {}
        ask = Ask(
            method="GET",
            path="/v1/inbox/stream",
            headers={"accept": "text/event-stream", **place},
            timeout=SILENCE_SECONDS,
        )
        return (yield from self.session.bearing(ask))

    def seek(self, time: str) -> Plan[str]:
        """Ask for the cursor of a moment (RFC 3339)."""
        answer = yield from self.session.call(_json_post("/v1/inbox:seek", {"time": time}))
        cursor = read_object(answer).get("cursor")
        if not isinstance(cursor, str):
            raise HubProtocolError("the seek answer has no cursor")
        return cursor


def _post(path: str, message: Outgoing, wait: int | None) -> Ask:
    prefer = {} if wait is None else {"prefer": f"wait={wait}"}
    return Ask(
        method="POST",
        path=path,
        headers=message.headers | prefer,
        body=message.body,
        timeout=ANSWER_SECONDS + (wait or 0),
    )


def _json_post(path: str, value: Any) -> Ask:
    headers = {"content-type": "application/json"}
    return Ask(method="POST", path=path, headers=headers, body=orjson.dumps(value))


def _message_path(source: str, id_: str) -> str:
    name = source.removeprefix(SYSTEM_PREFIX)
    return f"/v1/messages/{quote(name, safe='')}/{quote(id_, safe='')}"


def _query(options: EvidenceOptions) -> dict[str, str]:
    told: Mapping[str, Any] = options
    return {
        name: rfc3339(value) if isinstance(value, datetime) else str(value)
        for name, value in told.items()
        if value is not None
    }
