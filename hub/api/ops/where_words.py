"""Where a document is, in sentences for somebody who knows no hub."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from hub.decision.states import State

_VIET_NAM: Final = timezone(timedelta(hours=7))

_SENTENCES: Final[Mapping[State, tuple[str, str]]] = {
    State.PENDING: (
        "Đã gửi từ {sender} lúc {at}; chờ phần mềm của {recipient} nhận.",
        "Sent by {sender} at {at}; the software of {recipient} has yet to fetch it.",
    ),
    State.RETRYING: (
        (
            "Chưa chuyển được tới {recipient}, lần thử gần nhất lúc {at}; trục tự gửi lại, "
            "không ai phải làm gì."
        ),
        (
            "Not yet handed to {recipient}, last tried at {at}; the hub tries again by itself, "
            "nobody has to do anything."
        ),
    ),
    State.HELD: (
        "Đang bị giữ tại trục từ {at} để kiểm tra; người vận hành trục chịu trách nhiệm theo dõi.",
        "Held at the hub since {at} to be checked; the hub's operator looks after it.",
    ),
    State.MANUAL_REVIEW: (
        "Chưa rõ nơi nhận hoặc chữ ký văn bản, chờ tại trục từ {at}; người vận hành quyết định.",
        "Recipient or signature not clear; at the hub since {at}; its operator must decide.",
    ),
    State.DEAD_LETTER: (
        (
            "Không chuyển được tới {recipient}, trục ngừng thử lúc {at}; người vận hành trục phải "
            "xử lý."
        ),
        (
            "It could not be handed to {recipient}; the hub stopped trying at {at}; its operator "
            "must act."
        ),
    ),
    State.EXPIRED: (
        "Hết hạn hoặc bị bỏ lúc {at} mà chưa tới {recipient}; {sender} phải gửi lại nếu còn cần.",
        (
            "It expired or was dropped at {at} before it reached {recipient}; {sender} must send "
            "it again if it is still needed."
        ),
    ),
    State.WITHDRAWN: (
        "{sender} đã thu hồi lúc {at}, trước khi tới {recipient}.",
        "{sender} withdrew it at {at}, before it reached {recipient}.",
    ),
    State.DELIVERED: (
        "Đã đến phần mềm của {recipient} lúc {at}; chờ cơ quan này tiếp nhận.",
        "It reached the software of {recipient} at {at}; that agency has yet to take it.",
    ),
    State.ACKNOWLEDGED: (
        "{recipient} đã tiếp nhận lúc {at}; đang xử lý.",
        "{recipient} took it at {at} and works on it.",
    ),
    State.REJECTED: (
        "{recipient} từ chối lúc {at}; {sender} phải xem lý do và gửi lại nếu cần.",
        "{recipient} rejected it at {at}; {sender} must look why, and send it again if needed.",
    ),
    State.PROCESSED: (
        "{recipient} đã xử lý xong lúc {at}.",
        "{recipient} finished with it at {at}.",
    ),
}

_REFUSED: Final = (
    "Trục không nhận từ {sender} lúc {at}: {meaning} Phải làm: {next}",
    "The hub did not take it from {sender} at {at}: {meaning} To do: {next}",
)
_UNDECIDED: Final = (
    "Đang bị giữ tại trục từ {at}, chưa được xét; người vận hành trục phải kiểm tra.",
    "Held at the hub since {at}, not yet decided; the hub's operator must look at it.",
)


def local_time(at: datetime) -> str:
    """Return a moment as people in Viet Nam write it."""
    return at.astimezone(_VIET_NAM).strftime("%H:%M %d/%m/%Y")


def told(state: State, *, sender: str, recipient: str, at: datetime) -> tuple[str, str]:
    """Return where a delivery stands, in Vietnamese and English."""
    vi, en = _SENTENCES[state]
    names = {"sender": sender, "recipient": recipient, "at": local_time(at)}
    return vi.format(**names), en.format(**names)


def refused(
    help_: Mapping[str, Mapping[str, str]], *, sender: str, at: datetime
) -> tuple[str, str]:
    """Return why a message was not taken; `help_`: the reason's explanation in `vi` and `en`."""
    names = {"sender": sender, "at": local_time(at)}
    vi, en = (
        text.format(
            **names, meaning=_of(help_, language, "meaning"), next=_of(help_, language, "next")
        )
        for text, language in zip(_REFUSED, ("vi", "en"), strict=True)
    )
    return vi, en


def undecided(at: datetime) -> tuple[str, str]:
    """Return that a message is held before it was decided."""
    vi, en = (text.format(at=local_time(at)) for text in _UNDECIDED)
    return vi, en


_DUE: Final = (
    "Hạn: {by}; {agency} phải xong trước lúc đó.",
    "Due by {by}: {agency} must be done before.",
)
_OVERDUE: Final = (
    "Đã quá hạn từ {by}; {agency} phải giải quyết ngay hoặc gửi thư xin lỗi và hẹn lại.",
    "Overdue since {by}: {agency} must settle it now, or apologise and name another day.",
)
_DONE: Final = ("Đã xong lúc {done}; hạn là {by}.", "Done at {done}; it was due by {by}.")
_NOBODY: Final = ("cơ quan giải quyết", "the agency that handles it")


def limit(
    agency: str | None, *, by: datetime, done: datetime | None, overdue: bool
) -> tuple[str, str]:
    """Return until when something is to be done, and by whom, in Vietnamese and English."""
    sentences = _DONE if done is not None else _OVERDUE if overdue else _DUE
    at = {"by": local_time(by), "done": "" if done is None else local_time(done)}
    vi, en = (
        text.format(agency=agency or nobody, **at)
        for text, nobody in zip(sentences, _NOBODY, strict=True)
    )
    return vi, en


def _of(help_: Mapping[str, Mapping[str, str]], language: str, name: str) -> str:
    return help_.get(language, {}).get(name, "–")
