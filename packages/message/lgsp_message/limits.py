"""The limits of a message. Each has a reason; none is a setting, so that every hub agrees."""

from datetime import timedelta
from typing import Final

MAX_BODY_BYTES: Final = 256 * 1024
"""Largest body. Larger content is an object: Kafka stays fast, and a batch stays in memory."""

MAX_DEPTH: Final = 64
"""Deepest nesting of arrays and objects. A recursive schema crashes validators near 300."""

MAX_INTEGER: Final = 2**53
"""Largest magnitude of a number: beyond it, parsers in other languages read another number."""

MAX_RECIPIENTS: Final = 200
"""Most addresses in one message; a group is one address, however many members it has."""

MAX_OBJECTS: Final = 100
"""Most objects one message refers to. A letter with annexes has a dozen."""

MAX_SIGNATURE_CHARS: Final = 48 * 1024
"""Largest `hub-signature`: its header repeats all attributes, among them 200 addresses."""

MAX_TEXT_CHARS: Final = 256
"""Longest `subject` or `correlationid`: a DocumentId or a dossier code with room to spare."""

MAX_URN_CHARS: Final = 128
"""Longest type or schema name; the longest shipped one has 47 characters."""

MAX_CLOCK_AHEAD: Final = timedelta(minutes=5)
"""How far a sender's clock may run ahead of the hub's before `clock_ahead`."""

DEDUPLICATION_WINDOW: Final = timedelta(days=30)
"""How long the hub knows an admitted id. Older messages are `too_old`: never guessed."""

MAX_RECEIPT_ITEMS: Final = 500
"""Most messages one receipt names."""
