"""Sign what an adapter drafts, with the key that its system has for its connectors."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lgsp_adapter import Draft, Fatal
from lgsp_message.attributes import CONTENT_TYPE, SYSTEM_PREFIX
from lgsp_message.keys import PrivateKey
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received

from hub.decision.rules import Rules
from hub.io.signing_as import NoKey, NotRegistered, key_at, signed_as
from hub.schemas.event_types import SchemaName, parse_schema, schema_fits_type

_SUFFIX: Final = ".pem"


class KeyFolder:
    """Private keys of systems, `<system>.pem` (PKCS #8), in a folder that only the hub may read.

    A key never stands in the rules, nor in a connector's configuration.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, system: str) -> PrivateKey:
        """Return a system's key, as the file has it now: a new one needs no restart.

        Raises:
            Fatal: there is none, or it is not usable; with the file's name, for the operator.
        """
        name = f"{system}{_SUFFIX}"
        try:
            # Small and local, and the system's name is checked by the rules: no path in it.
            return key_at(self._folder / name)
        except NoKey:
            raise Fatal(
                f"no usable key {name} in HUB_CONNECTORS_KEYS: make and register one"
            ) from None


Keys = Callable[[str], PrivateKey]


class Signer:
    """Signs for one system."""

    def __init__(self, system: str, keys: Keys, rules: Callable[[], Rules]) -> None:
        self._system, self._keys, self._rules = system, keys, rules

    def sign(self, attributes: dict[str, str], body: bytes) -> Received:
        """Return the signed message.

        Raises:
            Fatal: the system has no key, or another one than is registered.
        """
        key = self._keys(self._system)
        try:
            return signed_as(self._system, key, attributes, body, self._rules())
        except NotRegistered:
            raise Fatal(f"the key of {self._system} is not registered, or is refused") from None

    def attributes(self, draft: Draft, now: datetime) -> dict[str, str]:
        """Return what a draft says, as attributes.

        Raises:
            Refused: `UNKNOWN_SCHEMA`: it names no schema, and none of its type is known.
        """
        texts = {
            "specversion": "1.0",
            "id": draft.id,
            "source": SYSTEM_PREFIX + self._system,
            "type": draft.type,
            "time": _time(draft.time or now),
            "dataschema": draft.dataschema or self._schema(draft.type),
            "datacontenttype": CONTENT_TYPE,
            "subject": draft.subject,
            "recipients": " ".join(draft.recipients),
            "onbehalf": draft.onbehalf,
            "objects": " ".join(draft.objects),
            "expirytime": None if draft.expirytime is None else _time(draft.expirytime),
            "priority": draft.priority,
            "correlationid": draft.correlationid,
        }
        return {name: text for name, text in texts.items() if text}

    def _schema(self, type_: str) -> str:
        """Return the newest schema of a type: what the hub checks the body against anyway."""
        fitting = [
            parsed
            for urn in self._rules().schemas
            if schema_fits_type(type_, urn) and (parsed := parse_schema(urn)) is not None
        ]
        if not fitting:
            raise Refused(Reason.UNKNOWN_SCHEMA, "no schema of this type is known", "dataschema")
        return str(max(fitting, key=_minor))


def _minor(schema: SchemaName) -> int:
    return schema.minor


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
