"""SQL table: rows behind a position, through SQLAlchemy where it is installed."""

import asyncio
import importlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Source
from lgsp_adapter.dial import Dial
from lgsp_adapter.errors import AdapterError, Fatal, Reject, Retryable
from lgsp_adapter.recipe.base import Cook
from lgsp_adapter.recipe.mapping import draft
from lgsp_adapter.recipe.template import as_text, point
from lgsp_adapter.values import Check, Record

CONNECT_SECONDS: Final = 10
"""For the resolver to answer, and for MySQL to take each connection."""


class SqlTable(Cook, Source[Config]):
    """Reads with one query. `:position` and `:limit` are bound parameters, so no text is SQL."""

    _engine: Any = None
    _thread: ThreadPoolExecutor | None = None

    async def open(self, ctx: Context, position: str | None) -> None:
        """Prepare. The secret of `config` is the URL of the database."""
        await super().open(ctx, position)
        self.after = self.recipe.response.start if position is None else position
        await self.prepare()
        if len(self.secrets) != 1:
            raise Fatal("recipe: sql-table needs one secret, the URL of the database")
        try:
            # By name: the SDK itself has no SQL among its dependencies.
            self._sql = importlib.import_module("sqlalchemy")
            self._engine = self._sql.create_engine(*self.secrets.values(), pool_pre_ping=True)
            # Of its own: in the loop's threads it would wait for a name that these resolve.
            self._thread = ThreadPoolExecutor(1, "recipe-sql")
            # Invariant 5: the URL's host, at every reconnect of the pool, must be approved.
            dial = Dial(ctx.networks, self._engine.url, seconds=CONNECT_SECONDS)
            self._sql.event.listen(self._engine, "do_connect", dial)
        except AdapterError:
            raise
        except Exception as error:  # noqa: BLE001  (the text may quote the URL with its password)
            raise Fatal(
                f"database: {type(error).__name__}; install sqlalchemy and a driver"
            ) from None

    async def close(self) -> None:
        """Close the connections."""
        await super().close()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
        if self._engine is not None:
            await asyncio.to_thread(self._engine.dispose)

    async def check(self) -> Check:
        """Run the query for one row."""
        try:
            await self._rows(1)
        except AdapterError as error:
            return Check(ok=False, vi=f"Không đọc được: {error}", en=f"Not readable: {error}")
        return Check(ok=True, vi="Đọc được bảng", en="The table can be read")

    async def read(self, limit: int) -> list[Record]:
        """Read the next rows."""
        records = [self._record(row) for row in await self._rows(limit)]
        self.after = records[-1].position if records else self.after
        return records

    async def _rows(self, limit: int) -> list[dict[str, Any]]:
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._select, limit)
        except (self._sql.exc.OperationalError, self._sql.exc.InterfaceError) as error:
            raise Retryable(f"database: {type(error).__name__}") from None
        except self._sql.exc.SQLAlchemyError as error:
            raise Fatal(f"query: {type(error).__name__}; correct it in the recipe") from None

    def _select(self, limit: int) -> list[dict[str, Any]]:
        query = self._sql.text(self.recipe.query)
        with self._engine.connect() as connection:
            rows = connection.execute(query, {"position": self.after, "limit": limit})
            return [dict(row) for row in rows.mappings()][:limit]

    def _record(self, row: dict[str, Any]) -> Record:
        raw = json.dumps(row, ensure_ascii=False, default=str).encode()
        item = json.loads(raw)
        try:
            position = as_text(point(item, self.recipe.response.position))
        except Reject as error:
            raise Fatal(f"response.position: {error.detail} is no column of the query") from None
        try:
            message: Any = draft(self.recipe, {"item": item, "config": self.plain}, raw)
        except Reject as error:
            message = error
        return Record(position=position, message=message, raw=raw)
