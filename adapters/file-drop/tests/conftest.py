"""The folder, local and behind a real SFTP server; a clock and an object store in memory."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from lgsp_adapter import Context
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from sandbox_file_drop import SftpAgency


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self):
        return self.time

    def passes(self, seconds):
        self.time += timedelta(seconds=seconds)


class Objects:
    def __init__(self):
        self.kept = {}

    async def __call__(self, pieces, media_type):
        content = b"".join([piece async for piece in pieces])
        hash_ = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.kept[hash_] = (content, media_type)
        return hash_


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def objects():
    return Objects()


@pytest.fixture
async def agency(tmp_path):
    made = SftpAgency(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def over_sftp(agency):
    """Give a maker of the configuration that leads to the folder through SFTP."""
    return lambda **more: sftp_config(agency, **more)


def sftp_config(agency, **more):
    known = {"host": "127.0.0.1", "port": agency.port, "user": "mau", "host_key": agency.host_key}
    return {"folder": "/", "sftp": {**known, "key": "test:key", **more}}


@pytest.fixture(params=["local", "sftp"])
def place(request, tmp_path):
    """Give the configuration of one and the same folder, reached directly and through SFTP."""
    if request.param == "local":
        return {"folder": str(tmp_path)}
    return sftp_config(request.getfixturevalue("agency"))


@pytest.fixture
def ctx(request, clock, objects):
    async def key(_name):
        return request.getfixturevalue("agency").private_key

    return Context(
        "test", resolvers={"test": key}, now=clock, store=objects, networks=(UNSAFE_LOOPBACK,)
    )
