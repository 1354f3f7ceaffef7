"""The operators' API over one SQL store, without Kafka: the projection is filled by hand."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import httpx2
from fastapi import FastAPI
from sqlalchemy import event

from hub.api.app import handle_failures, mount_admin, mount_public
from hub.api.methods import MethodsFirst
from hub.api.ops.live_ring import Live
from hub.api.tokens import Caller
from hub.control.people.rights import Grant, Person, Role, Via
from hub.control.service import Control
from hub.io.kafka.ingress_record import Found
from hub.io.sql.engine import open_blocking_engine, open_engine
from hub.io.sql.projection import Projection
from tests.admin_rig import (
    CommandsInMemory,
    HeldInMemory,
    LagsInMemory,
    RecordsInMemory,
    admin_of,
    ops_of,
)
from tests.support import HUB, NOW, PARTITION, build_rules
from tests.unit.recorder.records import PARTITIONS, Province

OPERATOR = Person(name="an", via=Via.TOKEN, grants=(Grant(role=Role.ADMINISTRATOR),))


def clerk_of(organisation, *roles, types=None):
    """Return somebody who sees one organisation's part only."""
    grants = tuple(
        Grant(role=role, organisation=organisation, within=frozenset({organisation}), types=types)
        for role in roles or (Role.CLERK, Role.OPERATOR)
    )
    return Person(name="chi", via=Via.SESSION, grants=grants)


class NamesAsTokens:
    """In the place of `hub.api.tokens.Tokens`."""

    def caller(self, token):
        return Caller(system=token, key_id="mau", expires=0.0)


class OpsRig:
    """The app, its store, and a province whose events are recorded."""

    def __init__(self, url):
        self.url = url
        self.now = NOW
        self.rules = build_rules()
        self.person = OPERATOR
        self.records = RecordsInMemory()
        self.province = Province()
        self.lags = LagsInMemory()
        self.held = HeldInMemory()
        self.commands = CommandsInMemory()
        self._recorded = 0

    async def open(self):
        self.engine = open_engine(self.url)
        self.control = Control(self.engine, HUB, clock=lambda: self.now)
        plane = admin_of(self.control, self.held, self.commands)
        self.live = Live(kept=10, seconds=0.5)
        self.ops = ops_of(
            plane,
            rules=lambda: self.rules,
            clock=lambda: self.now,
            records=self.records,
            lags=self.lags,
            live=self.live,
        )
        app = FastAPI()
        mount_admin(app, plane)
        app.state.ops = self.ops
        # Systems show who they are by their name here; tokens have tests of their own.
        app.state.deps = SimpleNamespace(tokens=NamesAsTokens())
        mount_public(app)
        app.add_middleware(MethodsFirst, routes=app.routes)
        app.state.identify = self._identify
        handle_failures(app)
        self.app = app
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://hub")
        return self

    async def close(self):
        await self.http.aclose()
        await self.engine.dispose()

    async def _identify(self, _connection):
        return self.person

    async def record(self):
        """Bring the projection to the end of what the province has told."""
        await asyncio.to_thread(self._record)

    def _record(self):
        engine = open_blocking_engine(self.url)
        projection = Projection(engine)
        new = self.province.records[self._recorded :]
        stored = projection.positions(range(PARTITIONS))
        end = {record.partition: record.offset + 1 for record in new}
        assert projection.record(new, {part: stored[part] for part in end}, end)
        self._recorded = len(self.province.records)
        engine.dispose()

    async def rebuild(self):
        """Empty the projection and record everything again."""
        await asyncio.to_thread(self._clear)
        await self.record()

    def _clear(self):
        engine = open_blocking_engine(self.url)
        Projection(engine).clear()
        self._recorded = 0
        engine.dispose()

    def forget(self):
        """Ask the world anew at the next question."""
        for one in (self.ops.held, self.ops.overview):
            one._known = None

    def keep(self, offset, body, partition=PARTITION):
        """Keep a body in Kafka at a place."""
        self.records.found[partition, offset] = Found(headers=(), body=body, written_at=NOW)

    def limit(self, tries):
        """Allow so many tries of the public look-up."""
        self.ops = self.app.state.ops = replace(self.ops, tries=tries)

    def watch_sql(self, asked):
        """Add to `asked` whatever SQL is asked from now on."""

        def before(_connection, _cursor, statement, *_):
            asked.append(statement)

        event.listen(self.engine.sync_engine, "before_cursor_execute", before)

    def report(self, connector, state):
        """Return what a connector tells."""
        told = {"generation": 0, "vi": "Mẫu", "en": "Sample", "last_success_at": None}
        names = ("delivered", "failed", "waiting", "dead_letters", "lag_messages", "lag_seconds")
        unknown = ("breaker", "running", "checkpoint", "read_at", "next_read_at")
        return SimpleNamespace(
            name=connector,
            state=state,
            at=self.now,
            **told,
            **dict.fromkeys(names, 0),
            **dict.fromkeys(unknown),
        )

    async def get(self, path, status=200, /, **query):
        answer = await self.http.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def refused(self, path, status, code, /, **query):
        document = await self.get(path, status, **query)
        assert document["code"] == code
        return document
