"""The named points of the commit path: before and after each of its awaits."""

from collections.abc import Iterator
from dataclasses import dataclass

WRITER = ("look_for", "begin", "send", "written", "offsets", "commit")
"""The awaits of a transactional write, in their order."""

STEPS = {
    "router": (*WRITER, "remember"),
    "fanout": WRITER,
    # What is settled in `hub.retry` has no input position.
    "retry": tuple(step for step in WRITER if step != "offsets"),
    "ingress": ("handed_over", "durable"),
    "recorder": ("record", "commit"),
}

PROCESS = {
    "router": "router",
    "fanout": "router",
    "retry": "router",
    "ingress": "api",
    "recorder": "recorder",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the code at which a process can be killed."""

    role: str
    step: str
    when: str

    def __str__(self) -> str:
        return f"{self.role}.{self.step}.{self.when}"

    @property
    def process(self) -> str:
        """The process whose code it is in."""
        return PROCESS[self.role]


def all_points() -> Iterator[Point]:
    """Return all points."""
    for role, steps in STEPS.items():
        for step in steps:
            yield from (Point(role, step, when) for when in ("before", "after"))
