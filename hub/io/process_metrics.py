"""What every process tells Prometheus about itself: version, memory, CPU time, files, its start."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.process_collector import ProcessCollector


def tell_of_process(registry: CollectorRegistry) -> None:
    """Add what Prometheus asks of any process, under its standard names (`process_…`).

    A restart shows as a change of `process_start_time_seconds`. Nothing is counted meanwhile: it is
    read from /proc when Prometheus asks.
    """
    ProcessCollector(registry=registry)
    built = Gauge("hub_build_info", "1, for the version that runs", ["version"], registry=registry)
    built.labels(version("lgsp-hub")).set(1)
