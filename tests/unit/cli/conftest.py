import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    """A developer's own hub must not decide how a test ends."""
    for name in list(os.environ):
        if name.startswith(("HUB_", "LGSP_")):
            monkeypatch.delenv(name)
