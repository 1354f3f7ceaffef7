"""Real databases: SQLite always, PostgreSQL and MariaDB where Debian's packages are installed."""

import contextlib
import getpass
import os
import shutil
import socket as net
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import pymysql
import pytest
from lgsp_adapter import Context
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from sqlalchemy import URL, create_engine

START_SECONDS = 30
STOP_SECONDS = 20


def _started(home, user, socket):
    data = home / "data"
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}"]
    install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    options = [f"--datadir={data}", f"--socket={socket}", f"--user={user}", "--skip-networking"]
    # As on many old servers: what is too long is cut, unless the session says otherwise.
    loose = "--sql-mode="
    small = ["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"]
    log = f"--log-error={home / 'log'}"
    return subprocess.Popen(
        [shutil.which("mariadbd"), "--no-defaults", *options, *small, loose, log],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _await(socket, server):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with net.socket(net.AF_UNIX) as probe:
                probe.connect(str(socket))
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def mariadb():
    """Give the socket of a MariaDB server."""
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        pytest.skip("no MariaDB: install Debian's mariadb-server")
    user = "mysql" if os.geteuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="hub-my-") as name:
        home = Path(name)
        if os.geteuid() == 0:
            shutil.chown(home, user)
        socket = home / "s"
        server = _started(home, user, socket)
        try:
            _await(socket, server)
            yield socket
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)


@contextlib.contextmanager
def _mariadb_database(socket):
    name = f"hub_test_{uuid4().hex[:12]}"
    admin = pymysql.connect(unix_socket=str(socket), user="root", autocommit=True)
    with admin, admin.cursor() as cursor:
        # Debian's default collation ignores case: the trap is on.
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        yield {"kind": "mysql", "database": name, "user": "root", "unix_socket": str(socket)}
        cursor.execute(f"DROP DATABASE {name}")


def _postgres_config(url):
    head, _, query = url.partition("?")
    # TEST_POSTGRES_URL may name a host, the local server a folder for its socket.
    user, _, place = head.removeprefix("postgresql://").partition("@")
    host, _, port = place.partition("/")[0].partition(":")
    host = query.removeprefix("host=") if query else host
    found = {"kind": "postgresql", "database": head.rpartition("/")[2], "host": host}
    return {**found, "user": user.partition(":")[0], **({"port": int(port)} if port else {})}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request, tmp_path):
    """Give the configuration that leads to a new, empty database, each kind in turn."""
    if request.param == "sqlite":
        yield {"kind": "sqlite", "database": str(tmp_path / "mau.db")}
    elif request.param == "postgresql":
        yield _postgres_config(request.getfixturevalue("postgres_url"))
    else:
        with _mariadb_database(request.getfixturevalue("mariadb")) as config:
            yield config


@pytest.fixture
def admin(database):
    """Give an engine of the other side's own."""
    query = {"unix_socket": database["unix_socket"]} if "unix_socket" in database else {}
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
    made = URL.create(
        drivers[database["kind"]],
        username=database.get("user"),
        host=database.get("host"),
        port=database.get("port"),
        database=database["database"],
        query=query,
    )
    engine = create_engine(made)
    yield engine
    engine.dispose()


@pytest.fixture
def ctx():
    return Context("test", networks=(UNSAFE_LOOPBACK,))
