"""A log that cannot show the secrets that were resolved through it."""

import logging
from typing import Final

MASK: Final = "***"

_formatter = logging.Formatter()


class Masking(logging.Filter):
    """Replaces known secrets in a record: message, arguments and traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: list[str] = []

    def hide(self, secret: str) -> None:
        """Mask `secret` from now on. The longest go first: one may be part of another."""
        if secret not in self._secrets:
            self._secrets = sorted([*self._secrets, secret], key=len, reverse=True)

    def mask(self, text: str) -> str:
        """Return `text` without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record and let it pass."""
        record.msg, record.args = self.mask(record.getMessage()), ()
        if record.exc_info:
            # Formatters print this text where it is set, and do not look at the exception.
            record.exc_text = self.mask(_formatter.formatException(record.exc_info))
            record.exc_info = None
        return True
