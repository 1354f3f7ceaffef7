"""Hold back a system that hands in more than its quota: it is told when to come again."""

import math

from lgsp_message.attributes import is_urgent
from lgsp_message.values import Received

from hub.api.deps import Deps
from hub.api.problems import Code, Problem
from hub.io.metering import Excess


class OverQuota(Problem):
    """429 with `Retry-After`: nothing was written, and what comes after it must not overtake it."""

    def __init__(self, excess: Excess) -> None:
        # At least a second, and never too early: a client that comes back at once only adds load.
        seconds = max(1, math.ceil(excess.seconds))
        super().__init__(
            429,
            Code.TOO_MANY_REQUESTS,
            f"more than {excess.per_minute} {excess.measure} a minute",
            headers={"retry-after": str(seconds)},
            # For the parts of a batch, which have no headers.
            extra={"retry_after": seconds},
        )


def expect_within_quota(deps: Deps, system: str, received: Received) -> None:
    """Count a message that `system` hands in.

    Raises:
        OverQuota: it has used its quota up. Nothing is lost: it has the message.
    """
    urgent = is_urgent(received.attributes)
    excess = deps.meters.take(system, len(received.body), urgent=urgent)
    if excess is not None:
        deps.metrics.held_back.labels(excess.measure.value).inc()
        raise OverQuota(excess)
