"""How Hypothesis tries its examples, the same in all tests."""

from hypothesis import HealthCheck, settings


def settle():
    """Set no deadline for one example: on a busy machine a slow one says nothing about the code."""
    settings.register_profile(
        "hub", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("hub")
