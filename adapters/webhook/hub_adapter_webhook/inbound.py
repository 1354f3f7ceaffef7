"""`webhook-in`: takes signed calls (Standard Webhooks 1.0.0) and hands them in as messages."""

import hashlib
import json
import re
import unicodedata
from typing import Annotated, Any, Final

from lgsp_adapter import (
    Answer,
    Check,
    Config,
    Context,
    Desk,
    Draft,
    Kind,
    Request,
    Secret,
    Service,
    Spec,
    Text,
)
from pydantic import Field

from hub_adapter_webhook import signing

_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_POINTER: Final = "^(/[^/]+)*$"
_LONGEST_ID: Final = 256


class WebhookInConfig(Config):
    """Whose calls are taken, and what becomes of them."""

    secret: Annotated[Secret, Text(vi="Khóa kiểm chữ ký", en="Verification key")]
    """`whsec_…` for v1 (HMAC), `whpk_…` for v1a (Ed25519)."""
    more_secrets: Annotated[
        tuple[Secret, ...], Text(vi="Khóa khác khi đổi khóa", en="More keys, during a rotation")
    ] = ()
    types: Annotated[dict[str, str], Text(vi="Loại sự kiện", en="Event types"), Field(min_length=1)]
    """The sender's type to the hub's; a type that is not here is refused."""
    type_pointer: Annotated[
        str, Text(vi="Vị trí loại", en="Where the type stands"), Field(pattern=_POINTER)
    ] = "/type"
    """JSON Pointer (RFC 6901) into the body."""
    subject_pointer: Annotated[
        str | None, Text(vi="Vị trí mã nghiệp vụ", en="Where the business key stands")
    ] = None
    body_pointer: Annotated[
        str, Text(vi="Vị trí nội dung", en="Where the content stands"), Field(pattern=_POINTER)
    ] = ""
    """Empty: the body becomes the message as it is, byte for byte. Else that part of it does."""
    recipients: Annotated[tuple[str, ...], Text(vi="Nơi nhận", en="Recipients")] = ()


class WebhookIn(Service[WebhookInConfig]):
    """Verifies the raw body, makes a draft of it, and says 204 once it is durable."""

    spec = Spec(
        name="webhook-in",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=WebhookInConfig,
        title=Text(vi="Nhận bản tin bằng webhook", en="Receive by webhook"),
        types=("*",),
    )

    def __init__(self, config: WebhookInConfig) -> None:
        super().__init__(config)
        self._verifies: list[signing.Verify] = []

    async def open(self, ctx: Context, desk: Desk) -> None:
        await super().open(ctx, desk)
        references = (self.config.secret, *self.config.more_secrets)
        secrets = [(await ctx.secret(each)).get_secret_value() for each in references]
        self._verifies = signing.verifiers(secrets)

    async def check(self) -> Check:
        count = len(self._verifies)
        return Check(ok=True, vi=f"Sẵn sàng nhận, {count} khóa", en=f"Ready, {count} keys")

    async def answer(self, request: Request) -> Answer:
        if request.path != "/":
            return _refused(404, "not_found", "there is one address: /")
        if request.method != "POST":
            return _refused(405, "method_not_allowed", "POST")
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        draft = self._draft(request)
        if isinstance(draft, Answer):
            return draft
        # Invariant 1: 204 only after the desk has it. The same id again is its affair: one message.
        await self.desk.submit(draft)
        return Answer(status=204)

    def _refusal(self, request: Request) -> Answer | None:
        """Return why the caller is not who it must be, or None."""
        id_, timestamp, signature = (
            request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
        )
        if not (0 < len(id_) <= _LONGEST_ID and timestamp and signature):
            return _refused(401, "signature_missing", "webhook-id, -timestamp, -signature")
        content = signing.signed_content(id_, timestamp, request.body)
        if not signing.verified(self._verifies, content, signature):
            return _refused(401, "signature_wrong", "webhook-signature")
        # After the signature: whoever has no key learns nothing about our clock.
        if not self._is_timely(timestamp):
            return _refused(401, "timestamp_outside_tolerance", "webhook-timestamp")
        return None

    def _is_timely(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):  # noqa: PLR2004
            return False
        return abs(self.ctx.now().timestamp() - int(timestamp)) <= signing.TOLERANCE_SECONDS

    def _draft(self, request: Request) -> Draft | Answer:
        try:
            content = json.loads(request.body)
        except (ValueError, RecursionError):
            return _refused(400, "not_json", "/")
        type_ = self.config.types.get(str(at(content, self.config.type_pointer)))
        if type_ is None:
            return _refused(422, "type_unknown", self.config.type_pointer)
        body = self._body(content, request.body)
        if body is None:
            return _refused(422, "content_missing", self.config.body_pointer)
        return Draft(
            id=message_id(request.headers["webhook-id"]),
            type=type_,
            body=body,
            subject=self._subject(content),
            recipients=self.config.recipients,
        )

    def _body(self, content: Any, raw: bytes) -> bytes | None:
        if not self.config.body_pointer:
            return raw
        part = at(content, self.config.body_pointer)
        return None if part is None else json.dumps(part, ensure_ascii=False).encode()

    def _subject(self, content: Any) -> str | None:
        pointer = self.config.subject_pointer
        found = None if pointer is None else at(content, pointer)
        return unicodedata.normalize("NFC", found) if isinstance(found, str) else None


def message_id(id_: str) -> str:
    """Return the message's id: the sender's own where the hub's grammar takes it, else its hash."""
    if _ID.fullmatch(id_):
        return id_
    return "wh-" + hashlib.sha256(id_.encode()).hexdigest()[:48]


def at(content: Any, pointer: str) -> Any:
    """Return the part that a JSON Pointer names, or None."""
    for name in pointer.split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        if isinstance(content, dict):
            content = content.get(key)
        elif isinstance(content, list) and key.isdigit() and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


def _refused(status: int, code: str, place: str) -> Answer:
    problem = {"type": "about:blank", "status": status, "code": code, "detail": place}
    return Answer(
        status=status, body=json.dumps(problem).encode(), content_type="application/problem+json"
    )
