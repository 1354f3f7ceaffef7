"""The list of named points is complete: a new await in the commit path must get its points."""

import ast
import inspect
import textwrap

import pytest

from hub.io.kafka.fanout_bus import FanoutBus
from hub.io.kafka.ingress import IngressWriter
from hub.io.kafka.retry_bus import RetryBus
from hub.io.kafka.router_bus import RouterBus
from hub.io.kafka.transaction import TransactionalWriter
from tests.chaos.points import STEPS, all_points

STEP_OF = {
    "look_for": "look_for",
    "begin_transaction": "begin",
    "send_batch": "send",
    "_all_written": "written",
    "send_offsets_to_transaction": "offsets",
    "commit_transaction": "commit",
    "_hand_over": "handed_over",
    "_durable": "durable",
}
"""Which await is which step; `write` is the writer's own, whose awaits have their steps."""


def awaited(function):
    """Return the names of the functions that a function awaits, in their order."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Await)]
    return [
        _called(node.value) for node in sorted(found, key=lambda one: (one.lineno, one.col_offset))
    ]


def _called(node):
    assert isinstance(node, ast.Call), ast.unparse(node)
    return ast.unparse(node.func).rpartition(".")[2]


@pytest.mark.parametrize(
    ("role", "outer"),
    [
        ("router", RouterBus.commit),
        ("fanout", FanoutBus.deliver),
        ("retry", RetryBus.deliver),
        ("ingress", IngressWriter.write),
    ],
)
def test_every_await_of_the_commit_path_is_a_named_point(role, outer):
    names = awaited(outer)
    if "write" in names:
        place = names.index("write")
        names[place : place + 1] = awaited(TransactionalWriter._write)
    steps = [STEP_OF[name] for name in names]
    more = {"remember"} if role == "router" else set()
    less = {"offsets"} if role == "retry" else set()
    assert {*steps} - less | more == {*STEPS[role]}


def test_each_point_is_named_once():
    names = [str(point) for point in all_points()]
    assert len(names) == len({*names}) == 2 * sum(map(len, STEPS.values()))
