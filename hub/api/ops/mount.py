"""Put the operators' routes into the app."""

from fastapi import FastAPI
from starlette.routing import BaseRoute

from hub.api.ops import messages, trace
from hub.api.ops.dependencies import Ops


def mount(app: FastAPI, ops: Ops) -> list[BaseRoute]:
    """Serve operators with `ops`; return the routes, in the order in which the app tries them."""
    app.state.ops = ops
    resources = (messages, trace)
    for resource in resources:
        app.include_router(resource.router)
    return [route for resource in resources for route in resource.router.routes]
