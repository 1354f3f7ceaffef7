"""Which control stands on which screen, and who may see it: by the table that the API has."""

from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute

from hub.api.app import guarded_routes
from hub.api.change_rights import RIGHT_OF_CHANGE
from hub.api.rights import ROLES, Role, right_of
from hub.control.people.second_person import RIGHTS
from tests.browser import filled
from tests.browser.province import CONNECTOR

_CHANGES = {f"change {kind}": right for kind, right in RIGHT_OF_CHANGE.items()}
_APPROVALS = {f"approve {kind}": right for kind, right in RIGHTS.items()}
_ROUTES = {
    f"{method} {route.path}": right_of(route)
    for route in guarded_routes()
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}


@dataclass(frozen=True)
class Held:
    """A role, for the whole hub or within one organisation."""

    role: Role
    bound: bool = False


def may(call, held):
    """Say whether somebody with these roles may make a call."""
    if call == "approve rules":  # An owner of a type approves within its own organisation.
        return any(_APPROVALS[call] in ROLES[one.role] for one in held)
    if call in _CHANGES or call in _APPROVALS:
        needed = {(_CHANGES | _APPROVALS)[call]}
        return any(needed & ROLES[one.role] for one in held if not one.bound)
    right = _ROUTES[call]
    if right is None or not right.actions:
        return True
    counting = [one for one in held if right.scoped or not one.bound]
    return any({*right.actions} & ROLES[one.role] for one in counting)


@dataclass(frozen=True)
class Screen:
    """An address of the console: what it reads first, and every control that changes something."""

    path: str
    reads: str
    controls: set[str] = field(default_factory=set)
    stubs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers in the hub's place, where what a screen lists cannot be made in seconds."""

    def shown(self, held):
        """Return the controls that somebody with these roles must see, and no others."""
        return {one for one in self.controls if may(self.reads, held) and may(one, held)}


_CONNECTOR = "/v1/admin/connectors/{name}"
_HELD = {
    "offset": 7,
    "source": "so-mau",
    "id": "mau-7",
    "subject": "H99-7",
    "reason": "internal",
    "at": "2026-11-28T02:00:00Z",
}
_FIRING = {
    "rule": "dead-letters",
    "subject": "xa-mau",
    "organisation": "org-xa-mau",
    "value": 3,
    "phase": "firing",
    "since": "2026-11-28T02:00:00Z",
    "taken_by": None,
}

_PLACE = {"topic": "hub.inbox.so-mau", "partition": 0, "offset": 4, "first": 0, "end": 9}
_GROUPS = {
    "items": [
        {
            "name": "phan-mem-mau",
            "state": "Empty",
            "members": [],
            "committed": [_PLACE],
            "barrier": None,
        }
    ],
    "since": "2026-11-28T02:00:00Z",
    "changes": [
        {
            "at": "2026-11-28T02:01:00Z",
            "group": "phan-mem-mau",
            "state": "Empty",
            "joined": [],
            "left": [{"client": "may-mau", "host": "10.20.30.40"}],
        }
    ],
}
_SOURCES = {
    "items": [
        {
            "id": "doc-mau",
            "adapter": "nguon-mau",
            "system": "so-mau",
            "config": {},
            "wanted": "running",
            "generation": 0,
            "isolation": "shared",
            "limits": {"poll_seconds": 5.0},
            "windows": [{"weekdays": [5, 6], "start": "22:00:00", "end": "06:00:00"}],
            "networks": [],
            "state": "running",
            "deployed": True,
            "reported": None,
        }
    ],
    "next": None,
}
_READERS = {"items": [{"name": "nguon-mau", "package": "mau", "problem": None, "kind": "source"}]}

_OWNERS = {"items": [{"id": "vn.gov.mau.v1", "organisation": "org-so-mau"}], "next": None}

