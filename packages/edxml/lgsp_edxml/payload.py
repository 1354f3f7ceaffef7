"""Base64 text that comes in pieces, decoded as it comes: the whole text is never in memory."""

from binascii import Error, a2b_base64
from typing import Final

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.limits import MAX_ATTACHMENT_BYTES

_GROUP: Final = 4
"""Characters that stand for three bytes."""


class Payload:
    """Collects the bytes of one attachment. White space between the letters is left out."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.spaced = False
        """White space stood around or between the letters; the reference library writes none."""
        self._pieces: list[bytes] = []
        self._size = 0
        self._rest = ""
        self._ended = False

    def feed(self, text: str) -> None:
        """Take the next piece.

        Raises:
            EdxmlError: `NOT_BASE64` or `ATTACHMENT_TOO_LARGE`.
        """
        words = text.split()
        letters = words[0] if len(words) == 1 else "".join(words)
        self.spaced |= len(letters) != len(text)
        if not letters:
            return
        if self._ended:
            raise EdxmlError(Fault.NOT_BASE64, self.place)
        letters = self._rest + letters
        whole = len(letters) - len(letters) % _GROUP
        self._rest = letters[whole:]
        if whole:
            self._decode(letters[:whole])

    def close(self) -> None:
        """End the text.

        Raises:
            EdxmlError: `NOT_BASE64`: it ends within a group of four letters.
        """
        if self._rest:
            raise EdxmlError(Fault.NOT_BASE64, self.place)

    def take(self) -> bytes:
        """Return the bytes and let go of them here."""
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        return data

    def _decode(self, letters: str) -> None:
        try:
            piece = a2b_base64(letters, strict_mode=True)
        except (Error, ValueError) as error:
            raise EdxmlError(Fault.NOT_BASE64, self.place) from error
        self._ended = letters.endswith("=")
        self._size += len(piece)
        if self._size > MAX_ATTACHMENT_BYTES:
            raise EdxmlError(Fault.ATTACHMENT_TOO_LARGE, self.place)
        self._pieces.append(piece)
