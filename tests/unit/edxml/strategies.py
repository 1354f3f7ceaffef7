"""All values that the strict writer takes, for property tests. Everything is synthetic."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st
from lgsp_edxml import model
from lgsp_edxml.names import STATUS_CODES
from lgsp_edxml.times import write_day, write_time
from lgsp_edxml.zips import wrap

from tests.unit.edxml.builders import zip_of

LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
CHARACTERS = LETTERS | st.sampled_from("\n\r\t<>&\"'ĐđẬậ]")
MAYBE_EMPTY = st.text(CHARACTERS, max_size=20).map(str.strip)
TEXT = MAYBE_EMPTY.filter(bool)
CODE = TEXT.filter(lambda text: text != "null")
DAY = st.dates(date(1000, 1, 1), date(2999, 12, 31)).map(write_day)
TIME = st.datetimes(datetime(1001, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    write_time
)


def optional(strategy):
    return st.none() | strategy


def several(strategy, least=0, key=None):
    return st.lists(strategy, min_size=least, max_size=3, unique_by=key).map(tuple)


ORGANISATION = st.builds(
    model.Organisation,
    code=CODE,
    **dict.fromkeys(
        ("in_charge", "name", "address", "email", "telephone", "fax", "website"),
        optional(MAYBE_EMPTY),
    ),
)
STAFF = optional(
    st.builds(
        model.Staff,
        **dict.fromkeys(("department", "staff", "email", "mobile"), optional(MAYBE_EMPTY)),
    )
)
RESPONSE = st.builds(
    model.Response,
    organ_code=CODE,
    code=optional(MAYBE_EMPTY),
    promulgation_date=optional(DAY),
    document_id=optional(MAYBE_EMPTY),
)
COMMON = {"paper": optional(st.integers(0, 1)), "staff": STAFF}
BUSINESS = st.one_of(
    st.builds(
        model.Issue, document_id=optional(MAYBE_EMPTY), reason=optional(MAYBE_EMPTY), **COMMON
    ),
    st.builds(model.Withdraw, reason=TEXT, **COMMON),
    st.builds(
        model.Update,
        reason=TEXT,
        content_changed=st.booleans(),
        receivers_changed=st.booleans(),
        receivers=several(st.builds(model.Receiver, code=CODE, type=st.integers(0, 1))),
        document_id=optional(TEXT),
        **COMMON,
    ),
    st.builds(
        model.Replace,
        reason=TEXT,
        replacements=several(
            st.builds(model.Replacement, document_id=TEXT, organ_codes=several(CODE)), least=1
        ),
        **COMMON,
    ),
)
NAME = st.builds(
    lambda stem, extension: f"{stem}{extension}",
    TEXT,
    st.sampled_from(["", ".pdf", ".doc", ".docx", ".xlsx", ".ZIP", ".txt", ".x y", ".", ".edxml"]),
).map(str.strip)
CONTENT = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=30).map(lambda data: wrap("mau.pdf", data)),
    st.binary(max_size=30).map(lambda data: b"PK\x03\x04" + data),
    st.just(zip_of([("../mau", b"mau")])),
    st.just(zip_of([("a", b"1"), ("b", b"2")])),
)
ATTACHMENT = st.builds(
    model.Attachment,
    content_id=TEXT,
    name=NAME,
    data=CONTENT,
    **dict.fromkeys(("description", "field_name", "mime_type"), optional(MAYBE_EMPTY)),
)
DOCUMENT = st.builds(
    model.Document,
    from_=ORGANISATION,
    to=several(ORGANISATION, least=1, key=lambda organisation: organisation.code),
    document_id=TEXT,
    code=st.builds(model.Code, number=TEXT, notation=TEXT),
    promulgation=st.builds(model.Promulgation, place=MAYBE_EMPTY, date=DAY),
    document_type=st.builds(
        model.DocumentType,
        **dict.fromkeys(("type", "type_detail", "type_name"), optional(MAYBE_EMPTY)),
    ),
    subject=TEXT,
    signer=st.builds(
        model.Signer,
        full_name=TEXT,
        competence=optional(MAYBE_EMPTY),
        position=optional(MAYBE_EMPTY),
    ),
    business=BUSINESS,
    content=optional(MAYBE_EMPTY),
    due_date=optional(DAY),
    priority=optional(st.integers(0, 4)),
    sphere_of_promulgation=optional(MAYBE_EMPTY),
    typer_notation=optional(MAYBE_EMPTY),
    promulgation_amount=optional(st.integers(0, 1_000_000)),
    page_amount=optional(st.integers(0, 1_000_000)),
    direction=optional(st.booleans()),
    reply_fors=several(TEXT),
    reference_codes=several(TEXT),
    appendixes=several(TEXT),
    response_for=several(RESPONSE),
    steering_type=optional(st.integers(0, 3)),
    response_for_task=several(TEXT),
    application_type=optional(MAYBE_EMPTY),
    to_places=several(TEXT),
    trace=several(st.builds(model.Hop, code=optional(CODE), at=TIME)),
    attachments=several(ATTACHMENT, key=lambda attachment: attachment.content_id),
)
STATUS = st.builds(
    model.Status,
    from_=ORGANISATION,
    response_for=RESPONSE,
    status_code=st.sampled_from(sorted(STATUS_CODES)),
    at=TIME,
    staff=STAFF,
    description=optional(MAYBE_EMPTY),
)
PACKET = DOCUMENT | STATUS
