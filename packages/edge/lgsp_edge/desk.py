"""The desk of a service: what a local system brings is spooled, what waits for it lies there."""

from collections.abc import Callable, Sequence

from lgsp_adapter import Backpressure, Delivery, Done, Draft, Reject, Result, Signed

from lgsp_edge import arrivals, outbox
from lgsp_edge.attempts import reason_of
from lgsp_edge.dead import Cause
from lgsp_edge.errors import SpoolFull
from lgsp_edge.outbox import Put
from lgsp_edge.signing import Signer
from lgsp_edge.source import Limits, letter
from lgsp_edge.spool import Spool, Tx
from lgsp_edge.withdrawals import close_shown


class SpoolDesk:
    """Keeps the promises of `lgsp_adapter.Desk`: durable on this machine's disk."""

    def __init__(
        self,
        name: str,
        spool: Spool,
        signer: Signer,
        *,
        limits: Limits,
        wake: Callable[[], None],
    ) -> None:
        self._name, self._spool, self._signer = name, spool, signer
        self._limits, self._wake = limits, wake

    async def submit(self, message: Draft | Signed) -> None:
        """Take a message in; return once it is on the disk (invariant 1), also if it already was.

        Raises:
            Reject: the hub would refuse its bytes, or its id had another content.
            Backpressure: the spool is full.
        """
        ready = letter(self._signer, message)
        try:
            outcome = await self._spool.run(lambda tx: outbox.put(tx, ready))
        except SpoolFull as full:
            raise Backpressure(f"the spool is full: {full}") from full
        if outcome is Put.REUSED:
            raise Reject(Put.REUSED.value)
        self._spool.point("spooled")
        self._wake()

    async def waiting(self, limit: int, after: str | None = None) -> Sequence[Delivery]:
        """Return deliveries that are not settled, in order."""
        return await self._spool.run(lambda tx: self._waiting(tx, limit, after))

    def _waiting(self, tx: Tx, limit: int, after: str | None) -> list[Delivery]:
        close_shown(tx, self._name)
        seq = 0 if after is None else (arrivals.number_of(tx, after) or 0)
        found = arrivals.after(tx, self._name, seq, limit, withdrawn=False)
        return [arrivals.read(tx, each.seq) for each in found]

    async def settle(self, key: str, result: Result) -> bool:
        """Record the outcome of a delivery; return once durable. False: nothing waits by that key.

        Raises:
            Reject: `settled_otherwise`: it has another outcome already.
        """
        known = await self._spool.run(lambda tx: self._settle(tx, key, result))
        self._wake()
        return known

    def _settle(self, tx: Tx, key: str, result: Result) -> bool:
        outcome = arrivals.outcome_of(tx, key)
        if outcome is not None:
            if isinstance(result, Done) is not (outcome == "done"):
                raise Reject("settled_otherwise", key)
            return True
        seq = arrivals.number_of(tx, key)
        if seq is None:
            return False
        if isinstance(result, Done):
            arrivals.done(tx, seq, arrivals.read(tx, seq))
        elif isinstance(result, Reject) and self._limits.reject:
            arrivals.rejected(tx, seq, arrivals.read(tx, seq), reason_of(result))
        elif isinstance(result, Reject) and not arrivals.is_dead(tx, seq):
            cause = Cause(code=result.code, detail=result.detail, peer_code=result.peer_code)
            arrivals.buried(tx, seq, self._name, cause)
        return True
