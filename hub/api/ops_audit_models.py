"""What the routes about deeds and second persons answer."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from hub.api.ops_models import Answer
from hub.control.people.second_person import Kind


class TargetAnswer(Answer):
    """What was done, to what, and how it was before and after (null: not there, or not kept)."""

    entity: str
    action: str
    before: Any
    after: Any


class EntryAnswer(Answer):
    """One deed of a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "at": "2026-11-28T01:00:00Z",
                    "actor": "admin",
                    "reason": "Trực ca từ tháng 12 (mẫu)",
                    "result": "done",
                    "version": None,
                    "changes": 1,
                    "address": "10.20.30.40",
                    "targets": [
                        {
                            "entity": "user/binh",
                            "action": "give_roles",
                            "before": {"grants": []},
                            "after": {"grants": [{"role": "operator"}]},
                        }
                    ],
                }
            ]
        }
    )

    id: int
    at: datetime
    actor: str
    reason: str
    result: str
    """`done`, `denied` or `failed`."""
    version: int | None
    changes: int
    address: str | None
    """Where it was asked from; null: by the hub itself, or before addresses were kept."""
    targets: list[TargetAnswer]
    """The first ones; the entry itself has all of them."""


class AuditPage(Answer):
    """Deeds, the newest first; ask with `before=<next>` for older ones."""

    items: list[EntryAnswer]
    next: int | None


class RequestAnswer(Answer):
    """A risky action that somebody asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0190b6a0-0000-7000-8000-000000000001",
                    "kind": "roles",
                    "target": "user/chi",
                    "payload": {
                        "name": "chi",
                        "grants": [{"role": "administrator"}],
                        "before": [],
                    },
                    "reason": "Quản trị viên thứ ba (mẫu)",
                    "asked_by": "admin",
                    "asked_at": "2026-11-28T01:00:00Z",
                    "decision": None,
                    "decided_by": None,
                    "decided_at": None,
                    "decision_reason": None,
                    "may_approve": True,
                }
            ]
        }
    )

    id: str
    kind: Kind
    target: str
    payload: dict[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    decision: str | None
    """null: it waits; else `approved`, `refused` or `withdrawn`."""
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    may_approve: bool
    """Whether the one who asks this may approve it."""


class RequestPage(Answer):
    """Requests, the newest first; ask with `before=<next>` for older ones."""

    items: list[RequestAnswer]
    next: str | None
