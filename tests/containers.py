"""Run a command with a PostgreSQL and a Kafka in containers.

`python -m tests.containers pytest tests/contract`: the fixtures `broker` and `postgres_url` find
the containers through TEST_KAFKA_BOOTSTRAP and TEST_POSTGRES_URL. Needs a Docker engine and the two
images, pulled or made by `.ci/images`; without them it says so and ends with status 77.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import docker  # type: ignore[import-untyped]  # ships no types
from docker.errors import (  # type: ignore[import-untyped]
    DockerException,
    ImageNotFound,
)

from hub.io.embedded.config import SETTINGS
from hub.io.embedded.ports import free_port
from hub.io.embedded.probe import answers

# The helper that testcontainers would start to clean up is one more image; here everything is
# removed by a context manager, and what is left of a killed run goes with the build machine.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer

POSTGRES = "postgres:15"
KAFKA = "apache/kafka:4.3.0"
START_SECONDS = 90
NOTHING_TO_RUN_ON = 77
"""As automake: the tests were skipped."""


def missing():
    """Return what is not there, in words, or None when containers can be started."""
    try:
        client = docker.from_env(timeout=10)
        for image in (POSTGRES, KAFKA):
            client.images.get(image)
    except ImageNotFound:
        return f"no image {image}: .ci/images makes it"
    except DockerException:
        return "no Docker engine answers"
    return None


@contextmanager
def postgres():
    """Give the URL of a server on which tests may make databases."""
    with PostgresContainer(POSTGRES, driver=None) as server:
        yield server.get_connection_url()


@contextmanager
def kafka():
    """Give the bootstrap address of a broker with the embedded one's settings."""
    port = free_port()
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": "BROKER://0.0.0.0:9092,CONTROLLER://localhost:9093",
        "advertised.listeners": f"BROKER://127.0.0.1:{port}",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": "/tmp/records",
        **SETTINGS,
    }
    broker = DockerContainer(KAFKA).with_bind_ports(9092, port)
    for name, value in settings.items():
        broker.with_env(f"KAFKA_{name.replace('.', '_').upper()}", str(value))
    with broker:
        _await(port)
        yield f"127.0.0.1:{port}"


def _await(port):
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the broker in its container did not answer on port {port}")
        time.sleep(0.2)


def main(command):
    """Run the command and return its status."""
    if why := missing():
        sys.stderr.write(f"containers: did not run: {why}\n")
        return NOTHING_TO_RUN_ON
    with ExitStack() as running:
        found = {
            "TEST_POSTGRES_URL": running.enter_context(postgres()),
            "TEST_KAFKA_BOOTSTRAP": running.enter_context(kafka()),
        }
        return subprocess.run(command, env=os.environ | found, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
