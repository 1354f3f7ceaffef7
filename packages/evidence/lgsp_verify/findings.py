"""What a verifier checks and what it may find: stable codes, and their texts for people.

The texts stand in `findings.toml`, Vietnamese and English.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from importlib.resources import files
from typing import Final

from lgsp_message.explanations import Actor, Text


@unique
class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOT_OK = "not_ok"
    INDETERMINATE = "indeterminate"
    """It can be neither shown nor refuted with what is there."""


@unique
class Check(StrEnum):
    """The checks, in the order of the report."""

    EXPORT = "export"
    CONTAINER = "container"
    MANIFEST = "manifest"
    SEAL = "seal"
    INDEX = "index"
    CHECKPOINT = "checkpoint"
    DECISION = "decision"
    EVENTS = "events"
    MESSAGE = "message"
    SENDER_SIGNATURE = "sender_signature"
    SENDER_KEY = "sender_key"
    CERTIFICATES = "certificates"
    SCHEMA = "schema"
    RECEIPTS = "receipts"
    TOKENS = "tokens"
    ABSENCE = "absence"
    CLAIM = "claim"
    TIMESTAMP = "timestamp"
    WITNESS = "witness"
    HISTORY = "history"
    PERIOD = "period"
    LEAVES = "leaves"
    DOCUMENT = "document"


@unique
class Finding(StrEnum):
    """What a check may find. Never rename one; add a new one."""

    EXPORT_READ = "export_read"
    EXPORT_BROKEN = "export_broken"
    PERIOD_ENCLOSED = "period_enclosed"
    PERIOD_OPEN = "period_open"
    LEAVES_COMPLETE = "leaves_complete"
    LEAVES_DIFFER = "leaves_differ"
    CONTAINER_WHOLE = "container_whole"
    CONTAINER_CHANGED = "container_changed"
    CONTAINER_BROKEN = "container_broken"
    MANIFEST_FITS = "manifest_fits"
    MANIFEST_DIFFERS = "manifest_differs"
    MANIFEST_MISSING = "manifest_missing"
    SEAL_TRUSTED = "seal_trusted"
    SEAL_BROKEN = "seal_broken"
    SEAL_UNTRUSTED = "seal_untrusted"
    INDEX_READ = "index_read"
    INDEX_BROKEN = "index_broken"
    FILE_MISSING = "file_missing"
    FILE_UNNAMED = "file_unnamed"
    CHECKPOINT_SIGNED = "checkpoint_signed"
    CHECKPOINT_BROKEN = "checkpoint_broken"
    LOG_UNTRUSTED = "log_untrusted"
    DECISION_LOGGED = "decision_logged"
    DECISION_WITHHELD = "decision_withheld"
    DECISION_MISSING = "decision_missing"
    EVENTS_LOGGED = "events_logged"
    EVENT_NOT_LOGGED = "event_not_logged"
    EVENT_FOREIGN = "event_foreign"
    MESSAGE_FITS = "message_fits"
    MESSAGE_DIFFERS = "message_differs"
    MESSAGE_UNBOUND = "message_unbound"
    MESSAGE_NOT_KEPT = "message_not_kept"
    SIGNATURE_FITS = "signature_fits"
    SIGNATURE_BROKEN = "signature_broken"
    SIGNATURE_RIGHTLY_REFUSED = "signature_rightly_refused"
    SIGNATURE_WITHOUT_BODY = "signature_without_body"
    SIGNATURE_WITHOUT_KEY = "signature_without_key"
    SIGNATURE_NOT_KEPT = "signature_not_kept"
    KEY_REGISTERED = "key_registered"
    KEY_NOT_REGISTERED = "key_not_registered"
    KEY_RIGHTLY_REFUSED = "key_rightly_refused"
    RULES_BROKEN = "rules_broken"
    RULES_NOT_THERE = "rules_not_there"
    CERTIFICATE_VALID = "certificate_valid"
    CERTIFICATE_BROKEN = "certificate_broken"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    CERTIFICATE_REVOKED = "certificate_revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    SCHEMA_FITS = "schema_fits"
    SCHEMA_DIFFERS = "schema_differs"
    RECEIPTS_SIGNED = "receipts_signed"
    RECEIPT_BROKEN = "receipt_broken"
    RECEIPT_NOT_KEPT = "receipt_not_kept"
    RECEIPTS_NONE = "receipts_none"
    TOKENS_FIT = "tokens_fit"
    TOKEN_DIFFERS = "token_differs"  # noqa: S105  (a code, not a password)
    ABSENCE_STATED = "absence_stated"
    ABSENCE_BROKEN = "absence_broken"
    ABSENCE_REFUTED = "absence_refuted"
    ABSENCE_NOT_THERE = "absence_not_there"
    CLAIM_PROVEN = "claim_proven"
    CLAIM_REFUTED = "claim_refuted"
    CLAIM_OPEN = "claim_open"
    TIMESTAMP_FITS = "timestamp_fits"
    TIMESTAMP_EARLIER = "timestamp_earlier"
    TIMESTAMP_BROKEN = "timestamp_broken"
    TIMESTAMP_UNTRUSTED = "timestamp_untrusted"
    TIMESTAMP_NOT_THERE = "timestamp_not_there"
    WITNESSED = "witnessed"
    UNWITNESSED = "unwitnessed"
    WITNESS_BROKEN = "witness_broken"
    HISTORY_CONSISTENT = "history_consistent"
    HISTORY_FORKED = "history_forked"
    HISTORY_UNPROVEN = "history_unproven"
    CHECKPOINT_FILE_BROKEN = "checkpoint_file_broken"
    DOCUMENT_FITS = "document_fits"
    DOCUMENT_DIFFERS = "document_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One finding, for people."""

    status: Status
    text: Text
    actor: Text | None = None
    """Who must act; None: nobody."""
    step: Text | None = None
    """What that person does next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check, and what it found."""

    check: Check
    finding: Finding
    place: str = ""
    """A file of the bundle, a leaf, a moment: never a value of the message's body."""

    @property
    def status(self) -> Status:
        """How the check ended."""
        return EXPLANATIONS[self.finding].status


_TOLD: Final = tomllib.loads(
    files("lgsp_verify").joinpath("findings.toml").read_text(encoding="utf-8")
)

TITLES: Final[Mapping[Check, Text]] = {
    Check(code): Text(**told) for code, told in _TOLD["check"].items()
}
"""What each check asks."""

_ACTORS: Final = {
    "holder": Text(vi="Người giữ gói bằng chứng", en="Whoever holds the bundle"),
    **{actor.name.lower(): actor.value for actor in Actor},
}


def _explanation(told: Mapping[str, str]) -> Explanation:
    step = Text(vi=told["step_vi"], en=told["step_en"]) if "actor" in told else None
    return Explanation(
        status=Status(told["status"]),
        text=Text(vi=told["vi"], en=told["en"]),
        actor=_ACTORS[told["actor"]] if "actor" in told else None,
        step=step,
    )


EXPLANATIONS: Final[Mapping[Finding, Explanation]] = {
    Finding(code): _explanation(told) for code, told in _TOLD["finding"].items()
}
"""One for each finding; a test says so."""
