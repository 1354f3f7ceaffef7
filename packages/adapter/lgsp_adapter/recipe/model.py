"""What stands in a recipe: one YAML file that is a whole adapter. Unknown keys are errors."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lgsp_adapter.recipe.template import check_template
from lgsp_adapter.spec import Idempotence

_IN_MESSAGE = frozenset({"config", "item", "file"})
_IN_REQUEST = frozenset({"config", "position", "limit", "message", "body", "key"})


class Part(BaseModel):
    """Base of all parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """A text in both languages."""

    vi: str
    en: str


class Setting(Words):
    """One field of the configuration of a connector."""

    type: Literal["text", "url", "secret", "integer", "boolean", "folder"] = "text"
    default: str | int | bool | None = None
    minimum: int | None = None
    maximum: int | None = None


class Ask(Part):
    """One HTTP request. Expressions in `url` are percent-encoded, except the configuration's."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: str
    headers: dict[str, str] = {}
    body: Any = None
    """Sent as JSON; `raw` sends the signed bytes."""

    @model_validator(mode="after")
    def _templates(self) -> "Ask":
        _refuse([*check_template([self.url, self.headers, self.body], _IN_REQUEST)])
        return self


class ErrorRow(Part):
    """One row of the error table; the first that fits decides, else the status does."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    status: int | None = None
    code: str | None = None
    """The peer's own code, found by `error_code`."""
    becomes: Literal["done", "retryable", "backpressure", "reject", "fatal"] = Field(alias="as")
    untouched: bool = False
    """With `retryable`: the peer surely did nothing."""


class Answers(Part):
    """Where things stand in the JSON that the other side answers."""

    items: str = ""
    """Pointer to the array of records."""
    position: str = "/id"
    """Pointer, inside a record, to what `{{ /position }}` is to be next time."""
    start: str = ""
    """The first `{{ /position }}`."""


class Message(Part):
    """How a record becomes a message."""

    id: str
    type: str | None = None
    """Left out: the first of `types`."""
    subject: str | None = None
    body: Any = "{{ /item }}"
    """`raw` keeps the bytes of the record."""
    recipients: list[str] = []

    @model_validator(mode="after")
    def _templates(self) -> "Message":
        parts = [self.id, self.type, self.subject, self.body, self.recipients]
        _refuse([*check_template(parts, _IN_MESSAGE)])
        return self


class CallerRule(Part):
    """How a caller of a webhook proves who it is: a header's text, or an HMAC over the body."""

    header: str
    secret: str
    """The name of the secret in `config`."""
    scheme: Literal["equals", "hmac-sha256"] = "equals"
    prefix: str = ""
    """Stands before the secret or the hexadecimal HMAC: `Bearer `, `sha256=`."""


class FindRule(Part):
    """How the other side is asked whether it has a delivery: 2xx is yes, 404 is no."""

    request: Ask


class Trial(Part):
    """One unit test of the recipe."""

    name: str
    given: dict[str, Any] = {}
    expect: dict[str, Any]


Kinds: TypeAlias = Literal["rest-poll", "rest-push", "webhook-in", "sql-table", "file-drop"]


class Recipe(Part):
    """The file."""

    name: str
    version: str
    kind: Kinds
    title: Words
    types: Annotated[list[str], Field(min_length=1)]
    config: dict[str, Setting]
    request: Ask | None = None
    response: Answers = Answers()
    check: Ask | None = None
    message: Message | None = None
    error_code: str | None = None
    """Pointer to the peer's own code in an answer."""
    errors: list[ErrorRow] = []
    idempotence: Idempotence | None = None
    find: FindRule | None = None
    path: str = "/"
    caller: CallerRule | None = None
    query: str | None = None
    """`:position` and `:limit` are bound, never pasted in; ordered by the position's column."""
    pattern: str = "*.json"
    tests: list[Trial] = []

    @model_validator(mode="after")
    def _whole(self) -> "Recipe":
        needed = {
            "rest-poll": ("request", "message"),
            "rest-push": ("request", "check", "idempotence"),
            "webhook-in": ("caller", "message"),
            "sql-table": ("query", "message"),
            "file-drop": ("message",),
        }[self.kind]
        _refuse([f"{self.kind} needs {name}" for name in needed if getattr(self, name) is None])
        if (self.idempotence is Idempotence.LOOK_UP) is (self.find is None):
            raise ValueError("look_up and find go together")
        if (
            self.caller
            and self.config.get(self.caller.secret, Setting(vi="", en="")).type != "secret"
        ):
            raise ValueError("caller.secret names a secret of config")
        return self


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ValueError("; ".join(problems))
