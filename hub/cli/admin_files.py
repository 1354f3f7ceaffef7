"""Read what an operator hands to a command: a text or a JSON object, from a file or the input."""

import json
import sys
from pathlib import Path
from typing import Any

from hub.cli.errors import CommandFailed


def text_of(file: Path) -> str:
    """Return a file's text; `-` is the standard input.

    Raises:
        CommandFailed: it cannot be read.
    """
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{file} cannot be read: {type(error).__name__}.") from error


def document_of(file: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        CommandFailed: it cannot be read, or holds something else.
    """
    try:
        told = json.loads(text_of(file))
    except ValueError as error:
        raise CommandFailed(f"{file} cannot be read: {type(error).__name__}.") from error
    if not isinstance(told, dict):
        raise CommandFailed(f"{file}: a JSON object is needed.")
    return told


def changes_of(file: Path) -> tuple[str, list[dict[str, Any]]]:
    """Return reason and changes of a file: `{"reason": …, "changes": […]}`.

    Raises:
        CommandFailed: it has another form.
    """
    told = document_of(file)
    changes = told.get("changes")
    if not isinstance(changes, list):
        raise CommandFailed(f'{file}: an object with "reason" and a list of "changes" is needed.')
    return str(told.get("reason", "")), changes


def change(kind: str, **fields: Any) -> dict[str, Any]:
    """Return one change; fields of None are left out."""
    return {"change": kind} | {name: value for name, value in fields.items() if value is not None}
