"""Which right each kind of change to the rules needs: one request may hold many kinds."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import HTTPConnection

from hub.api.rights import Action, Person, denied, require
from hub.control.changes import ChangeSet

RIGHT_OF_CHANGE: Final[Mapping[str, Action]] = {
    **dict.fromkeys(
        (
            *("put_organisation", "delete_organisation", "put_code", "delete_code"),
            *("put_competence", "delete_competence"),
            *("put_group", "delete_group", "put_system", "suspend_system", "resume_system"),
            *("delete_system", "put_endpoint", "delete_endpoint", "put_right", "delete_right"),
            *("pause_right", "resume_right", "end_right"),
            *("put_document_policy", "put_type_owner", "delete_type_owner"),
            *("put_subscription", "pause_subscription", "resume_subscription"),
            *("end_subscription", "restore_rules", "put_exchange", "delete_exchange"),
            *("put_quota", "delete_quota"),
        ),
        Action.CHANGE_RULES,
    ),
    **dict.fromkeys(("register_key", "end_key", "revoke_key"), Action.MANAGE_KEYS),
    **dict.fromkeys(
        (
            *("publish_schema", "deprecate_schema", "retire_schema"),
            *("put_conversion", "delete_conversion"),
        ),
        Action.PUBLISH_SCHEMAS,
    ),
    **dict.fromkeys(("put_connector", "delete_connector"), Action.MANAGE_CONNECTORS),
    **dict.fromkeys(
        ("pause_connector", "resume_connector", "stop_connector", "restart_connector"),
        Action.OPERATE_CONNECTORS,
    ),
}
"""Kind of change to its right: a test holds it against the kinds that there are."""

CHANGING: Final = require(
    Action.CHANGE_RULES,
    Action.MANAGE_KEYS,
    Action.PUBLISH_SCHEMAS,
    Action.MANAGE_CONNECTORS,
    Action.OPERATE_CONNECTORS,
)
"""Who may hand in changes at all; each change then needs its own right."""


async def expect_rights(connection: HTTPConnection, person: Person, request: ChangeSet) -> None:
    """Return if this person may make each of these changes.

    Raises:
        Problem: 403, at the first that he may not make.
    """
    for index, change in enumerate(request.changes):
        right = RIGHT_OF_CHANGE[change.change]
        if not person.scope(right).whole:
            raise await denied(connection, person, right, place=f"changes/{index}")
