"""`sql-table-out`: deliveries become rows of an inbox table."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Delivery,
    Done,
    Fatal,
    Idempotence,
    Kind,
    Reject,
    Result,
    Retryable,
    Sink,
    Spec,
    Text,
)
from sqlalchemy import Connection, insert, inspect, select

from hub_adapter_sql_table.database import Database, MakeEngine, make_engine
from hub_adapter_sql_table.settings import SinkConfig
from hub_adapter_sql_table.tables import place, sink_table

FIELDS: Final[Mapping[str, Callable[[Delivery], str | None]]] = {
    "id": lambda each: each.id,
    "source": lambda each: each.source,
    "type": lambda each: each.type,
    "subject": lambda each: each.subject,
    "time": lambda each: each.attributes["time"],
    "signature": lambda each: each.signature,
    "token": lambda each: each.token,
    "attributes": lambda each: json.dumps(dict(each.attributes), ensure_ascii=False),
}


class SqlTableOut(Sink[SinkConfig]):
    """Inserts each delivery once: a unique key column makes a repetition harmless."""

    spec = Spec(
        name="sql-table-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=SinkConfig,
        title=Text(vi="Ghi vào bảng dữ liệu", en="Write to a table"),
        types=("*",),
        idempotence=Idempotence.IDEMPOTENT,
    )

    def __init__(self, config: SinkConfig, *, engine: MakeEngine = make_engine) -> None:
        super().__init__(config)
        self._database = Database(config, place(config), engine)
        self._table = sink_table(config)
        self._key = self._table.c[config.columns.key]

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        await self._database.open(ctx)
        # "Idempotent" is true only with a unique key: without one nothing is written at all.
        if not await self._database.run(self._has_unique_key):
            raise Fatal(f"{place(self.config)}: the key column needs a unique index of its own")

    def _has_unique_key(self, connection: Connection) -> bool:
        look, config = inspect(connection), self.config
        where, key = (config.table, config.schema_name), config.columns.key
        if look.get_pk_constraint(*where).get("constrained_columns") == [key]:
            return True
        if any(each["column_names"] == [key] for each in look.get_unique_constraints(*where)):
            return True
        return any(
            each["unique"] and each["column_names"] == [key] for each in look.get_indexes(*where)
        )

    async def check(self) -> Check:
        """Select no row: it shows login, table and columns, and changes nothing."""
        query = select(self._table).limit(1)
        await self._database.run(lambda connection: connection.execute(query).all())
        return Check(
            ok=True,
            vi="Thấy bảng, các cột và khóa duy nhất; quyền ghi chưa được thử",
            en="Table, columns and unique key found; the right to write is not tried",
        )

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        rows = [self._row(each) for each in batch]
        if len(rows) > 1 and await self._all_at_once(rows):
            return [Done() for _ in rows]
        return [await self._one(row) for row in rows]

    async def _all_at_once(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Insert all in one transaction: one commit. False: one by one tells which is at fault.

        A database that is away raises for all: to ask it once more for each would take for ever.
        """
        try:
            await self._database.run(
                lambda connection: connection.execute(insert(self._table), list(rows))
            )
        except Reject:
            return False
        return True

    async def _one(self, row: Mapping[str, Any]) -> Result:
        try:
            await self._database.run(
                lambda connection: connection.execute(insert(self._table), dict(row))
            )
        except Reject as reject:
            return await self._known(row, reject)
        except (Retryable, Backpressure) as error:
            return error
        return Done()

    async def _known(self, row: Mapping[str, Any], reject: Reject) -> Result:
        """Tell a repetition from a row that the table does not take."""
        key = row[self.config.columns.key]
        query = select(self._key).where(self._key == key)
        try:
            found = await self._database.run(
                lambda connection: connection.execute(query).scalars().all()
            )
        except (Retryable, Backpressure, Reject) as error:
            return error
        if key in found:
            return Done()
        if found:
            # MySQL and SQL Server take `a` and `A` for the same unless told otherwise: "done" here
            # would lose a message.
            raise Fatal(f"{place(self.config)}: the key column ignores case; use key_form sha256")
        return reject

    def _row(self, delivery: Delivery) -> dict[str, Any]:
        names = self.config.columns
        row: dict[str, Any] = {names.key: self._key_of(delivery), names.body: self._body(delivery)}
        for field, value in FIELDS.items():
            if (name := getattr(names, field)) is not None:
                row[name] = value(delivery)
        return row

    def _key_of(self, delivery: Delivery) -> str:
        if self.config.key_form == "text":
            return delivery.key
        return hashlib.sha256(delivery.key.encode()).hexdigest()

    def _body(self, delivery: Delivery) -> str | bytes:
        # Invariant 4: the text of the signed bytes, not another writing of the same JSON.
        return delivery.body if self.config.body_as == "binary" else delivery.body.decode()

    async def close(self) -> None:
        await self._database.close()
