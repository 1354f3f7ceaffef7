"""Keys and schema as the rules held them when the hub decided, and the change sets that show it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lgsp_message.reason import Reason
from lgsp_verify.bundle.compose import MessagePart, ReceiptPart
from lgsp_verify.rules import Chain

from hub.control.rules_history import RulesHistory
from hub.decision.events import AuditEvent
from hub.evidence.messages import key_entity

_SCHEMA_PREFIX: Final = "urn:hub:schema:"
_NEVER_THERE: Final = frozenset({Reason.UNKNOWN_SYSTEM, Reason.UNKNOWN_KEY})


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesParts:
    """What the rules said."""

    message: MessagePart
    receipts: tuple[ReceiptPart, ...]
    schema: bytes | None
    chain: Chain | None


async def with_rules(
    history: RulesHistory,
    hub: str,
    decision: AuditEvent,
    message: MessagePart,
    receipts: Sequence[ReceiptPart],
) -> RulesParts:
    """Return the parts with their keys, the schema, and the versions from the oldest of them on.

    Raises:
        Unavailable: SQL does not answer.
    """
    used: list[int] = []
    own = await _with_key(history, hub, message, used)
    others = tuple(
        [
            replace(receipt, message=await _with_key(history, hub, receipt.message, used))
            for receipt in receipts
        ]
    )
    schema = await _schema(history, decision, used)
    newest = [one.message.rules_version or 0 for one in others]
    chain = await _chain(history, decision, used, newest)
    return RulesParts(message=own, receipts=others, schema=schema, chain=chain)


async def _with_key(
    history: RulesHistory, hub: str, part: MessagePart, used: list[int]
) -> MessagePart:
    entity = key_entity(part, hub)
    if entity is None or part.rules_version is None:
        return part
    stood = await history.value(entity, part.rules_version)
    if stood is None:
        return part
    used.append(stood.version)
    return replace(part, key=stood.value)


async def _schema(history: RulesHistory, decision: AuditEvent, used: list[int]) -> bytes | None:
    named = decision.detail.get("dataschema")
    if not isinstance(named, str) or decision.rules is None:
        return None
    entity = f"schema/{named.removeprefix(_SCHEMA_PREFIX)}"
    stood = await history.value(entity, decision.rules.version)
    if stood is None:
        return None
    used.append(stood.version)
    return stood.value


async def _chain(
    history: RulesHistory, decision: AuditEvent, used: Sequence[int], newest: Sequence[int]
) -> Chain | None:
    """Return the versions from the first that gave something used to the last that decided.

    All in between are there: that a key was not revoked meanwhile shows only so.
    """
    if decision.rules is None or decision.rules.version < 1:
        return None
    # That a system or a key was never registered shows only from the first version on.
    first = 1 if decision.reason in _NEVER_THERE else min(used, default=decision.rules.version)
    return await history.chain(first, max([decision.rules.version, *newest]))
