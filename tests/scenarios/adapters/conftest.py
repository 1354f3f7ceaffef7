"""One world for all scenarios with foreign systems."""

from uuid import uuid4

import psycopg
import pytest

from tests.scenarios.adapters.rig import World


@pytest.fixture(scope="session")
def world(running_hub):
    """Give the hub with its people and agencies; each scenario brings its own foreign systems."""
    world = World(running_hub)
    yield world
    world.close()


@pytest.fixture(scope="module", autouse=True)
def at_rest(world):
    """Stop the connectors of a scenario when it is over."""
    yield
    world.rest()


@pytest.fixture(scope="session")
def peers(world):
    """Give what starts a sandbox peer; all of them end with the run."""
    started = []

    def start(peer):
        world.aside.run(peer.start())
        started.append(peer)
        return peer

    yield start
    for peer in started:
        world.aside.run(peer.stop())


class Database:
    """A new, empty database of a real PostgreSQL server."""

    def __init__(self, server, name):
        head, _, query = server.partition("?")
        self._server = server
        self.name = name
        self.url = f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
        # TEST_POSTGRES_URL may name a host, the local server a folder for its socket.
        user, _, place = head.removeprefix("postgresql://").partition("@")
        host, _, port = place.partition("/")[0].partition(":")
        host = query.removeprefix("host=") if query else host
        self.place = {"database": name, "user": user.partition(":")[0], "host": host}
        self.place |= {"port": int(port)} if port else {}

    def break_all(self):
        """Break all connections to it, as a restart or a firewall does."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(query, [self.name])


@pytest.fixture(scope="module")
def database(postgres):
    """Give a database of its own to each scenario."""
    name = f"hub_scene_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield Database(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
