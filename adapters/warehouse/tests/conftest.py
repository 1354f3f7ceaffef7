"""A real PostgreSQL, where there is one."""

import pytest


@pytest.fixture
def place(postgres_url):
    """Give the configuration that leads to a new, empty database."""
    head, _, query = postgres_url.partition("?")
    user, _, rest = head.removeprefix("postgresql://").partition("@")
    host, _, port = rest.partition("/")[0].partition(":")
    found = {"database": head.rpartition("/")[2], "user": user.partition(":")[0]}
    host = query.removeprefix("host=") if query else host
    return {**found, "host": host, **({"port": int(port)} if port else {})}
