"""A small PDF with detached CMS signatures, as letters carry them (ISO 32000-1, section 12.8).

One page; each signature is a field and an incremental update of its own, over everything but its
placeholder, as the head of a unit, its chairman and its seal sign one after another. There is no
visible seal; text is without diacritics, because the base fonts have none. With the same keys and
times the bytes are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from simulator.pki import Holder, detached_cms

Make = Callable[[bytes], bytes]
"""From the bytes that a signature covers to its CMS in DER."""

_RANGE: Final = b"/ByteRange [0 0000000000 0000000000 0000000000]"
_SLACK: Final = 32
"""Bytes of room beyond a trial signature: ECDSA values differ by a few."""
_CATALOG: Final = 1
_PAGE: Final = 3
_FIRST_FREE: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How the page of a letter is encrypted (ISO 32000-1, section 7.6)."""

    hide: Callable[[bytes], bytes]
    """From the page's content, object 5, to what stands in the file."""
    dictionary: bytes
    """Says how it is encrypted."""
    name: bytes
    """The file's ID: part of its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A PDF, and what the next update of it must know."""

    data: bytes
    fields: tuple[int, ...] = ()
    """Object numbers of the signature fields."""
    free: int = _FIRST_FREE
    """The next object number."""
    more: bytes = b""
    """Further entries of the catalogue."""
    trailer: bytes = b""
    """Further entries of every trailer."""

    def signed(self, make: Make, form: str = "adbe.pkcs7.detached") -> "Letter":
        """Return the letter with one more signature, in an incremental update.

        `form`: the SubFilter; with `ETSI.RFC3161` a document time stamp.
        """
        room = 2 * (len(make(b"")) + _SLACK)
        empty = b"<" + b"0" * room + b">"
        draft = self._with_field(form, empty)
        start = draft.data.rindex(empty)
        end = start + len(empty)
        span = f"/ByteRange [0 {start} {end} {len(draft.data) - end}]".encode().ljust(len(_RANGE))
        where = draft.data.rindex(_RANGE)
        text = draft.data[:where] + span + draft.data[where + len(_RANGE) :]
        cms = make(text[:start] + text[end:])
        filled = b"<" + cms.hex().encode().ljust(room, b"0") + b">"
        return draft.replaced(text[:start] + filled + text[end:])

    def updated(self, objects: Mapping[int, bytes]) -> "Letter":
        """Return the letter with an incremental update that writes these objects."""
        text, rows = self.data, b""
        for number, one in objects.items():
            rows += b"%d 1\n%010d 00000 n \n" % (number, len(text))
            text += b"%d 0 obj\n%b\nendobj\n" % (number, one)
        before = int(self.data.rpartition(b"startxref\n")[2].split()[0])
        free = max(self.free, *(number + 1 for number in objects))
        entries = (free, before, self.trailer)
        trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d%b >>\n" % entries
        end = b"startxref\n%d\n%%%%EOF\n" % len(text)
        return self.replaced(text + b"xref\n" + rows + trailer + end, free=free)

    def with_validation_data(
        self, certificates: tuple[bytes, ...], crls: tuple[bytes, ...]
    ) -> "Letter":
        """Return the letter with a document security store (ISO 32000-2, section 12.8.4.3)."""
        streams = [_stream(one) for one in (*certificates, *crls)]
        numbers = range(self.free + 1, self.free + 1 + len(streams))
        first, rest = numbers[: len(certificates)], numbers[len(certificates) :]
        store = b"<< /Type /DSS /Certs %b /CRLs %b >>" % (_references(first), _references(rest))
        objects = {self.free: store, **dict(zip(numbers, streams, strict=True))}
        held = self.replaced(self.data, more=self.more + b" /DSS %d 0 R" % self.free)
        return held.updated({**objects, _CATALOG: held._catalog()})  # noqa: SLF001

    def replaced(
        self, data: bytes, *, free: int | None = None, more: bytes | None = None
    ) -> "Letter":
        """Return a letter with other bytes."""
        return replace(
            self,
            data=data,
            free=self.free if free is None else free,
            more=self.more if more is None else more,
        )

    def _with_field(self, form: str, contents: bytes) -> "Letter":
        field, value = self.free, self.free + 1
        kind = b"DocTimeStamp" if form == "ETSI.RFC3161" else b"Sig"
        signature = b"<< /Type /%b /Filter /Adobe.PPKLite /SubFilter /%b %b /Contents %b >>"
        widget = (
            b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (ChuKyMau%d) /V %d 0 R /F 132"
            b" /Rect [0 0 0 0] /P 3 0 R >>"
        )
        held = replace(self, fields=(*self.fields, field))
        return held.updated(
            {
                _CATALOG: held._catalog(),  # noqa: SLF001  (another letter's, of this class)
                _PAGE: _page(held.fields),
                field: widget % (len(held.fields), value),
                value: signature % (kind, form.encode(), _RANGE, contents),
            }
        )

    def _catalog(self) -> bytes:
        form = b" /AcroForm << /Fields %b /SigFlags 3 >>" % _references(self.fields)
        return b"<< /Type /Catalog /Pages 2 0 R%b%b >>" % (form if self.fields else b"", self.more)


def letter(lines: list[str], protection: Protection | None = None) -> Letter:
    """Return a one-page PDF with `lines` (printable ASCII), not signed."""
    content, entries = _content(lines), b""
    if protection is not None:
        content = protection.hide(content)
        name = protection.name.hex().encode()
        entries = b" /ID [<%b> <%b>] /Encrypt %d 0 R" % (name, name, _FIRST_FREE)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _page(()),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream(content),
        *(() if protection is None else (protection.dictionary,)),
    )
    free = len(objects) + 1
    text, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", list[int]()
    for number, one in enumerate(objects, start=1):
        offsets.append(len(text))
        text += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (free, rows)
    end = b"trailer\n<< /Size %d /Root 1 0 R%b >>\nstartxref\n%d\n%%%%EOF\n"
    data = text + table + end % (free, entries, len(text))
    return Letter(data=data, trailer=entries, free=free)


def signed_pdf(lines: list[str], holder: Holder, at: datetime, **how: Any) -> bytes:
    """Return a one-page PDF with `lines` (printable ASCII), signed by `holder` as `how` says.

    `how`: the options of `detached_cms`; without any it is as letters are signed today.
    """
    return letter(lines).signed(lambda data: detached_cms(data, holder, at=at, **how)).data


def _page(fields: tuple[int, ...]) -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> /Annots %b >>" % _references(fields)
    )


def _references(numbers: range | tuple[int, ...]) -> bytes:
    return b"[" + b" ".join(b"%d 0 R" % number for number in numbers) + b"]"


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(data), data)


def _content(lines: list[str]) -> bytes:
    shown = b"".join(b"(%b) Tj T*\n" % _escaped(line) for line in lines)
    return b"BT /F1 12 Tf 16 TL 60 780 Td\n%bET" % shown


def _escaped(line: str) -> bytes:
    text = line.encode("ascii", "replace")
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
