"""The limits of a packet. Each has a reason; none is a setting, so that every reader agrees.

Lengths of single fields stand with the fields (`lgsp_edxml.fields`).
"""

from typing import Final

MAX_PACKET_BYTES: Final = 70_000_000
"""Largest packet. The largest limit known of an e-office is 50 MB; base64 adds a third."""

MAX_ATTACHMENT_BYTES: Final = 50_000_000
"""Largest attachment, as transported and unwrapped; seen are up to 2.6 MB."""

MAX_CONTENT_BYTES: Final = 100_000_000
"""Most bytes of all unwrapped attachments of one packet together: what a reader must hold."""

MAX_ATTACHMENTS: Final = 99
"""Most attachments: a message of the hub refers to at most 100 objects, one is the packet."""

MAX_DEPTH: Final = 32
"""Deepest nesting of elements; the format itself needs 9, an XML signature some more."""

MAX_ELEMENTS: Final = 100_000
"""Most elements: 4,000 addressees with all their fields are 36,000."""

MAX_ATTRIBUTES: Final = 32
"""Most attributes of one element, namespaces included; official elements have at most three.
Prefixes stay in scope below their element: without a limit, copies of the scope would be slow."""

MAX_TEXT_CHARS: Final = 65_536
"""Longest text of an element that is no attachment; the longest field takes 20,000."""

MAX_TOKEN_BYTES: Final = 1_048_576
"""Longest tag, comment or instruction. Older parsers look at an unfinished one again and again."""

MAX_JUNK_BYTES: Final = 1024
"""How far into the packet its XML declaration is looked for; seen are 4 bytes of junk."""

MAX_RATIO: Final = 200
"""Most bytes that one byte of a ZIP may become, beyond `FREE_BYTES`; deflate can reach 1,032."""

FREE_BYTES: Final = 1_048_576
"""What a ZIP may always become, whatever the ratio: a small empty form compresses very well."""

MAX_DIRECTORY_BYTES: Final = 262_144
"""Largest central directory of a ZIP that wraps: one entry, three parts of at most 65,535 bytes."""
