"""What the reader tolerated: each deviation has a stable code and a place, none is silent."""

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class Deviation(StrEnum):
    """Codes of what was tolerated; they become `repairs` of the hub's documents."""

    # The bytes and names.
    BYTE_ORDER_MARK = "byte_order_mark"
    JUNK_BEFORE_DECLARATION = "junk_before_declaration"
    ENCODING_NOT_UTF8 = "encoding_not_utf8"
    UNBOUND_PREFIX = "unbound_prefix"
    PREFIX_MISSING = "prefix_missing"
    PREFIX_OTHER = "prefix_other"
    NAMESPACE_MISSING = "namespace_missing"
    NAMESPACE_OLD = "namespace_old"
    NAMESPACE_OTHER = "namespace_other"
    # The elements.
    STATUS_ELEMENT = "status_element"
    ELEMENT_ORDER = "element_order"
    ELEMENT_IGNORED = "element_ignored"
    TEXT_IGNORED = "text_ignored"
    ATTRIBUTE_IGNORED = "attribute_ignored"
    SIGNATURE_IGNORED = "signature_ignored"
    EMPTY_ELEMENT = "empty_element"
    ELEMENT_MISSING = "element_missing"
    BUSINESS_ABSENT = "business_absent"
    # The values.
    SPACE_AROUND = "space_around"
    DAY_FORM = "day_form"
    DAY_UNREADABLE = "day_unreadable"
    TIME_FORM = "time_form"
    TIME_UNREADABLE = "time_unreadable"
    NUMBER_SPELLING = "number_spelling"
    FLAG_SPELLING = "flag_spelling"
    VALUE_UNREADABLE = "value_unreadable"
    STATUS_CODE_SPELLING = "status_code_spelling"
    STATUS_CODE_14 = "status_code_14"
    ORGAN_CODE_SPELLING = "organ_code_spelling"
    ORGAN_CODE_NULL = "organ_code_null"
    RECEIVER_REPEATED = "receiver_repeated"
    # The attachments.
    BASE64_SPACE = "base64_space"
    HOME_MADE_ATTACHMENTS = "home_made_attachments"
    REFERENCE_UNMATCHED = "reference_unmatched"
    JOINED_BY_POSITION = "joined_by_position"
    CONTENT_ID_REPEATED = "content_id_repeated"
    CONTENT_TYPE_DIFFERS = "content_type_differs"
    CONTENT_TYPE_WRONG = "content_type_wrong"
    ZIP_KEPT = "zip_kept"
    ZIP_UNREADABLE = "zip_unreadable"
    ATTACHMENT_NAME_UNSAFE = "attachment_name_unsafe"
    ATTACHMENT_NAME_REPEATED = "attachment_name_repeated"
    PACKET_IN_PACKET = "packet_in_packet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One tolerated deviation. `place` is a path of element names, never what stands there."""

    deviation: Deviation
    place: str


class Notes:
    """Collects notes in the order of reading; the same code at the same place counts once.

    Bounded by the number of elements: no key may be made of names that the sender chooses.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Deviation, str], Note] = {}

    def add(self, deviation: Deviation, place: str, key: str | None = None) -> None:
        """Note `deviation`, once for each `key` (the place, unless told)."""
        self._found.setdefault(
            (deviation, place if key is None else key), Note(deviation=deviation, place=place)
        )

    def all(self) -> tuple[Note, ...]:
        """Return what was noted."""
        return tuple(self._found.values())
