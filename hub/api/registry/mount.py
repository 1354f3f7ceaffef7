"""All routes of the registry."""

from typing import Final

from hub.api.registry import config, schemas, subjects

ROUTES: Final = (*subjects.router.routes, *schemas.router.routes, *config.router.routes)
