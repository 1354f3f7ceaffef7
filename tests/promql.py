"""Enough of PromQL to know which series an expression asks for, and by which labels.

No evaluation: that is Prometheus's own (`promtool test rules`).
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)"""
    r"""|(?P<span>\[[^\]]*\])|(?P<number>\d[\w.]*)|(?P<sign>=~|!~|!=|==|>=|<=|\S)""",
    re.VERBOSE,
)
_WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_MADE_BY_PROMETHEUS = {"up", "ALERTS"}
"""Series that Prometheus itself has of every target."""
OF_A_TARGET = {"job", "instance", "process"}
"""Labels that prometheus.yml gives each target."""


@dataclass
class Asked:
    """The series of an expression with the labels they are chosen by, and other labels."""

    series: dict[str, set[str]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    values: dict[str, set[str]] = field(default_factory=dict)
    """Texts that a label is compared with; alternatives of a pattern one by one."""


def asked(expression):
    """Return what an expression asks for."""
    tokens = [(found.lastgroup, found.group()) for found in _TOKEN.finditer(expression)]
    told, place = Asked(), 0
    while place < len(tokens):
        kind, text = tokens[place]
        following = tokens[place + 1][1] if place + 1 < len(tokens) else ""
        place += 1
        if kind != "name" or text.lower() in _WORDS:
            continue
        if text in _LISTS:
            place = _names(tokens, place, told.labels)
        elif following not in {"(", "by", "without"}:
            labels = told.series.setdefault(text, set())
            if following == "{":
                place = _matchers(tokens, place, labels, told.values)
    for name in _MADE_BY_PROMETHEUS:
        told.series.pop(name, None)
    return told


def _names(tokens, place, labels):
    assert tokens[place][1] == "(", "a list of labels stands in brackets"
    while tokens[place][1] != ")":
        if tokens[place][0] == "name":
            labels.add(tokens[place][1])
        place += 1
    return place + 1


def _matchers(tokens, place, labels, values):
    while tokens[place][1] != "}":
        if tokens[place][0] == "name":
            label, (_, text) = tokens[place][1], tokens[place + 2]
            labels.add(label)
            values.setdefault(label, set()).update(text[1:-1].split("|"))
        place += 1
    return place + 1
