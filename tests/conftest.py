"""What every test may use."""

import gc

import structlog

from tests import examples

pytest_plugins = [
    "tests.kafka_fixture",
    "tests.postgres_fixture",
    "tests.stores_fixture",
    "tests.api_fixture",
    "tests.rules_rig",
]

# A traceback in a box with all its variables takes two seconds to draw.
_plain = structlog.dev.ConsoleRenderer(
    colors=False, exception_formatter=structlog.dev.plain_traceback
)
structlog.configure(processors=[structlog.processors.add_log_level, _plain])

examples.settle()


def pytest_collection_finish():
    """Look for garbage seldom, and not among six thousand tests: a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
