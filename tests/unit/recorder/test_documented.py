import re
from itertools import product
from pathlib import Path

from hub.decision.events import Event
from hub.decision.states import OWNER, State, aim, transition

TEXT = Path(__file__).parents[3].joinpath("docs", "audit-events.md").read_text(encoding="utf-8")


def rows(heading):
    """Return the cells of the table under the line that begins with `heading`."""
    table = TEXT.split(heading, 1)[1].split("\n\n", 2)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]


def test_every_event_is_documented():
    assert {event.value for event in Event} <= set(re.findall(r"^\| `(\w+)`", TEXT, re.MULTILINE))


def test_every_state_is_documented_with_its_owner():
    documented = {state.strip("`"): owner for state, _, owner in rows("## The delivery")}
    assert documented == {state.value: owner.value for state, owner in OWNER.items()}


def test_every_transition_is_documented():
    changes = {
        (aim(event, reason), state)
        for event, reason, state in product(Event, (None, "manual_review"), State)
        if transition(state, event, reason) is not state
    }
    documented, before = set(), []
    for _, target, sources in rows("Which event leads where"):
        if target.strip("`") not in set(State) or "nothing" in sources:
            continue
        if sources == "any":
            before = [state.value for state in State if state.value != target.strip("`")]
        elif sources.startswith(("all of the above", "the same")):
            before = [*before, *re.findall(r"`(\w+)`", sources)]
        else:
            before = re.findall(r"`(\w+)`", sources)
        documented |= {(State(target.strip("`")), State(state)) for state in before}
    assert documented == changes
