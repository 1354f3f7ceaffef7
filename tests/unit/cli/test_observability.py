"""Dashboards, alert rules and the page of metrics name what the hub really tells."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from lgsp_message.reason import Reason
from pydantic import BaseModel, ConfigDict, Field

from hub.cli import metrics_page
from hub.cli.metrics_words import VI
from hub.cli.processes import Name
from hub.connectors.status import State as Connector
from hub.decision.events import Event
from hub.decision.states import State
from hub.indicators.cells import Measure
from hub.indicators.deadlines import HORIZONS, What
from tests.promql import OF_A_TARGET, asked

ROOT = Path(__file__).parents[3]
DEPLOY, DOCS = ROOT / "deploy", ROOT / "docs"
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
RULES = DEPLOY / "prometheus" / "rules.yml"

_OF_HISTOGRAMS = {"le"}


def told():
    """Return each series that Prometheus finds, with its labels."""
    return {
        sample: set(one.labels) | _OF_HISTOGRAMS
        for metrics in metrics_page.known().values()
        for one in metrics
        for sample in one.samples
    }


TOLD = told()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Annotations(Strict):
    summary: str = Field(pattern=" · ")
    who: str = Field(pattern=" · ")
    next: str = Field(min_length=10, pattern=" · ")
    runbook: str = Field(pattern=r"^docs/operations/alerts\.md#[a-z]+$")


class Labels(Strict):
    severity: str = Field(pattern="^(none|info|warning|critical)$")


class Alert(Strict):
    alert: str = Field(pattern="^Hub[A-Za-z]+$")
    expr: str
    for_: str = Field(default="0m", alias="for", pattern=r"^\d+[mh]$")
    labels: Labels
    annotations: Annotations


class Group(Strict):
    name: str
    rules: list[Alert]


class Rules(Strict):
    groups: list[Group]


class Target(BaseModel):
    expr: str
    legend: str = Field(alias="legendFormat")
    ref: str = Field(alias="refId")


class Place(Strict):
    x: int = Field(ge=0)
    y: int = Field(ge=0)
    w: int = Field(ge=1)
    h: int = Field(ge=1)


class Panel(BaseModel):
    id: int
    type: str = Field(pattern="^(row|stat|timeseries|table)$")
    title: str
    place: Place = Field(alias="gridPos")
    targets: list[Target] = []


class Board(BaseModel):
    uid: str = Field(pattern="^hub-[a-z-]+$")
    title: str = Field(pattern=" · ")
    schema_version: int = Field(alias="schemaVersion", ge=36)
    panels: list[Panel]


def alerts():
    found = Rules.model_validate(yaml.safe_load(RULES.read_text(encoding="utf-8")))
    return [rule for group in found.groups for rule in group.rules]


def board(path):
    return Board.model_validate(json.loads(path.read_text(encoding="utf-8")))


def expressions():
    """Return every expression with where it stands."""
    yield from ((f"rule {one.alert}", one.expr) for one in alerts())
    for path in BOARDS:
        for panel in board(path).panels:
            yield from ((f"{path.stem}: {panel.title}", one.expr) for one in panel.targets)


def unknown(expression):
    """Return what an expression asks for and the hub does not tell."""
    wanted = asked(expression)
    wrong = {name for name in wanted.series if name not in TOLD}
    for name, labels in wanted.series.items():
        wrong |= {f"{name}{{{label}}}" for label in labels - TOLD.get(name, labels) - OF_A_TARGET}
    every = set().union(*(TOLD.get(name, set()) for name in wanted.series), OF_A_TARGET)
    return wrong | (
        {f"by ({label})" for label in wanted.labels - every} if wanted.series else set()
    )


def test_every_series_and_label_of_dashboards_and_rules_exists():
    found = [(where, unknown(expression)) for where, expression in expressions()]
    assert [(where, wrong) for where, wrong in found if wrong] == []
    assert len(found) > 100


def test_every_expression_is_promql():
    for _, expression in expressions():
        promql_parser.parse(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(hub_lag_messages)",
        "sum by (group (hub_lag_messages)",
        "hub_lag_messages >",
        "hub_lag_messages[5m] > 0",
        "khong_co(hub_lag_messages)",
    ],
)
def test_what_is_no_promql_is_found(expression):
    with pytest.raises(ValueError, match=r"\S"):
        promql_parser.parse(expression)


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("rate(hub_router_decision_total[5m])", {"hub_router_decision_total"}),
        ("hub_lag_messages{grup='a'} > 0", {"hub_lag_messages{grup}"}),
        ("sum by (topic) (hub_lag_messages)", {"by (topic)"}),
        ("max(hub_api_seconds)", {"hub_api_seconds"}),
        ('up{job="hub"} == 0 or absent(hub_lag_messages{group="a"})', set()),
    ],
)
def test_a_wrong_name_is_found(expression, wrong):
    assert unknown(expression) == wrong


def test_values_that_labels_are_compared_with_are_words_of_the_hub():
    states = {*State, *Connector, "under_replicated", "offline"}
    words = {
        "state": states,
        "event": set(Event),
        "measure": set(Measure),
        "label": set(State),
        "what": {*What, "late", "online", "satisfied"},
        "days": {"0", *map(str, HORIZONS)},
        "process": set(Name),
        "reason": set(Reason),
        "group": {"hub-router", "recorder"},
        "outcome": {"refused", "admitted", "failed"},
    }
    for where, expression in expressions():
        for label, values in asked(expression).values.items():
            assert values <= words.get(label, values), (where, label)


def test_every_board_has_its_panels_in_both_languages_and_none_covers_another():
    assert {path.stem for path in BOARDS} == {board(path).uid for path in BOARDS}
    for path in BOARDS:
        panels = board(path).panels
        assert len({panel.id for panel in panels}) == len(panels)
        covered = [
            (x, y)
            for panel in panels
            for x in range(panel.place.x, panel.place.x + panel.place.w)
            for y in range(panel.place.y, panel.place.y + panel.place.h)
        ]
        assert len(covered) == len(set(covered)), path.stem
        assert max(x for x, _ in covered) < 24
        assert all(" · " in panel.title or panel.title == "API" for panel in panels)
        assert all(panel.targets for panel in panels if panel.type != "row")


def strange(told, known, place=""):
    """Yield the places of a document that another has not, or has otherwise."""
    if isinstance(told, dict) and isinstance(known, dict):
        for name, value in told.items():
            yield from strange(value, known.get(name), f"{place}/{name}")
    elif isinstance(told, list) and isinstance(known, list) and len(told) == len(known):
        for number, (one, other) in enumerate(zip(told, known, strict=True)):
            yield from strange(one, other, f"{place}/{number}")
    elif told != known:
        yield place


def as_grafana_has_it(document):
    """Return a dashboard as Grafana's own types hold it: what they do not know is gone."""
    register_default_plugins()  # the types of panels and of queries to Prometheus
    return json.loads(JSONEncoder().encode(Dashboard.from_json(document)))


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_grafana_knows_every_field_of_a_board(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    assert [*strange(document, as_grafana_has_it(document))] == []


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("", "titel"),
        ("panels/1", "gridpos"),
        ("panels/1/fieldConfig/defaults", "units"),
        ("panels/1/options", "legends"),
        ("panels/1/targets/0", "expression"),
    ],
)
def test_a_field_that_grafana_does_not_know_is_found(place, field):
    document = json.loads((DEPLOY / "grafana/dashboards/hub-exchange.json").read_text("utf-8"))
    part = document
    for name in filter(None, place.split("/")):
        part = part[int(name) if name.isdecimal() else name]
    part[field] = "mẫu"
    assert [*strange(document, as_grafana_has_it(document))] == [
        f"{'/' if place else ''}{place}/{field}"
    ]


