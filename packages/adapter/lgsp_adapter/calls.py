"""One call of an adapter: bounded in time, and every end of it an error of the contract."""

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from lgsp_adapter.context import Context
from lgsp_adapter.contract import AnyAdapter, Service, Sink, Source
from lgsp_adapter.desk import ClosedDesk, Desk
from lgsp_adapter.errors import AdapterError, Backpressure, Reject, Retryable
from lgsp_adapter.values import Check, Delivery, Done, Result

T = TypeVar("T")

_RESULTS: Final = (Done, Retryable, Backpressure, Reject)


async def call(wanted: Awaitable[T], timeout: float) -> T:  # noqa: ASYNC109  (cancels, then tells)
    """Await an adapter's answer for at most `timeout` real seconds.

    Raises:
        AdapterError: what the adapter raised; a `Retryable` of unknown outcome for a time-out, and
            for an exception that is no error of the contract: it says nothing of the other side.
    """
    try:
        async with asyncio.timeout(timeout):
            return await wanted
    except TimeoutError as error:
        raise Retryable("no answer in time") from error
    except AdapterError:
        raise
    except Exception as error:
        # Its text may hold anything; its class is enough to find the fault.
        raise Retryable(f"a fault of the adapter: {type(error).__name__}") from error


async def write(
    sink: Sink[Any],
    batch: Sequence[Delivery],
    timeout: float,  # noqa: ASYNC109
) -> list[Result]:
    """Hand a batch to a sink; every end of the call is a result for each delivery.

    Raises:
        Fatal: the sink cannot work.
    """
    try:
        results = await call(sink.write(batch), timeout)
    except (Retryable, Backpressure) as error:
        return [error] * len(batch)
    except Reject as error:
        # Of one it is clear which is meant; of several it is a fault of the adapter.
        alone = len(batch) == 1
        return [error if alone else Retryable("a batch was rejected as a whole")] * len(batch)
    if len(results) != len(batch) or not all(isinstance(one, _RESULTS) for one in results):
        # Which one is missing cannot be known, so nothing is.
        return [Retryable("the adapter gave no result for each delivery")] * len(batch)
    return results


async def end(adapter: AnyAdapter, timeout: float) -> None:  # noqa: ASYNC109
    """Close an adapter. One that cannot end may not keep the runtime from ending."""
    # A task of its own: in one that was cancelled, Python 3.11.2 makes of the end of a time-out one
    # more cancellation, and what comes after would not be done.
    closing = asyncio.create_task(call(adapter.close(), timeout))
    with contextlib.suppress(AdapterError):
        await closing


async def check(
    adapter: AnyAdapter,
    ctx: Context,
    timeout: float,  # noqa: ASYNC109
    desk: Desk | None = None,
) -> Check:
    """Open an adapter, let it look at the other side, close it. Every end becomes words."""
    try:
        await call(_opening(adapter, ctx, desk or ClosedDesk()), timeout)
        found = await call(adapter.check(), timeout)
    except AdapterError as error:
        told = ctx.mask(str(error))
        return Check(ok=False, vi=f"Không dùng được: {told}", en=f"Not usable: {told}")
    finally:
        await end(adapter, timeout)
    return found


def _opening(adapter: AnyAdapter, ctx: Context, desk: Desk) -> Coroutine[Any, Any, None]:
    if isinstance(adapter, Source):
        return adapter.open(ctx, None)
    return adapter.open(ctx, desk) if isinstance(adapter, Service) else adapter.open(ctx)
