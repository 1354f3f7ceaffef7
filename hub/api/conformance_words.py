"""What each line of the checklist wants, for people: in Vietnamese and English."""

from collections.abc import Mapping
from typing import Final

_VALID: Final = "valid "

_WANTED: Final[Mapping[str, tuple[str, str]]] = {
    "invalid": (
        "Gửi một thông điệp có nội dung sai lược đồ: trục phải từ chối, phần mềm phải báo lỗi.",
        "Send a message whose body breaks the schema: the hub refuses it, the program must tell.",
    ),
    "mended after invalid": (
        "Sau khi bị từ chối, sửa nội dung rồi gửi lại và được nhận.",
        "After the refusal, mend the body, send it again, and have it taken.",
    ),
    "duplicate": (
        "Gửi lại đúng thông điệp đã gửi, cùng mã: trục trả lời như lần đầu, không giao hai lần.",
        "Send the same message again under the same id: the answer is the first one.",
    ),
    "out of order": (
        "Gửi hai thông điệp của cùng một hồ sơ, thông điệp sau có thời điểm (time) sớm hơn.",
        "Send two messages of one subject, the second with an earlier time.",
    ),
    "large": (
        "Gửi một thông điệp lớn: kèm tệp (object), hoặc nội dung từ 128 KiB.",
        "Send a large message: with an object, or a body of 128 KiB.",
    ),
    "retry after 503": (
        "Gửi thông điệp có mã bắt đầu bằng retry-503-: lần đầu trục trả 503, lần sau phải nhận.",
        "Send a message whose id begins with retry-503-: answered 503 at first, taken the next.",
    ),
    "acknowledged": (
        "Nhận một thông điệp từ hộp thư của bản thử rồi gửi biên nhận.",
        "Take a message from the twin's inbox, and acknowledge it.",
    ),
}


def wanted(name: str) -> tuple[str, str]:
    """Return what a line of the checklist wants."""
    if name.startswith(_VALID):
        type_ = name.removeprefix(_VALID)
        return (
            f"Gửi một thông điệp đúng lược đồ, loại {type_}, và được nhận.",
            f"Send a message of type {type_} that fits its schema, and have it taken.",
        )
    return _WANTED[name]
