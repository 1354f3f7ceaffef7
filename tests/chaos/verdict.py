"""Compare the senders' journal with what stands in Kafka and SQL: every difference is named."""

from collections import Counter, defaultdict

from tests.chaos.journal import GOOD

DECISIONS = frozenset({"admitted", "refused", "duplicate"})
MOST_NAMED = 20
"""Ids named for one kind of difference; the count tells the rest."""


class Verdict:
    """The differences between one journal and one ledger."""

    def __init__(self, journal, ledger, *, others=frozenset()):
        """Compare. `others` are the events besides decisions that are allowed here."""
        self._found: dict[str, list[str]] = defaultdict(list)
        self._ledger = ledger
        self._entries = {entry.key: entry for entry in journal}
        self._decided = defaultdict(list)
        for event in ledger.events:
            if event.name in DECISIONS:
                self._decided[event.place].append(event)
            elif event.name not in others:
                self._note("an event that nobody caused", (*event.message, event.name))
        self._places = defaultdict(list)
        for place, key in ledger.ingress.items():
            self._places[key].append(place)
        self._check_ingress()
        for entry in self._entries.values():
            self._check_entry(entry)
        self._check_inboxes()
        self._check_order()
        for partition in ledger.held_back:
            self._note("an open transaction holds back its readers", (partition,))

    @property
    def differences(self):
        """Return the differences as lines of text; none if all is well."""
        return [
            f"{what}: {len(names)}: {', '.join(sorted(names)[:MOST_NAMED])}"
            for what, names in sorted(self._found.items())
        ]

    @property
    def figures(self):
        """Return what was counted."""
        names = Counter(event.name for event in self._ledger.events)
        return {
            "in_ingress": len(self._ledger.ingress),
            **dict(sorted(names.items())),
            "in_inboxes": sum(map(len, self._ledger.inboxes.values())),
        }

    def check_projection(self, projection):
        """Compare the audit events with the rows that the recorder made of them."""
        events = self._ledger.events
        steps = {(e.partition, e.offset, *e.message, e.name) for e in events}
        self._compare("steps", steps, projection.steps)
        admitted = [event for event in events if event.name == "admitted"]
        outcomes = {e.message: "refused" for e in events if e.name == "refused"}
        outcomes |= {event.message: "admitted" for event in admitted}
        self._compare("messages", set(outcomes.items()), set(projection.messages.items()))
        due = {(*e.message, name) for e in admitted for name in e.fields["detail"]["recipients"]}
        self._compare("deliveries", due, set(projection.deliveries))
        for delivery, state in projection.deliveries.items():
            if state != "pending":
                self._note("a delivery in another state than pending", (*delivery, state))

    def _compare(self, table, expected, found):
        for row in expected - found:
            self._note(f"missing in the projection's {table}", row)
        for row in found - expected:
            self._note(f"only in the projection's {table}", row)

    def _note(self, what, words):
        self._found[what].append("/".join(map(str, words)))

    def _check_ingress(self):
        for place, key in self._ledger.ingress.items():
            count = len(self._decided[place])
            if key not in self._entries:
                self._note("in ingress, but nobody sent it", key)
            if count != 1:
                self._note(f"decided {min(count, 2)} times, not once", (*key[:2], *place))
        for place, events in list(self._decided.items()):
            if place not in self._ledger.ingress:
                self._note("a decision about nothing", events[0].message)
            for event in events:
                if place and event.partition != place[0]:
                    self._note("decided in another partition", event.message)

    def _check_entry(self, entry):
        places = self._places[entry.key]
        events = [event for place in places for event in self._decided[place]]
        name = (entry.source, entry.id)
        # 409 is the API's own answer: the router need not have seen this one.
        if entry.taken and not places:
            self._note("LOST: acknowledged, but not in ingress", name)
        if not places:
            return
        told = Counter(event.name for event in events)
        if entry.kind != GOOD:
            reasons = {event.fields.get("reason") for event in events}
            if told.keys() - {"refused"} or reasons - {entry.kind}:
                self._note(
                    f"not refused as {entry.kind}", (*name, *sorted(told), *map(str, reasons))
                )
        elif told["admitted"] != 1 or told.keys() - {"admitted", "duplicate"}:
            self._note("not admitted exactly once", (*name, *sorted(told.elements())))
        else:
            self._check_recipients(entry, events)

    def _check_recipients(self, entry, events):
        (admitted,) = (event for event in events if event.name == "admitted")
        if {*admitted.fields["detail"]["recipients"]} != entry.recipients:
            self._note("admitted for other recipients", (entry.source, entry.id))

    def _check_inboxes(self):
        found = Counter(
            (system, *key) for system, keys in self._ledger.inboxes.items() for key in keys
        )
        due = Counter(
            (system, *entry.key)
            for entry in self._entries.values()
            if self._places[entry.key]
            for system in entry.recipients
        )
        for row in due - found:
            self._note("LOST: not in its inbox", row[:3])
        for row, count in (found - due).items():
            known = row in due
            self._note("DOUBLED in an inbox" if known else "in a wrong inbox", (*row[:3], count))

    def _check_order(self):
        """Messages of one partition stand in each inbox in the order of their admission."""
        admitted = {
            self._ledger.ingress.get(event.place, ()): event.place
            for event in self._ledger.events
            if event.name == "admitted"
        }
        for system, keys in self._ledger.inboxes.items():
            last: dict[int, int] = {}
            for key in keys:
                entry = self._entries.get(key)
                # A message to very many overtakes nothing, but others may overtake it.
                if entry is None or key not in admitted or len(entry.recipients) > 2:
                    continue
                partition, offset = admitted[key]
                if offset < last.get(partition, -1):
                    self._note("out of order", (system, *key[:2]))
                last[partition] = offset


def is_settled(journal, ledger):
    """Say whether everything in ingress is decided and everything admitted has arrived."""
    decided = {event.place for event in ledger.events if event.name in DECISIONS}
    if not ledger.ingress.keys() <= decided:
        return False
    there = set(ledger.ingress.values())
    found = {(system, *key) for system, keys in ledger.inboxes.items() for key in keys}
    return all(
        (system, *entry.key) in found
        for entry in journal
        if entry.kind == GOOD and entry.key in there
        for system in entry.recipients
    )
