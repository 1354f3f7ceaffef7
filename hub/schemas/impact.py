"""What a candidate schema would have done to real messages: counted by sender and recipient.

Pure, and bounded whatever the traffic: systems are few, rules and examples per system are capped.
Nothing of a body is kept but places and the kind of what stands there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hub.schemas.validate import Violation

MOST_RULES: Final = 50
"""Most different broken rules that are counted for one sender; all others are one."""
MOST_EXAMPLES: Final = 3
"""Most examples of one sender."""

OTHERS: Final = "other rules"


@dataclass(slots=True)
class Sender:
    """What one system sent."""

    messages: int = 0
    broken: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    """Broken rules, as `required at the root: agency`, to the number of messages."""
    examples: list[dict[str, Any]] = field(default_factory=list)

    def count(self, rule: str, number: int) -> None:
        """Count messages that break a rule."""
        known = rule in self.rules or len(self.rules) < MOST_RULES
        self.rules[rule if known else OTHERS] += number


@dataclass(slots=True)
class Impact:
    """The sum so far."""

    gone: int = 0
    """Messages whose bodies are no longer kept: nothing is known of them."""
    senders: dict[str, Sender] = field(default_factory=dict)
    recipients: Counter[str] = field(default_factory=Counter)
    """Systems that would have got fewer messages, and how many fewer."""

    def take(
        self,
        source: str,
        id: str,
        at: datetime,
        recipients: Sequence[str],
        judged: Violation | None,
        found: str | None,
    ) -> None:
        """Count one message. `found`: what kind of thing stands at the place of the violation."""
        sender = self.senders.setdefault(source, Sender())
        sender.messages += 1
        if judged is None:
            return
        sender.broken += 1
        sender.count(str(judged), 1)
        self.recipients.update(recipients)
        if len(sender.examples) < MOST_EXAMPLES:
            place = {"keyword": judged.keyword, "pointer": judged.pointer, "rule": judged.rule}
            sender.examples.append({"id": id, "at": at.isoformat(), **place, "found": found})

    def absorb(self, told: Mapping[str, Any]) -> None:
        """Add what another part of the replay has told (`document`)."""
        self.gone += told["gone"]
        for one in told["senders"]:
            sender = self.senders.setdefault(one["system"], Sender())
            sender.messages += one["messages"]
            sender.broken += one["broken"]
            for rule in one["rules"]:
                sender.count(rule["rule"], rule["messages"])
            sender.examples = (sender.examples + one["examples"])[:MOST_EXAMPLES]
        for one in told["recipients"]:
            self.recipients[one["system"]] += one["broken"]

    def document(self) -> dict[str, Any]:
        """Return it as JSON: senders and recipients by name."""
        return {
            "looked_at": sum(one.messages for one in self.senders.values()),
            "broken": sum(one.broken for one in self.senders.values()),
            "gone": self.gone,
            "senders": [_sender(name, self.senders[name]) for name in sorted(self.senders)],
            "recipients": [
                {"system": name, "broken": self.recipients[name]}
                for name in sorted(self.recipients)
            ],
        }


def _sender(name: str, sender: Sender) -> dict[str, Any]:
    rules = [{"rule": rule, "messages": count} for rule, count in sender.rules.most_common()]
    counts = {"messages": sender.messages, "broken": sender.broken}
    return {"system": name, **counts, "rules": rules, "examples": sender.examples}


def kind_at(body: Any, pointer: str) -> str | None:
    """Return what kind of value stands at a pointer, never the value; None: it cannot be told."""
    value = body
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return _kind(value)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
