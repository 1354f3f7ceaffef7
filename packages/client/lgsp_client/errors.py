"""What can go wrong when one speaks with the hub: one hierarchy, four ways to act."""


class HubError(Exception):
    """Any failure of this library's own; the subclasses say who must act."""


class HubRefused(HubError):
    """The hub refuses the request for a reason. Repeating it unchanged gives the same answer.

    Attributes:
        reason: the stable code, as in `lgsp_message.reason.Reason`; codes of newer hubs stay text.
        detail: for the sender's operator. It names places, never the message's values.
        place: a JSON Pointer into the body or an attribute's name; empty where there is none.
        status: the HTTP status; None when this library refused before anything was sent.
    """

    def __init__(
        self, reason: str, detail: str = "", place: str = "", status: int | None = None
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason, self.detail, self.place, self.status = reason, detail, place, status


class HubUnavailable(HubError):
    """No answer, or an answer that says "later". Whether the hub wrote anything is unknown.

    Sending the same signed bytes again is safe: the id makes it one message.

    Attributes:
        retry_after: the seconds that the hub asked to wait; None where it said nothing.
    """

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class HubUnauthorised(HubError):
    """The hub gives this system no token, or takes none of them. An administrator must act."""


class HubUnverified(HubError):
    """A delivered message's signature could not be proven with the keys that were given.

    Attributes:
        reason: `unknown_system`, `unknown_key`, `bad_signature` and the like.
    """

    def __init__(self, reason: str, source: str, id: str) -> None:
        super().__init__(f"{reason}: message {id} of {source}")
        self.reason, self.source, self.id = reason, source, id


class HubDirectoryUnusable(HubError):
    """The kept copy of the hub's directory may not be relied on.

    Attributes:
        reason: `missing`, `stale`, `clock_behind`, `older`, or why it is not the hub's:
            `unknown_key`, `bad_signature`, `another_hub`, `damaged`, `malformed`, `too_new`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"directory {reason}: {detail}")
        self.reason = reason


class HubProtocolError(HubError):
    """The other side does not speak the hub's protocol, or bytes were damaged on the way."""