SCREENS = {
    "overview": Screen("/?by=level", "GET /ops/overview", {"POST /ops/session/wall"}),
    "messages": Screen("/messages", "GET /ops/messages", {"POST /ops/views"}),
    "trace": Screen(
        "/messages/mot-cua-mau/{main}",
        "GET /ops/messages/{source}/{id}",
        {
            *(f"POST /ops/messages/{{source}}/{{id}}/{what}" for what in ("body", "evidence")),
            "POST /ops/messages/{source}/{id}/content",
            "POST /ops/messages/{source}/{id}:resubmit",
        },
    ),
    "where": Screen("/where", "GET /ops/where"),
    "causes": Screen(
        "/dead-letters", "GET /v1/admin/dead-letters/groups", {"POST /ops/retry-jobs"}
    ),
    "dead-letters": Screen(
        "/dead-letters?view=list",
        "GET /v1/admin/dead-letters",
        {"POST /v1/admin/dead-letters:{action}"},
    ),
    "dead-letter": Screen(
        "/dead-letters/so-mau/{dead}/xa-mau",
        "GET /v1/admin/dead-letters/{source}/{message}/{recipient}",
        {
            "POST /v1/admin/dead-letters:{action}",
            *(f"POST /ops/dead-letters:{order}" for order in ("take", "assign", "note")),
            "POST /ops/dead-letters/{source}/{message}/{recipient}:redirect",
            "POST /ops/messages/{source}/{id}/content",
            "POST /ops/messages/{source}/{id}:resubmit",
        },
    ),
    "jobs": Screen("/retry-jobs", "GET /ops/retry-jobs"),
    "job": Screen(
        "/retry-jobs/{job}",
        "GET /ops/retry-jobs/{id}",
        {"POST /ops/retry-jobs/{id}:confirm", "POST /ops/retry-jobs/{id}:{move}"},
    ),
    "held": Screen(
        "/held",
        "GET /v1/admin/quarantine",
        {"POST /v1/admin/quarantine/{offset}:release"},
        {"**/v1/admin/quarantine": {"items": [_HELD], "next": None}},
    ),
    "documents": Screen(
        "/documents",
        "GET /v1/admin/documents",
        {
            f"POST /v1/admin/documents/{{source}}/{{id}}:{order}"
            for order in ("release", "drop", "recheck")
        },
        filled.DOCUMENTS,
    ),
    "document-policies": Screen(
        "/documents?tab=policies", "GET /v1/admin/{collection}", {"change put_document_policy"}
    ),
    "connectors": Screen("/connectors", "GET /v1/admin/connectors", {"change put_connector"}),
    "connector": Screen(
        f"/connectors/{CONNECTOR}",
        f"GET {_CONNECTOR}",
        {
            *("change put_connector", f"POST {_CONNECTOR}:{{order}}", f"POST {_CONNECTOR}:test"),
            *(f"POST {_CONNECTOR}/networks{order}" for order in ("", ":approve", ":withdraw")),
            *(f"POST {_CONNECTOR}/signals", f"POST {_CONNECTOR}:rollback"),
        },
    ),
    "connector-new": Screen(
        "/connector-new?adapter=webhook-out", "GET /v1/admin/adapters", {"change put_connector"}
    ),
    "routes": Screen("/routes", "GET /ops/routes"),
    "shares": Screen("/shares", "GET /ops/shares", {"POST /v1/admin/proposals"}),
    "type-owners": Screen(
        "/shares?tab=owners",
        "GET /v1/admin/{collection}",
        {
            "POST /v1/admin/proposals",
            *(f"change {what}_type_owner" for what in ("put", "delete")),
        },
        {"**/v1/admin/type-owners?*": _OWNERS},
    ),
    "share": Screen(
        "/shares/right/quyen-so-mau",
        "GET /ops/shares/{kind}/{id}",
        {"POST /v1/admin/rights/{id}:{order}"},
    ),
    "share-new": Screen("/share-new", "POST /v1/admin/proposals", {"POST /v1/admin/proposals"}),
    "versions": Screen("/rules-versions", "GET /v1/admin/rules-versions", {"change restore_rules"}),
    "applications": Screen(
        "/onboarding", "GET /v1/admin/onboardings", {"POST /v1/admin/onboardings"}
    ),
    "application": Screen(
        f"/onboarding/{filled.APPLICANT}",
        "GET /v1/admin/onboardings/{system}",
        {"POST /v1/admin/onboardings/{system}:submit"},
        filled.ONE_APPLICATION,
    ),
    "application-new": Screen(
        "/onboarding-new", "POST /v1/admin/onboardings", {"POST /v1/admin/onboardings"}
    ),
    "lag": Screen(
        "/lag", "GET /ops/lag", {"POST /ops/consumers/{name}:move"}, {"**/ops/consumers": _GROUPS}
    ),
    "topics": Screen("/topics", "GET /ops/topics"),
    "schedules": Screen(
        "/schedules",
        "GET /v1/admin/connectors",
        {f"POST {_CONNECTOR}/signals"},
        {"**/v1/admin/connectors?*": _SOURCES, "**/v1/admin/adapters": _READERS},
    ),
    "alerts": Screen(
        "/alerts",
        "GET /ops/alerts",
        {"POST /ops/alerts:take", "POST /ops/alerts/silences"},
        {"**/ops/alerts": {"items": [_FIRING]}},
    ),
    "alert-rules": Screen(
        "/alerts?tab=rules",
        "GET /ops/alerts/{what}",
        {"PUT /ops/alerts/rules/{name}", "POST /ops/alerts/rules/{name}:remove"},
    ),
    "silences": Screen(
        "/alerts?tab=silences",
        "GET /ops/alerts/silences",
        {"POST /ops/alerts/silences", "POST /ops/alerts/silences/{number}:remove"},
    ),
    "channels": Screen(
        "/alerts?tab=channels",
        "GET /ops/alerts/channels",
        {
            *("PUT /ops/alerts/channels/{name}", "POST /ops/alerts/channels/{name}:remove"),
            "POST /ops/alerts/channels/{name}:test",
        },
    ),
    "reports": Screen("/reports", "GET /ops/indicators"),
    "deadlines": Screen("/deadlines", "GET /ops/deadlines"),
    "limits": Screen(
        "/deadlines?tab=limits",
        "GET /ops/limits",
        {"PUT /ops/limits/{procedure}", "POST /ops/limits/{procedure}:remove"},
    ),
    "days": Screen(
        "/deadlines?tab=days",
        "GET /ops/calendar/days",
        {"PUT /ops/calendar/days/{day}", "POST /ops/calendar/days/{day}:remove"},
    ),
    "feeds": Screen(
        "/deadlines?tab=feeds", "GET /ops/calendar/feeds", {"POST /ops/calendar/feeds"}
    ),
    "directory": Screen("/directory", "GET /ops/directory", {"change put_organisation"}),
    "organisation": Screen(
        "/directory/org-xa-mau",
        "GET /ops/directory/{id}",
        {"change put_organisation", "change put_code"},
    ),
    "reviews": Screen(
        "/reviews",
        "GET /v1/admin/reviews",
        {"POST /v1/admin/reviews/{source}/{id}:choose"},
        filled.REVIEWS,
    ),
    "schemas": Screen("/schemas", "GET /ops/schemas"),
    "schema": Screen(
        "/schemas?schema=document.issued:1.0",
        "GET /ops/schemas",
        {
            "POST /v1/admin/schema-versions/{name}:deprecate",
            "PUT /ops/schemas/{family}/level",
        },
    ),
    "schema-candidate": Screen(
        "/schemas?tab=candidate", "GET /ops/schemas", {"POST /v1/admin/schema-versions"}
    ),
    "certificates": Screen("/certificates", "GET /ops/certificates", stubs=filled.CERTIFICATES),
    "certificate": Screen(
        f"/certificates/{filled.CERTIFICATE}",
        "GET /ops/certificates/{id}",
        {"POST /ops/compromises"},
        filled.ONE_CERTIFICATE,
    ),
    "compromises": Screen(
        "/compromises", "GET /ops/compromises", {"POST /ops/compromises"}, filled.COMPROMISES
    ),
    "compromise": Screen(
        f"/compromises/{filled.REPORT}", "GET /ops/compromises/{id}", stubs=filled.ONE_COMPROMISE
    ),
    "log": Screen("/log", "GET /ops/log", stubs=filled.LOG),
    "requests": Screen(
        "/requests",
        "GET /ops/requests",
        {"approve connector_network", "approve roles", "approve key_compromise"},
    ),
    "audit": Screen("/audit", "GET /ops/audit"),
    "users": Screen("/users", "GET /ops/users", {"POST /ops/users", "POST /ops/groups"}),
    "user": Screen(
        "/users/binh",
        "GET /ops/users/{name}",
        {f"POST /ops/users/{{name}}:{order}" for order in ("roles", "disable", "reset")},
    ),
    "system": Screen(
        "/system", "GET /v1/admin/adapters", {"POST /ops/read-only", "POST /ops/system/bundle"}
    ),
    "profile": Screen(
        "/profile",
        "GET /ops/me",
        {"DELETE /ops/session", "POST /ops/password", "PUT /ops/profile/notices"},
    ),
}
