"""The app: every resource's routes, and every way a request may fail."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from lgsp_message.reason import Refused
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.api import (
    admin,
    admin_adapters,
    admin_administrators,
    admin_connector_history,
    admin_connector_signals,
    admin_connectors,
    admin_dead_letters,
    admin_directory,
    admin_documents,
    admin_networks,
    admin_onboarding,
    admin_preview,
    admin_proposals,
    admin_quarantine,
    admin_reviews,
    admin_schemas,
    admin_shares,
    descriptions,
    directory_copy,
    evidence,
    health,
    inbox,
    log,
    objects,
    ops_alerts,
    ops_audit,
    ops_certificates,
    ops_compromises,
    ops_deadlines,
    ops_groups,
    ops_hub,
    ops_indicators,
    ops_log,
    ops_notices,
    ops_oidc,
    ops_requests,
    ops_session,
    ops_users,
    status,
    uploads,
)
from hub.api.admin_dependencies import Admin
from hub.api.bodies import Gone
from hub.api.checks import post_check
from hub.api.console.routes import ROUTES as CONSOLE
from hub.api.deps import Deps
from hub.api.headers import SecurityHeaders, always
from hub.api.inbox import get_inbox
from hub.api.messages import post_message
from hub.api.methods import MethodsFirst
from hub.api.metrics import CountRequests
from hub.api.oauth import post_token
from hub.api.openapi import describe
from hub.api.ops import mount as ops
from hub.api.problems import Code, Problem, of_refusal, of_unavailable
from hub.api.registry.mount import ROUTES as REGISTRY
from hub.api.staff import identify
from hub.api.statements import post_receipt, post_withdrawal
from hub.ports import Refusing, Unavailable

_log = structlog.get_logger()

_ROUTERS = (status.router, inbox.router, uploads.router, objects.router, health.router)

GUARDED: Final = tuple(
    resource.router
    for resource in (
        *(admin_reviews, admin_directory),
        *(admin_quarantine, admin_documents, admin_dead_letters, admin_administrators),
        *(admin_onboarding, admin_preview, admin_proposals, admin_shares),
        *(admin_adapters, admin_networks, admin_connector_signals),
        *(admin_connector_history, admin_connectors, admin_schemas),
        *(ops_session, ops_oidc, ops_users, ops_groups, ops_audit, ops_requests, ops_hub),
        *(
            ops_notices,
            ops_indicators,
            ops_deadlines,
            ops_alerts,
            ops_log,
            ops_certificates,
            ops_compromises,
        ),
        *ops.RESOURCES,
        admin,  # Last: the name of a collection may be any word.
    )
)
"""The routes for people: each declares its right, and docs/rights.md lists them."""

_HTTP_CODES = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 406: Code.NOT_ACCEPTABLE}


def create_app(deps: Deps) -> FastAPI:
    """Return the app over `deps`. Nothing is opened or closed here: the wiring does that."""
    app = FastAPI(
        title="LGSP hub", redirect_slashes=False, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.deps = deps
    app.add_route("/v1/messages", post_message, methods=["POST"])
    app.add_route("/v1/messages:check", post_check, methods=["POST"])
    app.add_route("/v1/messages/{source}/{id}:withdraw", post_withdrawal, methods=["POST"])
    app.add_route("/v1/inbox", get_inbox, methods=["GET"])
    app.add_route("/v1/inbox/ack", post_receipt, methods=["POST"])
    app.add_route("/oauth2/token", post_token, methods=["POST"])
    for router in _ROUTERS:
        serve(app, router.routes)
    if deps.log is not None:
        serve(app, log.router.routes)
        serve(app, evidence.router.routes)
    if deps.copies is not None:
        serve(app, directory_copy.router.routes)
    if deps.admin is not None:
        mount_admin(app, deps.admin)
        app.state.ops = deps.ops
        serve(app, REGISTRY)
        serve(app, descriptions.router.routes)
        serve(app, CONSOLE)
        mount_public(app)
    describe(app)
    app.add_middleware(MethodsFirst, routes=app.routes)
    app.add_middleware(CountRequests, metrics=deps.metrics)
    app.add_middleware(SecurityHeaders, secure=_is_secure(deps))
    handle_failures(app)
    return app


def _is_secure(deps: Deps) -> bool:
    return deps.admin is not None and deps.admin.staff.browser.secure


def serve(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Add routes as they are, with nothing of the app's own put before or around them.

    `include_router` would analyse each endpoint again for this app, and look through routers
    within routers at each request.
    """
    app.router.routes.extend(routes)


def mount_public(app: FastAPI) -> None:
    """Add the pages that need no sign-in."""
    for resource in ops.PUBLIC:
        serve(app, resource.router.routes)


def mount_admin(app: FastAPI, plane: Admin) -> None:
    """Add the routes for people, and what they work with."""
    app.state.identify, app.state.staff = identify, plane.staff
    app.state.control, app.state.outbox = plane.control, plane.outbox
    app.state.quarantine, app.state.admin_tokens = plane.quarantine, plane.tokens
    app.state.networks, app.state.provider = plane.networks, plane.door
    app.state.moves = plane.moves
    app.state.statuses, app.state.commands = plane.statuses, plane.commands
    app.state.preview = plane.preview
    serve(app, guarded_routes())


def guarded_routes() -> list[BaseRoute]:
    """Return the routes for people, in the order in which they are looked at."""
    return [route for resource in GUARDED for route in resource.routes]


def handle_failures(app: FastAPI) -> None:
    """Let every way to fail end in a problem document."""
    _answer(app, Problem, lambda error: error)
    _answer(app, Refused, of_refusal)
    _answer(app, Unavailable, of_unavailable)
    _answer(app, Refusing, of_unavailable)
    _answer(app, RequestValidationError, _of_invalid)
    _answer(app, HTTPException, _of_http)
    _answer(app, Exception, _of_bug)
    app.add_exception_handler(Gone, _on_gone)


def _answer(app: FastAPI, kind: type[Exception], problem: Callable[[Any], Problem]) -> None:
    async def answer(_: Request, error: Exception) -> Response:
        return problem(error).response()

    app.add_exception_handler(kind, answer)


def _of_invalid(error: RequestValidationError) -> Problem:
    # Places only: the values are the client's.
    errors = [
        {"place": "/".join(map(str, one["loc"])), "rule": one["type"]} for one in error.errors()
    ]
    return Problem(422, Code.INVALID_REQUEST, extra={"errors": errors})


def _of_http(error: HTTPException) -> Problem:
    code = _HTTP_CODES.get(error.status_code, Code.INVALID_REQUEST)
    return Problem(error.status_code, code, headers=error.headers)


def _of_bug(error: Exception) -> Problem:
    _log.error("api bug", error=type(error).__name__, exc_info=error)
    # Starlette answers it outside of all middleware.
    return Problem(500, Code.INTERNAL, headers=always())


async def _on_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=499)  # Nobody is there to read it; nginx's word for that.
