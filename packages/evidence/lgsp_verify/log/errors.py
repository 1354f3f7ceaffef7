"""The two ways in which a proof fails."""


class LogError(Exception):
    """Bytes about the log that are not to be relied on. The text names a place, never a value."""


class Malformed(LogError):
    """The bytes do not have the documented form."""


class NotProven(LogError):
    """The form is right, but it does not prove what it should."""
