"""`population`: a system asks about one citizen and gets the answer in the same call.

A service and not a sink with an answer message: the officer waits, and a citizen's data then
passes through this process only. It is in no topic, no log and no archive of the hub. What enters
the hub is the fact of the query: who asked, for which purpose, when. That is durable before the
database is called, so there is no query without its entry.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Annotated, Any, Final

import httpx2
from lgsp_adapter import (
    Answer,
    Backpressure,
    Check,
    Config,
    Context,
    Desk,
    Draft,
    Fatal,
    Kind,
    Reject,
    Request,
    Retryable,
    Secret,
    Service,
    Spec,
    Text,
)
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import Connect, exchange, open_guarded
from lgsp_adapter.policy.rate import Rate
from pydantic import Field

from hub_adapter_population import citizen

TYPE: Final = "vn.gov.record.changed.v1"
DATASET: Final = "population.query"
PATH: Final = "/look-up"
_VIET_NAM: Final = timezone(timedelta(hours=7))
_MINUTE: Final = 60.0


class PopulationConfig(Config):
    """Who may ask, and what they may see."""

    url: Annotated[str, Text(vi="Địa chỉ CSDL", en="Address"), Field(pattern="^https?://")]
    integration_code: Annotated[str, Text(vi="Mã tích hợp", en="Integration code")]
    """MaTichHop."""
    callers: Annotated[
        dict[str, Secret], Text(vi="Hệ thống được hỏi", en="Callers"), Field(min_length=1)
    ]
    """Name of a system to its key, sent as `authorization: Bearer <key>`."""
    fields: Annotated[
        frozenset[str], Text(vi="Trường được trả", en="Fields given"), Field(min_length=1)
    ]
    """Elements of CongDan, nested ones as `NoiSinh/MaTinh`. No other field is given."""
    masked: Annotated[frozenset[str], Text(vi="Trường che bớt", en="Fields masked")] = frozenset()
    """Only the last three characters are shown."""
    per_minute: Annotated[
        int, Text(vi="Số lần hỏi mỗi phút", en="Queries per minute"), Field(ge=1)
    ] = 60
    """For each caller."""
    ok_codes: Annotated[frozenset[str], Text(vi="Mã thành công", en="error_code of success")] = (
        frozenset({"0"})
    )
    nobody_codes: Annotated[
        frozenset[str], Text(vi="Mã không tìm thấy", en="error_code of nobody found")
    ] = frozenset()
    """Not published; an empty collection means it too."""
    denied_codes: Annotated[
        frozenset[str], Text(vi="Mã không được phép", en="error_code of a connector not allowed")
    ] = frozenset()
    """Our integration code or address is refused: an operator's matter, and not the caller's."""
    busy_codes: Annotated[frozenset[str], Text(vi="Mã báo bận", en="error_code of too many")] = (
        frozenset({"429"})
    )
    recipients: Annotated[tuple[str, ...], Text(vi="Nơi nhận", en="Recipients")] = ()
    """URNs of who gets the fact of each query: an auditor's system. Left out, subscriptions say
    so; where there is none the hub keeps the refused message and nobody gets it."""
    seconds: Annotated[float, Text(vi="Thời hạn chờ", en="Time-out"), Field(gt=0, le=25)] = 15.0
    """Seconds for one call."""


class Population(Service[PopulationConfig]):
    """Asks the national population database on behalf of an officer."""

    spec = Spec(
        name="population",
        version="1.0.0",
        kind=Kind.SERVICE,
        config=PopulationConfig,
        title=Text(vi="Tra cứu CSDL quốc gia về dân cư", en="National population database"),
        types=(TYPE,),
    )

    def __init__(self, config: PopulationConfig, connect: Connect = open_guarded) -> None:
        super().__init__(config)
        self._connect = connect
        self._client: httpx2.AsyncClient | None = None
        self._keys: dict[str, bytes] = {}
        rate = Rate(per_second=config.per_minute / _MINUTE, burst=max(1, config.per_minute // 6))
        self._rates = dict.fromkeys(config.callers, rate)

    async def open(self, ctx: Context, desk: Desk) -> None:
        await super().open(ctx, desk)
        for name, reference in self.config.callers.items():
            key = (await ctx.secret(reference)).get_secret_value()
            self._keys[name] = hashlib.sha256(key.encode()).digest()
        if len(set(self._keys.values())) < len(self._keys):
            # Two names with one key: the log could not say who asked.
            raise Fatal("two callers have the same key")
        self._client = self._connect(ctx, self.config.seconds)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def check(self) -> Check:
        reply = await exchange(self._http, self._http.build_request("HEAD", self.config.url))
        ok = reply.status < 500  # noqa: PLR2004
        said = f"HTTP {reply.status}"
        return Check(ok=ok, vi=f"CSDL trả lời {said}", en=f"The database answers {said}")

    async def answer(self, request: Request) -> Answer:
        caller = self._caller(request.headers.get("authorization", ""))
        if caller is None:
            return _problem(401, "caller_unknown", "authorization")
        if request.path != PATH or request.method != "POST":
            return _problem(404, "not_found", f"POST {PATH}")
        wait = self._wait(caller)
        if wait > 0:
            return _problem(429, "too_many", f"{self.config.per_minute} a minute", wait)
        try:
            asked = _object(request.body)
            query = self._query(asked)
        except Reject as error:
            return _problem(422, error.code, error.detail)
        # Invariant 1, and the law: no query without its entry.
        await self.desk.submit(self._entry(caller, query, asked))
        return await self._look_up(query)

    def _caller(self, header: str) -> str | None:
        """Return who calls. All keys are compared: time does not tell which was nearly right."""
        given = hashlib.sha256(header.removeprefix("Bearer ").encode()).digest()
        found = [name for name, key in self._keys.items() if hmac.compare_digest(key, given)]
        return found[0] if found and header.startswith("Bearer ") else None

    def _wait(self, caller: str) -> float:
        now = self.ctx.now().timestamp()
        rate = self._rates[caller]
        wait = rate.wait(now)
        if wait <= 0:
            self._rates[caller] = rate.taken(now)
        return wait

    def _query(self, asked: Mapping[str, Any]) -> dict[str, str]:
        return {
            **citizen.query(asked),
            "MaTichHop": self.config.integration_code,
            "MaDVC": citizen.code(asked, "purpose"),
            "MaCanBo": citizen.code(asked, "officer_code"),
            "MaYeuCau": citizen.code(asked, "request_id"),
        }

    def _entry(self, caller: str, query: Mapping[str, str], asked: Mapping[str, Any]) -> Draft:
        """Return the entry of the log of queries: codes, and no value of a citizen."""
        digest = hashlib.sha256(f"{caller}\n{query['MaYeuCau']}".encode()).hexdigest()[:40]
        record = {
            "caller": caller,
            "officer_code": query["MaCanBo"],
            "purpose": query["MaDVC"],
            "request_id": query["MaYeuCau"],
            "asked_by": [name for name in sorted(asked) if name in _ASKED_BY and asked[name]],
        }
        now = self.ctx.now().astimezone(_VIET_NAM)
        body = {
            "dataset": DATASET,
            "record_id": digest,
            "change": "created",
            "changed_at": now.isoformat(),
            "version": 1,
            "record": record,
        }
        return Draft(
            # With the time: the same request asked again is a second query, and a second entry.
            id=f"query-{digest[:32]}-{now:%Y%m%d%H%M%S%f}",
            type=TYPE,
            body=json.dumps(body).encode(),
            recipients=self.config.recipients,
        )

    async def _look_up(self, query: Mapping[str, str]) -> Answer:
        request = self._http.build_request("POST", self.config.url, json=dict(query))
        reply = await exchange(self._http, request)
        error = reply.error(self.ctx.now())
        if error is not None:
            # The runtime tells the caller; the log tells the operator with the database's code.
            self.ctx.log.warning("population query: %s, %s", error.code, error.peer_code)
            raise error
        content = reply.json()
        code, message = as_code(content.get("error_code")), content.get("message")
        if code is None:
            raise Retryable("the answer has no error_code")
        self.ctx.log.info("population query: error_code %s", code)
        self._judge(code)
        nobody = code in self.config.nobody_codes
        return self._told([] if nobody else _citizens(message))

    def _judge(self, code: str) -> None:
        if code in self.config.nobody_codes:
            return
        if code in self.config.denied_codes:
            raise Fatal("the database does not allow this connector", peer_code=code)
        if code in self.config.busy_codes:
            raise Backpressure("the database wants fewer queries", peer_code=code)
        if code not in self.config.ok_codes:
            raise Reject("peer_refused", f"error_code {code}", peer_code=code)

    def _told(self, found: list[dict[str, str]]) -> Answer:
        if not found:
            return _problem(404, "no_citizen", "nobody with these details")
        if len(found) > 1:
            # Which of them was meant is not for us to guess, and the others are nobody's business.
            return _problem(409, "not_unique", "several citizens: ask with more details")
        shown = citizen.seen(found[0], self.config.fields, self.config.masked)
        body = json.dumps({"citizen": shown}, ensure_ascii=False).encode()
        return Answer(body=body, headers={"cache-control": "no-store"})

    @property
    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            raise Fatal("not open")
        return self._client


_ASKED_BY: Final = frozenset(
    {"full_name", "id_number", "old_id_number", "birth_date", "birth_year"}
)


def _citizens(message: Any) -> list[dict[str, str]]:
    """Return who is in the answer.

    Raises:
        Retryable: nobody can read it. The question was right: the caller may ask again.
    """
    try:
        return citizen.citizens(message if isinstance(message, str) else "")
    except Reject as error:
        raise Retryable(f"the answer: {error.code}") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Reject("bad_request", "a JSON object is needed")
    return value


def _problem(status: int, code: str, detail: str, after: float | None = None) -> Answer:
    problem = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return Answer(
        status=status,
        body=json.dumps(problem).encode(),
        content_type="application/problem+json",
        headers={} if after is None else {"retry-after": str(int(after) + 1)},
    )
