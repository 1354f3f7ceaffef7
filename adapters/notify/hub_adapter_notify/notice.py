"""A `citizen.notice` as values, and what a message is made of. No I/O, no clock."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from lgsp_adapter import Config, Delivery, Reject, Text
from pydantic import Field

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TELEPHONE = re.compile(r"\+?[0-9]{8,15}")
_COUNTRY: Final = "84"


class Template(Config):
    """A template that the gateway approved beforehand."""

    gateway_id: Annotated[str, Text(vi="Mã mẫu tại nhà mạng", en="Its id at the gateway")]
    parameters: Annotated[tuple[str, ...], Text(vi="Tham số theo thứ tự", en="Parameters")] = ()
    text: Annotated[str, Text(vi="Nội dung", en="Text")] = ""
    """With `{name}` where a parameter stands; for gateways that take text, and for e-mail."""
    subject: Annotated[str, Text(vi="Tiêu đề thư", en="Subject of the e-mail")] = ""
    longest: Annotated[
        int, Text(vi="Độ dài tối đa của tham số", en="Longest parameter"), Field(ge=1)
    ] = 400
    """Characters; what is longer is cut, because the gateway would refuse the message for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told, to whom, and when."""

    code: str
    agency: str
    channels: tuple[str, ...]
    consented: bool
    recipient: Mapping[str, str] = field(repr=False)
    template: str | None
    parameters: Mapping[str, str] = field(repr=False)
    text: str | None = field(repr=False)
    send_after: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: either side of it is used, as the gateway asks."""

    gateway_id: str
    parameters: Mapping[str, str] = field(repr=False)
    """In the template's order, cut to its limit."""
    text: str = field(repr=False)
    subject: str = field(repr=False)


def read(delivery: Delivery) -> Notice:
    """Return the notice of a delivery.

    Raises:
        Reject: `not_a_notice` with the place: the schema lets none through, a bypass might.
    """
    try:
        raw = json.loads(delivery.body)
        template = raw.get("template") or {}
        return Notice(
            code=raw["notice_code"],
            agency=raw["agency"]["code"],
            channels=tuple(raw["channels"]),
            consented=raw["consent"]["given"] is True,
            recipient=raw["recipient"],
            template=template.get("id"),
            parameters=template.get("parameters") or {},
            text=raw.get("text"),
            send_after=_moment(raw.get("send_after")),
            expires_at=_moment(raw.get("expires_at")),
        )
    except KeyError as error:
        # The name of a field of ours that is missing; no content.
        raise Reject("not_a_notice", f"/{error.args[0]}") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Reject("not_a_notice", "/") from None


def contact(notice: Notice, name: str) -> str:
    """Return the recipient's address for a channel; a telephone number as 84 and digits.

    Raises:
        Reject: `no_contact`.
    """
    value = notice.recipient.get(name, "")
    if name == "telephone":
        value = _international(value)
    if not value:
        raise Reject("no_contact", f"/recipient/{name}")
    return value


def _international(number: str) -> str:
    if not _TELEPHONE.fullmatch(number):
        return ""
    digits = number.removeprefix("+")
    return _COUNTRY + digits[1:] if digits.startswith("0") else digits


def compose(
    notice: Notice, templates: Mapping[str, Template], free: Template | None, longest: int
) -> Message:
    """Return what is sent. `free` is the template of a notice that brings its own text.

    Raises:
        Reject: `template_unknown`, `parameter_missing`, or `too_long`: a text is never cut.
    """
    template, given = _chosen(notice, templates, free)
    missing = [name for name in template.parameters if name not in given]
    if missing:
        raise Reject("parameter_missing", f"/template/parameters/{missing[0]}")
    cut = {name: given[name][: template.longest] for name in template.parameters}
    text = _filled(template.text, cut)
    if len(text) > longest:
        raise Reject("too_long", f"more than {longest} characters")
    return Message(
        gateway_id=template.gateway_id,
        parameters=cut,
        text=text,
        subject=" ".join(_filled(template.subject, cut).split()),
    )


def _chosen(
    notice: Notice, templates: Mapping[str, Template], free: Template | None
) -> tuple[Template, Mapping[str, str]]:
    if notice.template is None:
        if free is None or notice.text is None:
            raise Reject("template_unknown", "/text: this channel sends templates only")
        return free, {"text": notice.text}
    template = templates.get(notice.template)
    if template is None:
        raise Reject("template_unknown", "/template/id")
    return template, notice.parameters


def _filled(text: str, values: Mapping[str, str]) -> str:
    # Not str.format: `{a.__class__}` in a template or a value must stay what it is.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
