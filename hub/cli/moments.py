"""Moments on the command line."""

from datetime import UTC, date, datetime, time

from hub.cli.errors import CommandFailed


def moment(text: str | None, option: str) -> datetime | None:
    """Return the moment that an option names; a day begins at midnight, UTC.

    Raises:
        CommandFailed: it is neither a day nor a time.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandFailed(f"{option}: {text} is neither a day nor a time.", status=2) from error
    if len(text) == len(date.min.isoformat()):
        found = datetime.combine(found.date(), time(), UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
