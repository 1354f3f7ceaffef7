import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.pdf import letter, signed_pdf
from simulator.pki import SamplePki

AT = datetime(2026, 11, 29, tzinfo=UTC)
PKI = SamplePki(AT)
SEAL = PKI.agency("so-mau")
LINES = ["Van ban mau so 1", "Du lieu mau (khong co that)"]


def parts(pdf):
    """Return what is signed, and the signature."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    assert found is not None
    before, after, rest = map(int, found.groups())
    assert after + rest == len(pdf)
    assert pdf[before : before + 1] == b"<"
    assert pdf[after - 1 : after] == b">"
    return pdf[:before] + pdf[after:], bytes.fromhex(pdf[before + 1 : after - 1].decode())


def test_the_signature_covers_every_byte_but_itself_and_verifies(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to check the CMS signature with")
    data, cms = parts(signed_pdf(LINES, SEAL, AT))
    (tmp_path / "data").write_bytes(data)
    (tmp_path / "cms").write_bytes(cms)
    (tmp_path / "ca.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in PKI.roots))
    assert openssl(tmp_path).returncode == 0
    (tmp_path / "data").write_bytes(data.replace(b"mau so 1", b"mau so 2"))
    assert openssl(tmp_path).returncode != 0


def openssl(folder):
    command = "openssl cms -verify -inform DER -in cms -content data -binary -CAfile ca.pem"
    return subprocess.run(
        [*command.split(), "-purpose", "any", "-out", "out"],
        cwd=folder,
        capture_output=True,
        check=False,
    )


def test_the_cross_reference_table_names_the_place_of_each_object():
    pdf = letter(LINES).data
    start = int(pdf.rpartition(b"startxref\n")[2].split()[0])
    assert pdf[start:].startswith(b"xref\n0 6\n")
    rows = pdf[start:].splitlines()[3:8]
    for number, row in enumerate(rows, start=1):
        offset = int(row.split()[0])
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)


def test_brackets_in_the_text_do_not_break_the_page():
    pdf = signed_pdf([r"a (b) \ c"], SEAL, AT)
    assert rb"(a \(b\) \\ c) Tj" in pdf
