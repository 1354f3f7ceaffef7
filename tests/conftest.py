"""What every test may use."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.kafka_fixture",
    "tests.postgres_fixture",
    "tests.api_fixture",
    "tests.rules_rig",
]

# No deadline for one example: on a busy machine a slow one says nothing about the code.
settings.register_profile(
    "hub", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hub")
