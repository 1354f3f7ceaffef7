"""Small PDFs with Vietnamese text: codes of a base font, and the map that says what they mean."""


def page_pdf(*lines, title="", note="", pages=1):
    """Return a PDF whose first page shows `lines`; further pages are marked secret."""
    letters = sorted(set("".join(lines) + "MẬT"))
    codes = {letter: number for number, letter in enumerate(letters, 1)}
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(pages)), pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>",
        _stream(_meanings(codes)),
        b"<< /Title %s >>" % _text(title),
        b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents %s >>" % _text(note),
        *[b"null"] * 3,
    ]
    for number in range(pages):
        shown = lines if number == 0 else ("MẬT",)
        content = 11 + 2 * number
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [6 0 R]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % content
        )
        objects.append(_stream(_shown(shown, codes)))
    return _file(objects)


def _shown(lines, codes):
    rows = [
        b"BT /F1 12 Tf 50 %d Td <%s> Tj ET"
        % (800 - 20 * n, bytes(codes[letter] for letter in line).hex().encode())
        for n, line in enumerate(lines)
    ]
    return b"\n".join(rows)


def _meanings(codes):
    rows = [
        b"<%02x> <%s>" % (code, letter.encode("utf-16-be").hex().encode())
        for letter, code in codes.items()
    ]
    return (
        b"/CIDInit /ProcSet findresource begin begincmap\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        b"%d beginbfchar\n%s\nendbfchar\nendcmap end" % (len(rows), b"\n".join(rows))
    )


def _text(text):
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()


def _stream(data):
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _file(objects):
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R /Info 5 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(body))
    )
