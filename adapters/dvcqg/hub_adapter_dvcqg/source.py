"""Receiving: dossiers handed in at the national portal, marked as received once durable.

The two services are an assumption, made from the portal's own form of call and from the list,
fetch and mark of the inter-linked services: their names and their two fields are configuration.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import httpx2
from lgsp_adapter import (
    Check,
    Context,
    Draft,
    Kind,
    Record,
    Reject,
    Retryable,
    Source,
    Spec,
    Text,
)

from hub_adapter_dvcqg.config import PortalInConfig
from hub_adapter_dvcqg.files import Fetcher
from hub_adapter_dvcqg.incoming import Dossier, body_of, dossier_of, draft_of
from hub_adapter_dvcqg.portal import LONGEST_ANSWER, Connect, Portal, connect
from hub_adapter_dvcqg.words import Meaning, peer_code

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What the portal is told of a dossier: with the state, so that a later one is not marked."""

    code: str
    state: str


class PortalSource(Source[PortalInConfig]):
    """Dossiers from the national portal."""

    spec = Spec(
        name="dvcqg-in",
        version="1.0.0",
        kind=Kind.SOURCE,
        config=PortalInConfig,
        title=Text(
            vi="Nhận hồ sơ từ Cổng Dịch vụ công quốc gia",
            en="Dossiers from the National Public Service Portal",
        ),
        types=(
            "vn.gov.dossier.submitted.v1",
            "vn.gov.dossier.withdrawn.v1",
            "vn.gov.dossier.step.v1",
        ),
    )
    _portal: Portal
    _fetcher: Fetcher

    def __init__(self, config: PortalInConfig, connect: Connect = connect) -> None:
        super().__init__(config)
        self._connect = connect
        self._clients: list[httpx2.AsyncClient] = []
        self._open: OrderedDict[str, _Mark | None] = OrderedDict()
        """Read and not durable, by position; None is never marked."""
        self._due: OrderedDict[str, _Mark] = OrderedDict()
        self._left: set[str] = set()
        """Dossiers nobody can read, or whose mark is refused: the portal keeps listing them."""
        self._stalled: set[str] = set()
        """Dossiers with a file that could not be fetched: tried again after all others."""
        self._durable: str | None = None

    async def open(self, ctx: Context, position: str | None) -> None:
        await super().open(ctx, position)
        self._durable = position
        seconds = self.config.timeout_seconds
        # The fetcher counts too, and refuses: to the client, too long is a broken connection.
        for longest in (LONGEST_ANSWER, (self.config.max_file_mb + 1) * _MEGABYTE):
            self._clients.append(self._connect(ctx, seconds, longest))
        password = await ctx.secret(self.config.password)
        self._portal = Portal(self._clients[0], self.config, password, ctx)
        self._fetcher = Fetcher(self._clients[1], ctx, self.config.max_file_mb * _MEGABYTE)

    async def check(self) -> Check:
        await self._portal.session()
        return Check(ok=True, vi="Đăng nhập được vào Cổng", en="the portal gives a session")

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def read(self, limit: int) -> list[Record]:
        await self._tell()
        read: list[tuple[Dossier, Record]] = []
        failed: Retryable | None = None
        for dossier in await self._listed(limit):
            if len(read) == limit or (read and dossier.digest in self._stalled):
                break
            try:
                read.append((dossier, await self._record(dossier)))
            except Retryable as error:
                # A file that cannot be fetched now holds up its own dossier only (invariant 7).
                self._stalled.add(dossier.digest)
                failed = error
        if failed is not None and not read:
            raise failed
        # Nothing is awaited from here: a cancelled read has taken nothing.
        for dossier, record in read:
            self._note(dossier, record)
        return [record for _, record in read]

    async def ack(self, position: str) -> None:
        # Invariant 1: the portal hears "received" only after the dossier is durable in the hub.
        while position in self._open:
            reached, mark = self._open.popitem(last=False)
            if mark is not None:
                self._due[reached] = mark
            if reached == position:
                break
        await self._tell()

    async def _tell(self) -> None:
        while self._due:
            position, mark = next(iter(self._due.items()))
            refusal = await self._marked(mark)
            if refusal is not None:
                # The portal may list it for ever: read once is enough for this opening.
                self.ctx.log.warning("the portal refuses a mark: %s", refusal)
                self._left.add(position)
            del self._due[position]

    async def _marked(self, mark: _Mark) -> str | None:
        """Tell the portal; return its code where it refuses."""
        row = {"MaHoSo": mark.code, "TrangThaiHoSo": mark.state}
        try:
            meaning, answer = await self._portal.call(
                self.config.mark_service, [row], updating=True
            )
        except Reject as error:
            return error.peer_code or ""
        return None if meaning is Meaning.OK else peer_code(answer)

    async def _listed(self, limit: int) -> list[Dossier]:
        # What is read and not marked stands first in the list still.
        known = sum(map(len, (self._open, self._left, self._due, self._stalled)))
        data = [{"SoLuong": str(limit + known)}]
        try:
            meaning, answer = await self._portal.call(self.config.list_service, data)
        except Reject as error:
            # A list is no message that could be at fault.
            raise Retryable(f"{error.detail}: refused", peer_code=error.peer_code) from error
        if meaning is not Meaning.OK:
            # "Does not exist" may be said of the service: taken for an empty list, it would hide
            # a wrong name for ever.
            raise Retryable(f"{self.config.list_service}: refused", peer_code=peer_code(answer))
        rows: Any = answer.get("result") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Retryable(f"{self.config.list_service}: result is no list of objects")
        found = {dossier.digest: dossier for dossier in map(dossier_of, rows)}
        if self._durable in found:
            # The hub has it, and the mark was lost with the connector's last life.
            self._due[self._durable] = _mark(found[self._durable])
            self._durable = None
        seen = {*self._open, *self._left, *self._due}
        new = [dossier for digest, dossier in found.items() if digest not in seen]
        return sorted(new, key=lambda dossier: dossier.digest in self._stalled)

    async def _record(self, dossier: Dossier) -> Record:
        message: Draft | Reject
        raw = dossier.raw
        try:
            name, body = body_of(dossier, self.config.madonvi)
            message = draft_of(dossier, name, await self._fetcher.with_objects(body))
        except Reject as error:
            message = error
            # Invariant 9: a marked dossier is not kept, not even as a dead letter.
            raw = b"" if error.code == "secret_marking" else raw
        return Record(position=dossier.digest, message=message, raw=raw)

    def _note(self, dossier: Dossier, record: Record) -> None:
        self._stalled.discard(record.position)
        if isinstance(record.message, Reject):
            self._open[record.position] = None
            self._left.add(record.position)
        else:
            self._open[record.position] = _mark(dossier)


def _mark(dossier: Dossier) -> _Mark:
    return _Mark(code=dossier.code, state=dossier.state)
