"""Files travel to the portal by link: objects of the hub get one."""

from collections.abc import Mapping
from typing import Any, Final

from lgsp_adapter import Reject

_LISTS: Final = ("files", "other_files", "papers")


def with_links(body: Mapping[str, Any], template: str | None) -> dict[str, Any]:
    """Return the body with a link for each file that has an object and none of its own.

    Raises:
        Reject: `file_without_link`: the operator has not said where the portal fetches objects.
    """
    lists = {
        name: [
            _linked(file, template, f"/{name}/{number}") for number, file in enumerate(body[name])
        ]
        for name in _LISTS
        if name in body
    }
    return {**body, **lists}


def _linked(file: Mapping[str, Any], template: str | None, place: str) -> Mapping[str, Any]:
    if "link" in file or "object" not in file:
        return file
    if template is None:
        raise Reject("file_without_link", place)
    return {**file, "link": template.replace("{hash}", file["object"]["hash"].partition(":")[2])}
