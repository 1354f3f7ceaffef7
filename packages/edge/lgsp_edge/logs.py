"""The log: one JSON object per line on standard error."""

import json
import logging
import socket
import sys
from datetime import UTC, datetime


def log_as_lines() -> None:
    """Log to standard error, one JSON object per line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Each request of a long poll would be a line.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "text": record.getMessage(),
            "host": socket.gethostname(),
        }
        return json.dumps(told, ensure_ascii=False)
