"""Why the hub refuses a message: one enum, one exception.

The texts for people (Vietnamese and English) stand in `lgsp_message.explanations`;
`docs/reasons.md` is generated from both.
"""

from enum import StrEnum, unique


@unique
class Reason(StrEnum):
    """Stable codes: clients and operators match on them. Never rename one; add a new one."""

    # Admission and decode: what the bytes look like.
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    MALFORMED_BODY = "malformed_body"
    UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
    ATTRIBUTE_MISSING = "attribute_missing"
    ATTRIBUTE_INVALID = "attribute_invalid"
    ATTRIBUTE_MISMATCH = "attribute_mismatch"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    WRONG_AUDIENCE = "wrong_audience"
    SECRET_MARKING = "secret_marking"  # noqa: S105  (a reason code, not a password)
    UNKNOWN_OBJECT = "unknown_object"
    NOT_ADMITTED = "not_admitted"
    # Authenticate and verify: who says so.
    UNKNOWN_SYSTEM = "unknown_system"
    SYSTEM_INACTIVE = "system_inactive"
    PEER_MISMATCH = "peer_mismatch"
    NOT_REPRESENTATIVE = "not_representative"
    UNKNOWN_KEY = "unknown_key"
    KEY_REVOKED = "key_revoked"
    KEY_COMPROMISED = "key_compromised"
    KEY_SUSPENDED = "key_suspended"
    KEY_NOT_VALID = "key_not_valid"
    ALGORITHM_MISMATCH = "algorithm_mismatch"
    BAD_SIGNATURE = "bad_signature"
    # Deduplicate: when, and whether already.
    CLOCK_AHEAD = "clock_ahead"
    TOO_OLD = "too_old"
    ID_REUSED = "id_reused"
    EXPIRED = "expired"
    # Authorise and validate: may it, does it fit.
    NOT_PERMITTED = "not_permitted"
    UNKNOWN_SCHEMA = "unknown_schema"
    SCHEMA_MISMATCH = "schema_mismatch"
    SCHEMA_VIOLATION = "schema_violation"
    DOCUMENT_MISSING = "document_missing"
    # Route: where to.
    NO_RECIPIENT = "no_recipient"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    NO_ENDPOINT = "no_endpoint"
    # Statements about other messages.
    BAD_DELIVERY_TOKEN = "bad_delivery_token"  # noqa: S105  (a reason code, not a password)
    UNKNOWN_MESSAGE = "unknown_message"
    # Requests and answers.
    DEADLINE_MISSING = "deadline_missing"
    NAMES_A_PERSON = "names_a_person"
    OFFICER_LIMIT = "officer_limit"
    NO_ANSWER_TO = "no_answer_to"
    ALREADY_ANSWERED = "already_answered"


class Refused(Exception):
    """A step refuses the message. Raised in the steps; caught where the decision is made.

    Attributes:
        reason: the stable code.
        detail: for the sender's operator. It names places, never what stands in the body; of the
            attributes only types, schemas and addresses, which name no person.
        place: a JSON Pointer into the body or an attribute's name; empty where there is none.
    """

    def __init__(self, reason: Reason, detail: str = "", place: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.place = place
