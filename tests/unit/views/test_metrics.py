"""What the views process tells Prometheus."""

from datetime import UTC, datetime, timedelta
from math import inf

from prometheus_client import CollectorRegistry, generate_latest

from hub.indicators.cells import Cell, Count, Measure
from hub.indicators.deadlines import Deadline, What, forecast
from hub.views.gauges import Gauges
from hub.views.metrics import ViewsMetrics

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
SENT = "vn.gov.dossier.received.v1"


def cell(measure, system, type_=SENT, label=""):
    return Cell(NOW, measure, system, type_, label)


def test_what_a_batch_added_is_counted_by_type_and_by_system():
    metrics = ViewsMetrics(registry := CollectorRegistry())
    one = {(1, cell(Measure.SENT, "mot-cua-mau")): Count(n=2, amount=900)}
    for partition in (1, 2):
        metrics.added({(partition, name): count for (_, name), count in one.items()})
    asked = {"measure": "sent", "type": SENT, "label": ""}
    assert registry.get_sample_value("hub_messages_total", asked) == 4
    asked = {"measure": "sent", "system": "mot-cua-mau"}
    assert registry.get_sample_value("hub_system_messages_total", asked) == 4


def test_names_in_a_refused_message_make_no_series():
    """Else anybody could make as many as he likes."""
    metrics = ViewsMetrics(registry := CollectorRegistry())
    for number in range(3):
        refused = cell(Measure.REFUSED, f"ke-la-{number}", f"la.{number}", "unknown_key")
        metrics.added({(1, refused): Count(n=1)})
    text = generate_latest(registry).decode()
    assert "la-" not in text
    assert "la." not in text
    asked = {"measure": "refused", "type": "", "label": "unknown_key"}
    assert registry.get_sample_value("hub_messages_total", asked) == 3


def test_delays_are_a_histogram_whose_buckets_hold_all_that_is_shorter():
    metrics = ViewsMetrics(registry := CollectorRegistry())
    for label, n, ms in (("300", 2, 400), ("3000", 1, 2_000), ("over", 1, 9_000_000_000)):
        counted = cell(Measure.DELAY, "kho-mau", label=label)
        metrics.added({(1, counted): Count(n=n, amount=ms)})
    read = {
        bound: registry.get_sample_value("hub_delivery_seconds_bucket", {"le": bound})
        for bound in ("0.1", "0.3", "1.0", "3.0", "2592000.0", "+Inf")
    }
    assert list(read.values()) == [0, 2, 2, 3, 3, 4]
    assert registry.get_sample_value("hub_delivery_seconds_count") == 4
    assert registry.get_sample_value("hub_delivery_seconds_sum") == 9_000_002.4


def test_a_connector_that_is_not_to_run_is_not_silent():
    gauges = Gauges(registry := CollectorRegistry())
    at = NOW - timedelta(seconds=90)
    rows: list[dict[str, object]] = [
        {"connector": "chay", "wanted": "running", "at": at},
        {"connector": "dung", "wanted": "stopped", "at": at},
        {"connector": "moi", "wanted": "running", "at": None},
    ]
    gauges.heard(rows, NOW)
    name = "hub_connector_heartbeat_age_seconds"
    assert registry.get_sample_value(name, {"connector": "chay"}) == 90
    assert registry.get_sample_value(name, {"connector": "dung"}) is None
    assert registry.get_sample_value(name, {"connector": "moi"}) == inf
    gauges.heard([], NOW)
    assert registry.get_sample_value(name, {"connector": "chay"}) is None


def test_deadlines_are_told_by_what_they_are_and_how_soon():
    gauges = Gauges(registry := CollectorRegistry())
    due = [
        Deadline(what=What.LETTER, subject="a", organisation=None, due_at=NOW - timedelta(days=1)),
        Deadline(what=What.KEY, subject="b", organisation=None, due_at=NOW + timedelta(days=10)),
    ]
    for found, want in ((due, 1), ([], 0)):
        gauges.due(forecast(found, NOW))
        for what, days in (("letter", "0"), ("key", "14"), ("key", "60")):
            asked = {"what": what, "days": days}
            assert registry.get_sample_value("hub_deadlines", asked) == want
    assert registry.get_sample_value("hub_deadlines", {"what": "key", "days": "7"}) == 0
