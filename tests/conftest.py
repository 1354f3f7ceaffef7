"""What every test may use."""

import structlog
from hypothesis import HealthCheck, settings

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

# No deadline for one example: on a busy machine a slow one says nothing about the code.
settings.register_profile(
    "hub", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hub")
