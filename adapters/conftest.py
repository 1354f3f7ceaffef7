"""One PostgreSQL for the tests of all adapters, and one database that each finds empty."""

from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from tests.postgres_fixture import postgres

__all__ = ["postgres"]

# As for the other tests: on a busy machine a slow example says nothing about the code.
settings.register_profile(
    "hub", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hub")

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"


@pytest.fixture(scope="session")
def one_database(postgres):
    """Give the URL of a database for the whole run: making one takes longer than most tests."""
    name = f"hub_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, query = postgres.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(one_database):
    """Give the URL of an empty database."""
    with psycopg.connect(one_database, autocommit=True) as connection:
        # Whoever the test before has left connected would hold locks.
        connection.execute(_OTHERS)
        for (name,) in connection.execute(_SCHEMAS).fetchall():
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')
        connection.execute("CREATE SCHEMA public")
    return one_database
