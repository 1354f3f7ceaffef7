"""Ask a hub for evidence: as a person with a token, or as a system with its key."""

from datetime import datetime
from pathlib import Path

from lgsp_client import Identity
from lgsp_client.core import EvidenceOptions
from lgsp_client.outgoing import rfc3339
from lgsp_verify.log import LogError, parse_checkpoint

from hub.cli.admin_api import open_api
from hub.cli.client_side import connect, told
from hub.cli.errors import CommandFailed
from hub.cli.files import write_new


def options(
    stage: str | None, recipient: str | None, not_by: datetime | None, since: Path | None
) -> EvidenceOptions:
    """Return what the bundle shall prove.

    Raises:
        CommandFailed: the file of `since` is no checkpoint.
    """
    size = None if since is None else _size(since)
    return EvidenceOptions(stage=stage, recipient=recipient, not_by=not_by, since=size)


def as_person(
    url: str,
    token_file: Path | None,
    source: str,
    id_: str,
    reason: str,
    wanted: EvidenceOptions,
) -> bytes:
    """Return the bundle for an operator or an auditor.

    Raises:
        CommandFailed: refused, or nothing answers.
    """
    query = {name: _plain(value) for name, value in wanted.items() if value is not None}
    path = f"messages/{source}/{id_}/evidence"
    return open_api(url, token_file).file(path, {"reason": reason}, **query)


def as_system(url: str, who: Identity, source: str, id_: str, wanted: EvidenceOptions) -> bytes:
    """Return the bundle for a system that sent or received the message.

    Raises:
        typer.Exit: refused, or nothing answers; the reason was printed.
    """
    with told(as_json=False), connect(url, who) as client:
        return client.evidence(source, id_, **wanted)


def keep(out: Path, bundle: bytes) -> None:
    """Write the file, which does not exist yet.

    Raises:
        CommandFailed: it does, or cannot be written.
    """
    try:
        write_new(out, bundle)
    except FileExistsError as error:
        raise CommandFailed(f"{out} exists already; choose another name with -o.") from error
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}.") from error


def _size(path: Path) -> int:
    try:
        return parse_checkpoint(path.read_bytes()).head.size
    except (OSError, LogError) as error:
        raise CommandFailed(f"{path} is no checkpoint of a log.", status=2) from error


def _plain(value: object) -> str | int:
    if isinstance(value, datetime):
        return rfc3339(value)
    return value if isinstance(value, int) else str(value)
