"""Build what each process depends on, and run it: one module for each process."""

from hub.cli.hosts.host import Entry
from hub.cli.processes import Name


def entry(name: Name) -> Entry:
    """Return what a process does; loads what it needs, and only that."""
    match name:
        case Name.API:
            from hub.cli.hosts.api import run  # noqa: PLC0415  (FastAPI takes half a second)
        case Name.ROUTER:
            from hub.cli.hosts.router import run  # noqa: PLC0415
        case Name.CONNECTORS:
            from hub.cli.hosts.connectors import run  # noqa: PLC0415
        case Name.RECORDER:
            from hub.cli.hosts.recorder import run  # noqa: PLC0415
        case Name.VIEWS:
            from hub.cli.hosts.views import run  # noqa: PLC0415
        case Name.DOCUMENTS:
            from hub.cli.hosts.documents import run  # noqa: PLC0415
    return run
