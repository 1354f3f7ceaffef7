"""Errors as registry clients expect them: `{"error_code": 40401, "message": …}`."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

from hub.api.problems import Problem, of_unavailable
from hub.control.refusals import ChangeRefused, Refusal
from hub.ports import Unavailable

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"

SUBJECT_NOT_FOUND: Final = 40401
VERSION_NOT_FOUND: Final = 40402
SCHEMA_NOT_FOUND: Final = 40403
LEVEL_NOT_FOUND: Final = 40408
INCOMPATIBLE: Final = 409
INVALID_SCHEMA: Final = 42201
INVALID_VERSION: Final = 42202
INVALID_LEVEL: Final = 42203
NOT_PERMITTED: Final = 42205
INVALID_SUBJECT: Final = 42208
STORE_AWAY: Final = 50001

_CODES: Final[Mapping[Refusal, int]] = {
    Refusal.INCOMPATIBLE_SCHEMA: INCOMPATIBLE,
    Refusal.UNSAFE_SCHEMA: INVALID_SCHEMA,
    Refusal.ALREADY_PUBLISHED: INVALID_SCHEMA,
    Refusal.SCHEMA_STATE: NOT_PERMITTED,
    Refusal.UNKNOWN_ENTITY: SCHEMA_NOT_FOUND,
}

_LONG: Final = 1_000
"""Codes beyond it begin with the status: 40401 is a 404."""


class RegistryError(Exception):
    """Ends a request as the registry's clients expect it. The text never repeats a schema."""

    def __init__(self, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.headers = code, message, dict(headers or {})

    def response(self) -> Response:
        """Return the HTTP answer."""
        status = self.code // 100 if self.code >= _LONG else self.code
        body = {"error_code": self.code, "message": self.message}
        return answer(body, status=status, headers=self.headers)


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON of the registry's media type."""
    return Response(
        orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def of_refused(refused: ChangeRefused) -> RegistryError:
    """Return what a client of the registry is told of a refused change."""
    message = f"{refused.code}: {refused.detail}"
    return RegistryError(_CODES.get(refused.code, NOT_PERMITTED), message)


def of_problem(problem: Problem) -> RegistryError:
    """Return a problem of the hub's API in the registry's form."""
    message = f"{problem.code}: {problem.detail}" if problem.detail else problem.code
    return RegistryError(problem.status * 100 + 1, message, problem.headers)


def of_away(error: Unavailable) -> RegistryError:
    """Return what is told while a store does not answer: clients try again."""
    problem = of_unavailable(error)
    return RegistryError(problem.status, f"{STORE_AWAY}: {problem.code}", problem.headers)


def no_subject() -> RegistryError:
    """Return that a subject has no version that the client may see."""
    return RegistryError(SUBJECT_NOT_FOUND, "Subject not found.")


def no_version() -> RegistryError:
    """Return that a subject has no such version."""
    return RegistryError(VERSION_NOT_FOUND, "Version not found.")


def no_schema() -> RegistryError:
    """Return that there is no such schema."""
    return RegistryError(SCHEMA_NOT_FOUND, "Schema not found.")
