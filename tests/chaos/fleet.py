"""A whole hub whose processes a drill holds in its own hands: it kills, freezes, replaces them."""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from hub.cli import pulse
from hub.io.embedded import EmbeddedBroker
from hub.io.kafka import topics
from hub.io.kafka.connection import KafkaConnection
from tests.chaos.kept import Kept, KeptBroker
from tests.kafka_fixture import HEAP_MB
from tests.running_hub import HUB, PARTITIONS, RunningHub

PROCESSES = ("api", "router", "recorder")
READY_SECONDS = 120
POLL_SECONDS = 0.1


class Fleet(RunningHub):
    """`RunningHub` without its supervisor: the drill keeps the processes itself."""

    def __init__(self, root, **settings):
        super().__init__(root, HUB_BROKER="external", **settings)
        self.broker = KeptBroker(
            EmbeddedBroker(
                self.home.broker,
                port=self.broker_port,
                controller_port=self.controller_port,
                heap_mb=HEAP_MB,
            )
        )
        self.connection = KafkaConnection(bootstrap=self.bootstrap)
        self.processes: dict[str, Kept] = {}
        self.retired: list[Kept] = []

    def start(self):
        """Return once every process is ready."""
        self.broker_first()
        for name in PROCESSES:
            self.processes[name] = self.keep(name)
        self.await_ready()

    def broker_first(self):
        """Start the broker and make home, tables and topics."""
        self.broker.start()
        made = self.command("init", "--hub", HUB, "--partitions", str(PARTITIONS))
        assert made.returncode == 0, made.stderr
        for directory in (self.home.logs, self.home.run):
            directory.mkdir(exist_ok=True)

    def keep(self, name, log=None):
        """Start a process of the hub, exactly as the supervisor does."""
        command = [sys.executable, "-P", "-m", "hub.cli.main", "run", name]
        kept = Kept(
            name,
            [*command, "--home", str(self.home.root)],
            environ=self.environ,
            log=self.home.log(log or name),
        )
        kept.start()
        return kept

    def stop(self, _number=None):
        """Stop everything; harmless when it was done already."""
        for kept in (*self.processes.values(), *self.retired):
            kept.stop()
        self.processes.clear()
        self.retired.clear()
        self.broker.stop()

    def is_ready(self, name):
        """Say whether the process that runs now says that it is ready."""
        kept = self.processes[name]
        told = pulse.read(self.home.pulse(name))
        return told is not None and told.ready and told.pid == kept.pid

    def await_ready(self, seconds=READY_SECONDS):
        """Return once all processes are ready and the API takes messages."""
        self.await_that(lambda: all(map(self.is_ready, self.processes)), seconds)
        self.await_that(lambda: self.readiness() == 200, seconds)

    def await_that(self, holds, seconds=READY_SECONDS):
        """Return once `holds()` is true; fail with the ends of all logs if that takes long."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"the hub is not so within {seconds} s: {self.logs()}")
            time.sleep(POLL_SECONDS)

    def readiness(self):
        """Return the status of `/readyz`; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def openings(self):
        """Return how often a router has begun to route; each tells it in its log."""
        logs = self.home.logs.glob("router*.log")
        return sum(log.read_text().count('"router_open"') for log in logs)

    @staticmethod
    def is_routing(router):
        """Say whether it has begun to route since it was last started."""
        told = router.log.read_text()
        return told.rfind('"router_open"') > told.rfind('"started"')

    def delete_inbox(self, system):
        """Take an inbox away, as an operator's slip would."""
        asyncio.run(self._delete(topics.inbox(system)))

    def make_inbox(self, system):
        """Make an inbox again."""
        asyncio.run(self._make(topics.inbox_topic(system)))

    async def _delete(self, name):
        admin = await self._admin()
        try:
            await admin.delete_topics([name])
            while name in await admin.list_topics():  # noqa: ASYNC110  (the broker tells nobody)
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await admin.close()

    async def _make(self, topic):
        admin = await self._admin()
        try:
            await admin.create_topics([NewTopic(topic.name, 1, 1, topic_configs=topic.config)])
        finally:
            await admin.close()

    async def _admin(self):
        admin = AIOKafkaAdminClient(**self.connection.options())
        with suppress(Exception):
            await admin.start()
        return admin
