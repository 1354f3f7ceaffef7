"""The sink: record changes and dossier events become history, verdicts and daily files."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

import psycopg
from lgsp_adapter import (
    AdapterError,
    Check,
    Context,
    Delivery,
    Idempotence,
    Kind,
    Reject,
    Result,
    Sink,
    Spec,
    Text,
)

from hub_adapter_warehouse.change import Change, change_of, stated
from hub_adapter_warehouse.export import Exporter
from hub_adapter_warehouse.settings import WarehouseConfig
from hub_adapter_warehouse.store import Store

MakeStore: TypeAlias = Callable[[WarehouseConfig], Store]


class Warehouse(Sink[WarehouseConfig]):
    """Idempotent by source and id; the order of arrival does not matter."""

    spec = Spec(
        name="warehouse",
        version="1.0.0",
        kind=Kind.SINK,
        config=WarehouseConfig,
        title=Text(vi="Kho dữ liệu dùng chung", en="Shared data warehouse"),
        types=("vn.gov.record.changed.v1", "vn.gov.dossier.*"),
        idempotence=Idempotence.IDEMPOTENT,
    )

    def __init__(self, config: WarehouseConfig, *, store: MakeStore = Store) -> None:
        super().__init__(config)
        self._store = store(config)
        folder = config.export_folder
        self._exporter = Exporter(config, folder) if folder else None

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self._store.open(ctx)

    async def check(self) -> Check:
        """Count changes and days that wait for their file; changes nothing."""
        waiting = await self._waiting_days()
        vi = f"Kho trả lời; {waiting} tệp theo ngày chưa xuất"
        return Check(ok=True, vi=vi, en=f"The warehouse answers; {waiting} daily files wait")

    async def _waiting_days(self) -> int:
        try:
            connection = await self._store.connection()
            if self._exporter is None:
                await connection.execute("SELECT 1")
                return 0
            return len(await self._exporter.due(connection, self.ctx.now()))
        except psycopg.Error as error:
            told = self._store.meaning(error)
        raise told

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        read = [_change(delivery) for delivery in batch]
        changes = [each for each in read if isinstance(each, Change)]
        stored = await self._store.apply(changes, self.ctx.now()) if changes else []
        results = iter(stored)
        told = [each if isinstance(each, Reject) else next(results) for each in read]
        await self._export()
        return told

    async def _export(self) -> None:
        """Write one file that is due. What is stored is stored: a full disk there stops nothing."""
        # First whether there is anything to look for: a connection is asked each time it is given.
        if self._exporter is None or self._exporter.has_looked(self.ctx.now()):
            return
        try:
            await self._exporter.one(await self._store.connection(), self.ctx.now())
        except psycopg.Error as error:
            self.ctx.log.warning("export: %s", self._store.meaning(error))
        except AdapterError as error:
            # No connection anew: the deliveries were committed over the one before.
            self.ctx.log.warning("export: %s", error)
        except OSError as error:
            self.ctx.log.warning("export: %s; see check", type(error).__name__)
        except asyncio.CancelledError:
            await self._store.close()
            raise

    async def close(self) -> None:
        await self._store.close()


def _change(delivery: Delivery) -> Change | Reject:
    try:
        return change_of(stated(delivery))
    except Reject as reject:
        return reject
