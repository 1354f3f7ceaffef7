"""`/healthz`, `/readyz`, `/metrics`: for the proxy, the supervisor and Prometheus."""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

import orjson
from fastapi import APIRouter, Request
from prometheus_client import generate_latest
from starlette.responses import Response

from hub.api.deps import Deps, deps_of
from hub.api.knowledge import projection_state
from hub.api.ops.dependencies import Ops
from hub.io.sql.certificate_queries import CertificateQueries, InUse
from hub.ports import Refusing, Unavailable

HEARTBEAT_SECONDS: Final = 300
"""Five minutes without a heartbeat of the rules are shown."""
GRACE_SECONDS: Final = 24 * 3600
"""A day without one: keys may have been revoked that the hub does not know of. Not ready."""

_T = TypeVar("_T")

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def healthz() -> Response:
    """Say that the process serves requests."""
    return _json({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Say whether messages can be taken now: Kafka answers, rules are there, the disk has room."""
    deps = deps_of(request)
    version, age = deps.rules().ref.version, deps.heartbeat_age()
    checks = {
        "kafka": await deps.ingress.answers(),
        "rules": version > 0 and age < GRACE_SECONDS,
        "disk": deps.disk.has_room(),
        "serving": not deps.inboxes.closing,
    }
    document: dict[str, Any] = {
        "status": "ready" if all(checks.values()) else "not_ready",
        "checks": checks,
        "rules_version": version,
        "rules_stale": age >= HEARTBEAT_SECONDS,
        # Told, and no condition: messages are taken and routed without it.
        "projection": await projection_state(deps),
    }
    if all(checks.values()):
        return _json(document)
    return _json(document, 503, {"retry-after": "5"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return the metrics of this process for Prometheus. What is around is looked up now."""
    deps = deps_of(request)
    await _look_around(deps)
    text = generate_latest(deps.metrics.registry)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def _look_around(deps: Deps) -> None:
    metrics = deps.metrics
    metrics.in_flight.set(deps.ingress.in_flight)
    metrics.surroundings.set(
        kafka=await deps.ingress.answers(),
        rules=deps.rules().ref.version,
        heard=deps.heartbeat_age(),
        free=deps.disk.free(),
    )
    if deps.ops is not None:
        metrics.surroundings.lags(await _or_nothing(deps.ops.lags.read()))
        metrics.surroundings.topics(await _or_nothing(deps.ops.topics.get()))
        metrics.surroundings.certificates(await _certificates(deps.ops), deps.clock())


async def _certificates(ops: Ops) -> tuple[InUse, ...] | None:
    try:
        return await CertificateQueries(ops.engine).in_use()
    except Unavailable:
        return None


async def _or_nothing(asked: Awaitable[tuple[_T, ...]]) -> tuple[_T, ...]:
    # What could not be asked is absent from the answer: an alert waits for that.
    try:
        return await asked
    except (Unavailable, Refusing):
        return ()


def _json(
    document: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(document), status_code=status, media_type="application/json", headers=headers
    )
