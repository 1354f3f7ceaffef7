"""What can go wrong at the other side: four classes, because the runtime does four things.

A `detail` names places (a field, an XPath, a step), never contents: it ends in logs and
dead letters.
"""


class AdapterError(Exception):
    """Base of the four classes. Adapters raise or return one of the four, never this one.

    Attributes:
        code: a stable code of ours, `lower_case`; the dead letters are grouped by it.
        detail: where it went wrong; no personal values.
        peer_code: the code the other side gave, as it gave it; None where it gave none.
    """

    def __init__(self, code: str, detail: str = "", *, peer_code: str | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.peer_code = peer_code


class Retryable(AdapterError):
    """The world's fault: the same call may succeed later.

    Attributes:
        after: seconds the other side asks us to wait (`Retry-After`); None where it did not.
        untouched: the other side surely did nothing (connection refused, 503 before any work).
            Without that promise the outcome counts as unknown, and a sink that is not idempotent
            is not simply called again.
    """

    def __init__(
        self,
        detail: str = "",
        *,
        after: float | None = None,
        peer_code: str | None = None,
        untouched: bool = False,
    ) -> None:
        super().__init__("unavailable", detail, peer_code=peer_code)
        self.after = after
        self.untouched = untouched


class Backpressure(AdapterError):
    """The other side is well and wants less: nothing was done, and all calls wait.

    Attributes:
        after: seconds to wait; None where the other side named no time.
    """

    def __init__(
        self, detail: str = "", *, after: float | None = None, peer_code: str | None = None
    ) -> None:
        super().__init__("too_many", detail, peer_code=peer_code)
        self.after = after


class Reject(AdapterError):
    """The message's fault: the same call will fail again. It becomes a dead letter."""


class Fatal(AdapterError):
    """Ours or the operator's fault (a wrong password): the connector stops, nothing moves."""

    def __init__(self, detail: str = "", *, peer_code: str | None = None) -> None:
        super().__init__("fatal", detail, peer_code=peer_code)
