"""What every test may use."""

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
