"""What a new hub knows from the beginning: the schemas that come with it."""

from typing import Final

from hub.control.changes import ChangeSet, PublishSchema
from hub.control.service import Control, Written
from hub.schemas.catalogue import shipped

ACTOR: Final = "hub"
"""In the trail: the hub itself, not a person."""


async def seed_schemas(control: Control) -> Written:
    """Publish every shipped schema. Safe to repeat: what is published already is left alone.

    Raises:
        ChangeRefused: another content was published under a shipped name.
        Unavailable: SQL is away.
    """
    changes = tuple(
        PublishSchema(
            change="publish_schema",
            schema_name=schema.uri.removeprefix("urn:hub:schema:"),
            document=schema.document,
        )
        for schema in shipped()
    )
    request = ChangeSet(reason="Schemas that come with this version of the hub", changes=changes)
    return await control.write(request, actor=ACTOR)
