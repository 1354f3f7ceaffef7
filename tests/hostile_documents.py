"""Documents that are made to do harm: each must get a verdict within its limits."""

import zlib

from simulator.asice import packed
from simulator.pdf import Letter, letter

LINES = ["Van ban mau"]


def _with(objects):
    return letter(LINES).updated(objects).data


def zeros_deflated():
    """A cross-reference stream, read before anything else, of 100 MB of zeros in 100 kB."""
    data = zlib.compress(bytes(100_000_000), 9)
    stream = (
        b"<< /Type /XRef /Size 100000000 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode"
        b" /Length %d >>\nstream\n%b\nendstream" % (len(data), data)
    )
    text = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    at = len(text)
    return text + b"9 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream, at)


def many_objects(count=10_000):
    """Ten thousand objects, each a field of the form."""
    references = b" ".join(b"%d 0 R" % number for number in range(10, 10 + count))
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%b] >> >>" % references
    field = b"<< /FT /Sig /T (a) /V %d 0 R >>"
    return _with({1: catalog, **{number: field % (number + 1) for number in range(10, 10 + count)}})


def loop_of_fields():
    """A field that is its own child."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [10 0 R] >> >>"
    return _with(
        {1: catalog, 10: b"<< /T (a) /Kids [10 0 R 11 0 R] >>", 11: b"<< /Kids [10 0 R] >>"}
    )


def loop_of_revisions():
    """A cross-reference table whose predecessor is itself."""
    made = letter(LINES).updated({5: b"<< >>"})
    start = int(made.data.rpartition(b"startxref\n")[2].split()[0])
    before = made.data.rpartition(b"/Prev ")[2].split()[0]
    return made.data.replace(b"/Prev " + before, b"/Prev %d" % start)


def deep_arrays(depth=50_000):
    return _with({1: b"[" * depth + b"]" * depth})


def many_revisions(count=400):
    made = letter(LINES)
    for _ in range(count):
        made = made.updated({5: b"<< >>"})
    return made.data


def signed_after_many_changes(make, count=60):
    """Each signature is compared with each later revision: costs their product."""
    made: Letter = letter(LINES)
    for _ in range(20):
        made = made.signed(make)
    for _ in range(count):
        made = made.updated({900: b"<< >>"})
    return made.data


def deep_xml(depth=250):
    return b"<a>" * depth + b"</a>" * depth


def wide_xml(count=500_000):
    return b"<a>" + b"<b/>" * count + b"</a>"


def laughing_xml():
    lines = b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<!DOCTYPE a [<!ENTITY l0 "ha">' + lines + b"]><a>&l9;</a>"


def bomb_in_zip():
    return packed({"mimetype": b"application/vnd.etsi.asic-e+zip", "a": bytes(300_000_000)})


def nested_asn1(depth=20_000):
    data = b""
    for _ in range(depth):
        size = len(data)
        data = b"\x30\x84" + size.to_bytes(4, "big") + data
    return data


def every():
    """Name and bytes of each, without the slow ones."""
    return {
        one.__name__: one()
        for one in (
            zeros_deflated,
            many_objects,
            loop_of_fields,
            loop_of_revisions,
            deep_arrays,
            many_revisions,
            deep_xml,
            wide_xml,
            laughing_xml,
            bomb_in_zip,
        )
    }
