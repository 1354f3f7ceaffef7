"""The sending side of all systems: waits for the cause, signs, hands in, writes it down."""

import asyncio
import hashlib
import io
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lgsp_client import HubClient, HubError, HubRefused, Identity, Outgoing, Submitted
from lgsp_message.jws import content_hash

from simulator.arrivals import Arrivals
from simulator.forge import forge
from simulator.journal import Journals
from simulator.pdf import signed_pdf
from simulator.pki import SamplePki
from simulator.plan import Planned

IN_FLIGHT: Final = 96
"""Most messages that wait for the hub's answer at once: half of what it takes from one system."""
CAUSE_SECONDS: Final = 30.0
"""Longest wait for the message that is answered; then the answer is sent all the same."""
KNOWN: Final = 200
TAKEN: Final = 202


class Senders:
    """Hands in planned messages as their systems."""

    def __init__(
        self,
        run: str,
        clients: Mapping[str, HubClient],
        who: Mapping[str, Identity],
        plan: Mapping[int, Planned],
        journals: Journals,
        arrivals: Arrivals,
    ) -> None:
        """Prepare. `run` begins every id, so that a second day in the same hub is another one."""
        self._run, self._clients, self._who, self._plan = run, clients, who, plan
        self._journals, self._arrivals = journals, arrivals
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._pki = SamplePki(datetime.now(UTC))
        self._repeated = {one.after[0] for one in plan.values() if one.repeats}
        self._sent: dict[int, Outgoing] = {}
        self.counts: Counter[str] = Counter()
        self.first_at: float | None = None
        """When the hub took the first message: seconds since 1970."""

    async def send(self, planned: Planned) -> None:
        """Send one message of the plan and note what became of it."""
        await self._causes(planned)
        try:
            async with self._places:
                await self._send(planned)
        finally:
            # Whatever came of it: what repeats it, or answers it, does not wait for ever.
            self._arrivals.answered(planned.number)

    async def _send(self, planned: Planned) -> None:
        try:
            message = await self._composed(planned)
        except HubError as error:
            self._note(planned, {"event": "unsent", "why": str(error)})
            return
        if planned.number in self._repeated:
            self._sent[planned.number] = message
        await self._hand_in(planned, message)

    async def _causes(self, planned: Planned) -> None:
        if planned.repeats:
            await self._arrivals.until(planned.after[0], planned.sender, by_inbox=False)
            return
        try:
            async with asyncio.timeout(CAUSE_SECONDS):
                for number in planned.after:
                    seen = planned.sender in self._plan[number].receivers
                    await self._arrivals.until(number, planned.sender, by_inbox=seen)
        except TimeoutError:
            self.counts["cause_missing"] += 1

    async def _composed(self, planned: Planned) -> Outgoing:
        return forge(
            planned,
            self._who[planned.sender],
            run=self._run,
            now=datetime.now(UTC),
            first=self._sent[planned.after[0]] if planned.repeats else None,
            attachment=await self._attach(planned) if planned.letter else None,
        )

    async def _attach(self, planned: Planned) -> dict[str, Any]:
        """Upload the letter's PDF, signed by its agency; return the attachment of the body."""
        lines = [f"Van ban mau so {planned.number}", "Du lieu mau, khong co that"]
        pdf = signed_pdf(lines, self._pki.agency(planned.sender), datetime.now(UTC))
        name = f"van-ban-mau-{planned.number}.pdf"
        ref = await self._clients[planned.sender].upload(
            io.BytesIO(pdf), name=name, media_type="application/pdf"
        )
        return {
            "content_id": "cid:1",
            "name": name,
            "content_type": "application/pdf",
            "object": ref.to_json(),
        }

    async def _hand_in(self, planned: Planned, message: Outgoing) -> None:
        body_hash = hashlib.sha256(message.body).digest()
        self._note(
            planned,
            {
                "event": "submitting",
                "source": planned.sender,
                "id": message.id,
                "type": planned.type,
                "fault": planned.fault,
                "outcome": planned.expected.outcome,
                "reason": planned.expected.reason,
                "receivers": list(planned.receivers),
                "body_sha256": body_hash.hex(),
                "content_sha256": content_hash(body_hash, message.attributes).hex(),
            },
        )
        try:
            answer = await self._clients[planned.sender].send(message)
        except HubRefused as refusal:
            line = {"event": "answered", "status": refusal.status, "code": refusal.reason}
            self._note(planned, line)
        except HubError as error:
            self._note(planned, {"event": "unanswered", "why": str(error)})
        else:
            self._taken(planned, answer)

    def _taken(self, planned: Planned, answer: Submitted) -> None:
        self.first_at = self.first_at or time.time()
        self._note(planned, {"event": "answered", "status": KNOWN if answer.known else TAKEN})
        if planned.fault is None:
            self._arrivals.expect(planned.number, planned.receivers)

    def _note(self, planned: Planned, line: dict[str, Any]) -> None:
        told = {"n": planned.number, "at": time.time(), **line}
        self._journals.sent(planned.sender, told)
        self.counts[line["event"]] += 1
        if line.get("code"):
            self.counts["refused"] += 1
