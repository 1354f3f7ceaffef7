"""A real PostgreSQL for contract tests: one that is given, or one started from local binaries.

`TEST_POSTGRES_URL` names a server on which the tests may make databases. Without it, the
binaries of Debian's package `postgresql` are used (as an unprivileged user when the tests run as
root, which PostgreSQL refuses). With neither, the tests are skipped and say so.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

START_SECONDS = 20
STOP_SECONDS = 10


def _binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _user():
    """Return the user that the server runs as, or None for our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _environment():
    # The server takes its settings from its command line alone.
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


@contextlib.contextmanager
def running_postgres(binaries):
    """Run a server on a socket of its own; give the URL of its first database."""
    user = _user()
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with tempfile.TemporaryDirectory(prefix="hub-pg-") as name:
        home = Path(name)
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        options = {"cwd": home, "env": _environment(), **as_user}
        initdb = [binaries / "initdb", "-D", home / "data", "-U", "hub", "-A", "trust"]
        subprocess.run(
            [*initdb, "--no-sync", "-E", "UTF8"], check=True, capture_output=True, **options
        )
        settings = ["listen_addresses=", "fsync=off", "shared_buffers=16MB"]
        server = subprocess.Popen(
            [
                *(binaries / "postgres", "-D", home / "data", "-k", home),
                *(part for setting in settings for part in ("-c", setting)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
        try:
            yield _await(f"postgresql://hub@/postgres?host={home}", server)
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)


def _await(url, server):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return url


@pytest.fixture(scope="session")
def postgres():
    """Give the URL of a PostgreSQL server's database `postgres`."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: set TEST_POSTGRES_URL, or install Debian's postgresql")
    with running_postgres(binaries) as url:
        yield url


@pytest.fixture
def postgres_url(postgres):
    """Give the URL of a new, empty database; it is dropped afterwards."""
    with new_database(postgres) as url:
        yield url


@contextlib.contextmanager
def new_database(server, template="template1"):
    """Give the URL of a new database of this server, made like `template`; then drop it."""
    name = f"hub_test_{uuid4().hex[:12]}"
    head, _, query = server.partition("?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
