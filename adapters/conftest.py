"""One PostgreSQL for the tests of all adapters, and one database that each finds empty."""

import psycopg
import pytest

from tests import examples
from tests.postgres_fixture import new_database, postgres

__all__ = ["postgres"]

examples.settle()

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"


@pytest.fixture(scope="session")
def one_database(postgres):
    """Give the URL of a database for the whole run: making one takes longer than most tests."""
    with new_database(postgres) as url:
        yield url


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
