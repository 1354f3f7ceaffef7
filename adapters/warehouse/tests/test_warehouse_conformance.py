"""The SDK's promises, on a real PostgreSQL behind a line that misbehaves when it is told to."""

import json
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from hub_adapter_warehouse import Warehouse
from hub_adapter_warehouse.store import Store
from lgsp_adapter import Backpressure, Reject, Retryable
from lgsp_adapter.kit import Say, SinkKit, SinkPeer
from sandbox_warehouse import Department

HERE = Path(__file__).parents[1]


class Line(Store):
    """Asks the script for each change before it reaches the warehouse."""

    def __init__(self, config, peer):
        super().__init__(config)
        self.peer = peer

    async def connection(self):
        if self.peer.script.default.say is Say.DOWN:
            raise psycopg.OperationalError("connection refused")
        return await super().connection()

    async def apply(self, changes, now):
        answers = [await self.peer.script.answer(each.stated.id) for each in changes]
        taken = [
            each
            for each, answer in zip(changes, answers, strict=True)
            if answer.say in (Say.OK, Say.LOST)
        ]
        results = iter(await super().apply(taken, now) if taken else [])
        return [self.told(answer, results) for answer in answers]

    def told(self, answer, results):
        if answer.say is Say.OK:
            return next(results)
        if answer.say is Say.SLOW_DOWN:
            return Backpressure("busy", after=answer.after)
        if answer.say is Say.REJECT:
            return Reject("refused_by_warehouse", "record", peer_code=answer.code)
        if answer.say is Say.LOST:
            next(results)
        return Retryable("the line broke")


class Database(SinkPeer):
    def __init__(self, place):
        super().__init__()
        self.config_ = place

    @property
    def config(self):
        return self.config_

    @property
    def taken(self):
        config = self.config_
        query = "SELECT id, body FROM kho.changes JOIN kho.records USING (source, id)"
        with psycopg.connect(
            host=config["host"],
            port=config.get("port"),
            dbname=config["database"],
            user=config["user"],
        ) as connection:
            rows = connection.execute(f"{query} ORDER BY received_at, id").fetchall()
        return [(id_, bytes(body)) for id_, body in rows]


class TestWarehouseKeepsThePromises(SinkKit[Any]):
    adapter, reference = Warehouse, HERE / "REFERENCE.md"

    @pytest.fixture(autouse=True)
    def _place(self, place):
        self.place = place

    def peer(self):
        return Database(self.place)

    def make(self, peer):
        config = Warehouse.config_of(peer.config)
        return Warehouse(config, store=lambda config: Line(config, peer))

    def delivery(self, id_, text="Hồ sơ mẫu"):
        body = Department().changed(id_, {"text": text})
        assert text in json.loads(body)["record"].values()
        return replace(super().delivery(id_, text), body=body)


def test_the_entry_point_has_the_name_of_the_spec():
    found = {each.name: each for each in entry_points(group="hub.adapters")}
    assert found[Warehouse.spec.name].load() is Warehouse


def test_the_readmes_sample_is_a_configuration():
    page = (HERE / "README.md").read_text(encoding="utf-8")
    sample = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    assert sample.pop("adapter") == Warehouse.spec.name
    Warehouse.config_of(sample)