def test_every_alert_says_who_acts_and_what_next_and_has_its_chapter():
    page = (DOCS / "operations" / "alerts.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^## (Hub\w+)$", page, re.MULTILINE)
    names = [one.alert for one in alerts()]
    assert sorted(chapters) == sorted(names)
    assert len(set(names)) == len(names)
    for one in alerts():
        assert one.annotations.runbook.partition("#")[2] == one.alert.lower()


def test_the_page_of_metrics_is_current_and_each_metric_is_explained_twice():
    """`make docs` writes it."""
    page = (DOCS / "operations" / "metrics.md").read_text(encoding="utf-8")
    assert page == metrics_page.render()
    every = [one for metrics in metrics_page.known().values() for one in metrics]
    assert all(one.meaning for one in every)
    assert {one.name for one in every} == set(VI)


def test_prometheus_finds_each_process():
    read = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    [job] = read["scrape_configs"]
    assert job["job_name"] == "hub"
    assert {one["labels"]["process"] for one in job["static_configs"]} == set(Name)
    assert read["rule_files"] == [RULES.name]


def test_prometheus_itself_accepts_the_rules_and_they_fire_as_meant():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool on this machine (Debian: package prometheus)")
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        ended = subprocess.run(
            [promtool, *command],
            cwd=RULES.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
