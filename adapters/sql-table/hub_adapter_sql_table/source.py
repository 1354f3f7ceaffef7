"""`sql-table-in`: rows of a table become messages."""

from lgsp_adapter import Check, Context, Fatal, Kind, Record, Source, Spec, Text

from hub_adapter_sql_table.database import Database, MakeEngine, make_engine
from hub_adapter_sql_table.high_water import HighWaterReading
from hub_adapter_sql_table.outbox import OutboxReading
from hub_adapter_sql_table.settings import HighWater, SourceConfig
from hub_adapter_sql_table.tables import place


class SqlTableIn(Source[SourceConfig]):
    """Reads an outbox table, or what lies above a high-water mark."""

    spec = Spec(
        name="sql-table-in",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=SourceConfig,
        title=Text(vi="Đọc bảng dữ liệu", en="Read a table"),
        types=("*",),
    )

    def __init__(self, config: SourceConfig, *, engine: MakeEngine = make_engine) -> None:
        super().__init__(config)
        self._database = Database(config, place(config), engine)
        self._reading: OutboxReading | HighWaterReading | None = None

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        await self._database.open(ctx)
        reading = self.config.reading
        if isinstance(reading, HighWater):
            self._reading = HighWaterReading(self.config, reading, position)
        else:
            self._reading = OutboxReading(self.config, reading)

    async def check(self) -> Check:
        """Look for what can never be read; that also shows login, rights and columns."""
        lost = self._opened().unreadable()
        if await self._database.run(lambda connection: connection.execute(lost).all()):
            vi, en = "Có dòng không có khóa hoặc mốc", "There are rows without a key or mark"
            return Check(ok=False, vi=vi, en=en)
        return Check(ok=True, vi="Đọc được bảng và các cột", en="Table and columns can be read")

    async def read(self, limit: int) -> list[Record]:
        reading = self._opened()
        rows = await self._database.run(lambda connection: reading.fetch(connection, limit))
        # Noted only here: a cancelled read comes no further, and its rows are read again.
        return reading.records(rows)

    async def ack(self, position: str) -> None:
        reading = self._opened()
        if not isinstance(reading, OutboxReading):
            return
        keys = reading.keys_up_to(position)
        if keys:
            # Invariant 1: the row says "done" only now that its message is durable in the hub.
            await self._database.run(lambda connection: reading.mark(connection, keys))
            reading.forget(position)

    async def close(self) -> None:
        await self._database.close()

    def _opened(self) -> OutboxReading | HighWaterReading:
        if self._reading is None:
            raise Fatal("not open")
        return self._reading
