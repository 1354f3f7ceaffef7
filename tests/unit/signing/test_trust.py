from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.io.trust_files import trust_in
from hub.signing.trust import NOBODY, TrustUnusable, Usage, read_trust
from simulator.pki import SamplePki

AT = datetime(2026, 11, 20, tzinfo=UTC)
PKI = SamplePki(AT)
ROOT = PKI.government_root.certificate.public_bytes(Encoding.PEM)
BELOW = PKI.government.certificate.public_bytes(Encoding.PEM)
FILES = {"root.pem": ROOT, "below.pem": BELOW, "two.pem": ROOT + BELOW, "empty.pem": b""}
GOOD = """
version = "2026-11-20"
[[authority]]
name = "cong-vu-mau"
usage = ["systems", "documents"]
from = 2026-01-01
until = 2030-01-01T00:00:00Z
root = "root.pem"
intermediates = ["below.pem"]
hosts = ["crl.mau.vn", "ocsp.mau.vn:8080"]
"""


def read(text, **options):
    return read_trust(text.encode(), FILES.__getitem__, **options)


def test_an_authority_counts_for_its_usage_within_its_time():
    trust = read(GOOD)
    [authority] = trust.at(Usage.SYSTEMS, AT)

    assert authority.root == PKI.government_root.holder.der
    assert authority.intermediates == (PKI.government.holder.der,)
    assert authority.hosts == {"crl.mau.vn", "ocsp.mau.vn:8080"}
    assert not trust.at(Usage.TIMESTAMPS, AT)
    assert not trust.at(Usage.SYSTEMS, authority.since - timedelta(seconds=1))
    assert not trust.at(Usage.SYSTEMS, authority.until)


def test_without_a_file_nobody_is_trusted():
    assert trust_in(None) is NOBODY
    assert not NOBODY.at(Usage.SYSTEMS, AT)


def test_roots_for_tests_count_only_where_they_are_let_in():
    with pytest.raises(TrustUnusable, match="tests"):
        read("test = true\n" + GOOD)
    assert read("test = true\n" + GOOD, allow_test=True).test


def test_the_file_is_read_from_its_directory(tmp_path):
    (tmp_path / "trust.toml").write_text(GOOD)
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)

    assert trust_in(tmp_path) == read(GOOD)
    with pytest.raises(TrustUnusable):
        trust_in(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('name = "cong-vu-mau"', 'name = "Công vụ"'),
        ('"systems", ', '"everything", '),
        ('usage = ["systems", "documents"]', "usage = []"),
        ("until = 2030-01-01T00:00:00Z", "until = 2026-01-01"),
        ("until = 2030-01-01T00:00:00Z", 'until = "2030"'),
        ('root = "root.pem"', 'root = "../root.pem"'),
        ('root = "root.pem"', 'root = "two.pem"'),
        ('root = "root.pem"', 'root = "empty.pem"'),
        ('root = "root.pem"', ""),
        ('"crl.mau.vn"', '"https://crl.mau.vn/"'),
        ('"crl.mau.vn"', '"CRL.mau.vn"'),
        ('version = "2026-11-20"', ""),
        ('version = "2026-11-20"', 'version = "1"\nverify = false'),
        ("[[authority]]", "[authority]"),
        ("hosts", "host"),
    ],
)
def test_what_cannot_be_meant_is_refused(was, becomes):
    assert was in GOOD
    with pytest.raises(TrustUnusable):
        read(GOOD.replace(was, becomes))


def test_one_root_with_two_times_for_one_usage_is_refused():
    again = GOOD.split("[[authority]]")[1].replace("cong-vu-mau", "again")
    with pytest.raises(TrustUnusable, match="twice"):
        read(f"{GOOD}[[authority]]{again}")


@settings(max_examples=50)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_trust_file_or_a_refusal(manifest):
    try:
        read_trust(manifest, FILES.__getitem__)
    except TrustUnusable:
        return


def test_the_trust_file_that_comes_with_the_hub_is_usable_and_lets_no_test_root_in():
    shipped = Path(__file__).parents[3] / "deploy" / "trust"

    trust = trust_in(shipped)
    assert trust.version
    assert not trust.test
