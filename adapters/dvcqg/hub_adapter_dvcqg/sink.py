"""Sending: dossier events to the portal, by insert or update, steps in chunks."""

from collections.abc import Sequence
from typing import Any, Final

import httpx2
from lgsp_adapter import (
    Backpressure,
    Check,
    Context,
    Delivery,
    Done,
    Idempotence,
    Kind,
    Reject,
    Result,
    Retryable,
    Sink,
    Spec,
    Text,
)

from hub_adapter_dvcqg.config import PortalOutConfig
from hub_adapter_dvcqg.events import TYPES, Call, Rule, record_of, rule_of
from hub_adapter_dvcqg.fields import CODE, OFFICER
from hub_adapter_dvcqg.links import with_links
from hub_adapter_dvcqg.merging import found_in, merged
from hub_adapter_dvcqg.portal import LONGEST_ANSWER, Connect, Portal, connect
from hub_adapter_dvcqg.words import Meaning

CHUNK: Final = 10
"""Most steps of one call, as the known provincial client sends them."""

QUERY: Final = "TraCuuHoSo"

Prepared = tuple[Rule, dict[str, Any]]


class PortalSink(Sink[PortalOutConfig]):
    """Dossiers and their progress to the national portal."""

    spec = Spec(
        name="dvcqg-out",
        version="1.0.0",
        kind=Kind.SINK,
        config=PortalOutConfig,
        title=Text(
            vi="Đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia",
            en="Dossiers to the National Public Service Portal",
        ),
        types=TYPES,
        # By MaHoSo: what exists is updated with the same values.
        idempotence=Idempotence.IDEMPOTENT,
    )
    _portal: Portal
    _client: httpx2.AsyncClient | None = None

    def __init__(self, config: PortalOutConfig, connect: Connect = connect) -> None:
        super().__init__(config)
        self._connect = connect

    async def open(self, ctx: Context) -> None:
        await super().open(ctx)
        self._client = self._connect(ctx, self.config.timeout_seconds, LONGEST_ANSWER)
        password = await ctx.secret(self.config.password)
        self._portal = Portal(self._client, self.config, password, ctx)

    async def check(self) -> Check:
        await self._portal.session()
        return Check(ok=True, vi="Đăng nhập được vào Cổng", en="the portal gives a session")

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def write(self, batch: Sequence[Delivery]) -> list[Result]:
        results: dict[str, Result] = {}
        steps: list[tuple[str, dict[str, Any]]] = []
        for delivery in batch:
            prepared = self._prepared(delivery)
            if isinstance(prepared, Reject):
                results[delivery.key] = prepared
            elif prepared[0].call is Call.STEP:
                steps.append((delivery.key, prepared[1]))
            else:
                results[delivery.key] = await _result(self._dossier(*prepared))
        for start in range(0, len(steps), CHUNK):
            results |= await self._steps(steps[start : start + CHUNK])
        return [results[delivery.key] for delivery in batch]

    def _prepared(self, delivery: Delivery) -> Prepared | Reject:
        rule = rule_of(delivery.type)
        if rule is None:
            return Reject("type_unknown", "the portal takes no events of this type")
        try:
            record = record_of(rule, with_links(delivery.json(), self.config.object_link))
        except Reject as error:
            return error
        except (KeyError, TypeError, ValueError, AttributeError):
            # The hub has checked the schema; a body that passes it does not come here.
            return Reject("body_unreadable", "the body does not fit its schema")
        if rule.call is Call.STEP:
            record.setdefault(OFFICER.portal, self.config.unnamed_officer)
        return rule, record

    async def _dossier(self, rule: Rule, record: dict[str, Any]) -> None:
        # A portal that looks at the fields first would refuse half a dossier, not say "exists".
        inserts = rule.opens and (rule.is_whole or not self.config.whole_updates)
        order = (self._insert, self._update) if inserts else (self._update, self._insert)
        meaning = await order[0](record)
        if meaning is (Meaning.EXISTS if inserts else Meaning.ABSENT):
            # The portal itself says which of the two calls it wants.
            meaning = await order[1](record)
        if meaning is not Meaning.OK:
            raise Reject("portal_contradicts", rule.call, peer_code=meaning.name.lower())

    async def _insert(self, record: dict[str, Any]) -> Meaning:
        return (await self._portal.call(Call.DOSSIER, [record]))[0]

    async def _update(self, record: dict[str, Any]) -> Meaning:
        if self.config.whole_updates:
            known = await self._known(record[CODE.portal])
            if known is None:
                return Meaning.ABSENT
            record = merged(known, record)
        return (await self._portal.call(Call.DOSSIER, [record], updating=True))[0]

    async def _known(self, code: str) -> dict[str, Any] | None:
        meaning, answer = await self._portal.call(QUERY, [{CODE.portal: code}])
        return found_in(answer, code) if meaning is Meaning.OK else None

    async def _steps(self, steps: list[tuple[str, dict[str, Any]]]) -> dict[str, Result]:
        result = await _result(self._chunk([record for _, record in steps]))
        if len(steps) == 1 or not isinstance(result, Reject):
            return {key: result for key, _ in steps}
        # Which of them the portal does not want is seen only one by one.
        return {key: await _result(self._chunk([record])) for key, record in steps}

    async def _chunk(self, records: list[dict[str, Any]]) -> None:
        meaning, _ = await self._portal.call(Call.STEP, records)
        if meaning is Meaning.ABSENT:
            raise Reject("dossier_absent", Call.STEP, peer_code=meaning.name.lower())


async def _result(work: Any) -> Result:
    try:
        await work
    except (Retryable, Backpressure, Reject) as error:
        return error
    return Done()
