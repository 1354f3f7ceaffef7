"""What the document says about health and metrics."""

from typing import Final

from hub.api.openapi_parts import Json, answer, operation, raw

_READY: Final[Json] = {
    "status": "ready",
    "checks": {"kafka": True, "rules": True, "disk": True, "serving": True},
    "rules_version": 7,
    "rules_stale": False,
    "projection": "whole",
}
_NOT_READY: Final = _READY | {
    "status": "not_ready",
    "checks": {"kafka": False, "rules": True, "disk": True, "serving": True},
}

OPERATION: Final[dict[str, Json]] = {
    "/healthz": {
        "get": operation(
            "The process serves requests",
            [(200, answer("It does.", {"status": "ok"}))],
            (),
            tag="operation",
            public=True,
        )
    },
    "/readyz": {
        "get": operation(
            "Messages can be taken now",
            [(200, answer("They can.", _READY)), (503, answer("They cannot.", _NOT_READY))],
            (),
            tag="operation",
            public=True,
        )
    },
    "/metrics": {
        "get": operation(
            "Metrics for Prometheus",
            [(200, raw("Text format.", "text/plain", "hub_api_in_flight 0.0"))],
            (),
            tag="operation",
            public=True,
        )
    },
}
