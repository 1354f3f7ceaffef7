"""What cannot be read or written: one exception with a code, a place and words for people."""

from enum import StrEnum, unique
from typing import Final


@unique
class Fault(StrEnum):
    """Stable codes: adapters and operators match on them. Never rename one; add a new one."""

    # The bytes.
    TOO_LARGE = "too_large"
    NOT_WELL_FORMED = "not_well_formed"
    DTD_FORBIDDEN = "dtd_forbidden"
    TOO_DEEP = "too_deep"
    TOO_MANY_ELEMENTS = "too_many_elements"
    TOKEN_TOO_LARGE = "token_too_large"  # noqa: S105  (a code, not a password)
    # The fields.
    NOT_EDXML = "not_edxml"
    MISSING = "missing"
    REPEATED = "repeated"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    VALUE_INVALID = "value_invalid"
    STATUS_CODE_UNKNOWN = "status_code_unknown"
    BUSINESS_UNKNOWN = "business_unknown"
    # The attachments.
    NOT_BASE64 = "not_base64"
    ATTACHMENT_TOO_LARGE = "attachment_too_large"
    ZIP_BOMB = "zip_bomb"
    ZIP_ENCRYPTED = "zip_encrypted"
    ZIP_ENTRY_UNSAFE = "zip_entry_unsafe"
    # Writing only.
    SPACE_AROUND = "space_around"
    ILLEGAL_CHARACTER = "illegal_character"
    OBJECT_MISSING = "object_missing"


WORDS: Final = {
    Fault.TOO_LARGE: ("Gói tin quá lớn.", "The packet is too large."),
    Fault.NOT_WELL_FORMED: ("Gói tin không phải XML hợp lệ.", "The packet is not well-formed XML."),
    Fault.DTD_FORBIDDEN: ("Gói tin chứa DOCTYPE, không được phép.", "A DOCTYPE is not allowed."),
    Fault.TOO_DEEP: ("Các phần tử lồng nhau quá sâu.", "Elements are nested too deeply."),
    Fault.TOO_MANY_ELEMENTS: ("Gói tin có quá nhiều phần tử.", "There are too many elements."),
    Fault.TOKEN_TOO_LARGE: (
        "Một thẻ hoặc chú thích quá dài.",
        "One tag, comment or instruction is too long.",
    ),
    Fault.NOT_EDXML: ("Đây không phải gói tin edXML.", "This is not an edXML packet."),
    Fault.MISSING: ("Thiếu thông tin bắt buộc.", "A required value is missing or empty."),
    Fault.REPEATED: (
        "Thông tin chỉ được có một lần lại xuất hiện nhiều lần.",
        "What may stand once stands more than once.",
    ),
    Fault.TOO_LONG: ("Nội dung quá dài.", "The text is too long."),
    Fault.TOO_MANY: ("Danh sách có quá nhiều mục.", "The list has too many items."),
    Fault.VALUE_INVALID: (
        "Giá trị không đúng kiểu hoặc ngoài phạm vi.",
        "The value has the wrong form or is out of range.",
    ),
    Fault.STATUS_CODE_UNKNOWN: ("Mã trạng thái không xác định.", "The status code is not known."),
    Fault.BUSINESS_UNKNOWN: ("Loại nghiệp vụ không xác định.", "The business type is not known."),
    Fault.NOT_BASE64: ("Tệp đính kèm không phải base64.", "The attachment is not base64."),
    Fault.ATTACHMENT_TOO_LARGE: ("Tệp đính kèm quá lớn.", "Attachments are too large."),
    Fault.ZIP_BOMB: (
        "Tệp nén bung ra quá lớn.",
        "The ZIP grows beyond what is allowed.",
    ),
    Fault.ZIP_ENCRYPTED: (
        "Tệp nén có mật khẩu, không mở được.",
        "The ZIP that wraps the attachment is encrypted.",
    ),
    Fault.ZIP_ENTRY_UNSAFE: (
        "Tên tệp trong gói nén không an toàn.",
        "The name inside the ZIP points outside of it.",
    ),
    Fault.SPACE_AROUND: (
        "Có khoảng trắng ở đầu hoặc cuối giá trị.",
        "The value begins or ends with white space.",
    ),
    Fault.ILLEGAL_CHARACTER: (
        "Có ký tự không được phép trong XML.",
        "The text has a character that XML does not allow.",
    ),
    Fault.OBJECT_MISSING: (
        "Chưa có nội dung tệp đính kèm.",
        "The bytes of an attachment were not given.",
    ),
}
"""Vietnamese and English words of each fault."""


class EdxmlError(Exception):
    """A packet cannot be read or a value cannot be written.

    Attributes:
        fault: the stable code.
        place: a path of element names, or line and column; never what stands there.
    """

    def __init__(self, fault: Fault, place: str) -> None:
        super().__init__(f"{fault} at {place}")
        self.fault, self.place = fault, place

    @property
    def vietnamese(self) -> str:
        """What is wrong, in Vietnamese, with the place."""
        return f"{WORDS[self.fault][0]} Vị trí: {self.place}"

    @property
    def english(self) -> str:
        """What is wrong, in English, with the place."""
        return f"{WORDS[self.fault][1]} Place: {self.place}"
