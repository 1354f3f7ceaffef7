"""`lgsp-verify`: reports in two languages, exit status, trust roots, a PDF; never a traceback."""

import json
import random
from datetime import UTC, datetime

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from lgsp_verify.asice.container import read_container, write_container
from lgsp_verify.asice.manifest import SIGNATURE_FILE
from lgsp_verify.cli import main
from lgsp_verify.findings import Finding
from lgsp_verify.paths import PathState, check_path
from lgsp_verify.trust import Authority, Period, TrustBroken, Usage, load_trust
from lgsp_verify.verify import verify_bundle

from hub.signing.seal_certificate import self_signed
from hub.signing.signer import KeySigner
from tests import bundle_rig as rig
from tests import support

TRUST = f"""\
version = "mau"
test = true

[[log]]
key = "{rig.LOG_KEY.anchor_key()}"
from = 2026-01-01
until = 2030-01-01

[[witness]]
key = "{rig.WITNESS.key}"

[[authority]]
name = "mau-1"
root = "one.pem"
usage = ["containers", "timestamps"]

[[authority]]
name = "mau-2"
root = "two.pem"
usage = ["systems"]
"""


@pytest.fixture(scope="module")
def bundle():
    world, received, receipts = rig.delivered_world()
    return rig.sealed(rig.parts_of(world, received, receipts=receipts))


@pytest.fixture
def place(tmp_path, bundle):
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "trust.toml").write_text(TRUST, encoding="utf-8")
    for name, root in zip(("one.pem", "two.pem"), rig.pki().roots, strict=True):
        (roots / name).write_bytes(root.public_bytes(rig.PEM))
    (tmp_path / "b.asice").write_bytes(bundle)
    return tmp_path


def run(place, *options):
    return main([str(place / "b.asice"), "--trust", str(place / "roots"), *map(str, options)])


def test_a_good_bundle_is_told_in_both_languages(place, capsys):
    assert run(place, "--strict") == 0
    told = capsys.readouterr().out
    assert "KẾT LUẬN: ĐẠT" in told
    assert "VERDICT: OK" in told
    assert "acknowledged  receiver" in told


def test_one_language_and_json(place, capsys):
    run(place, "--lang", "vi")
    assert "VERDICT" not in capsys.readouterr().out
    assert run(place, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "ok"
    assert {check["status"] for check in told["checks"]} == {"ok"}
    assert told["steps"][0]["event"] == "admitted"


def test_a_changed_bundle_fails_and_says_where_and_who_must_act(place, bundle, capsys):
    at = bundle.index(support.GOOD_BODY) + 10
    (place / "b.asice").write_bytes(bundle[:at] + b"#" + bundle[at + 1 :])
    assert run(place, "--lang", "en") == 1
    told = capsys.readouterr().out
    assert "NOT OK" in told
    assert "message/body.json" in told
    assert "Next step" in told


def test_what_is_indeterminate_fails_only_where_that_is_asked(place, capsys):
    (place / "roots" / "trust.toml").write_text(TRUST.replace("[[witness]]", "[[other]]"))
    assert run(place) == 0
    assert "UNWITNESSED" in capsys.readouterr().out.upper()
    assert run(place, "--strict") == 1


def test_the_report_as_pdf_holds_no_code_of_the_bundle(place, capsys):
    pytest.importorskip("typst")
    assert run(place, "--pdf", place / "r.pdf") == 0
    assert (place / "r.pdf").read_bytes().startswith(b"%PDF")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--document", "/none"), "No such file"),
        (("--pdf", "/none/r.pdf"), "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_usage_error(place, capsys, options, words):
    assert run(place, *options) == 2
    assert words in capsys.readouterr().err


BROKEN = {
    "not-toml": "version = ",
    "no-version": "",
    "log-of-a-witness": f'version = "1"\n[[log]]\nkey = "{rig.WITNESS.key}"',
    "shard-key": f'version = "1"\n[[log]]\nkey = "{rig.CHECKPOINTS.key}"',
    "no-key": 'version = "1"\n[[witness]]\n',
    "one-bracket": 'version = "1"\n[log]\nkey = "x"',
    "usage": TRUST.replace('"systems"', '"everything"'),
    "no-usage": TRUST.replace('["systems"]', "[]"),
    "outside": TRUST.replace('"two.pem"', '"../two.pem"'),
    "missing-file": TRUST.replace('"two.pem"', '"three.pem"'),
    "not-a-certificate": TRUST.replace('"two.pem"', '"trust.toml"'),
    "from-as-text": TRUST.replace("from = 2026-01-01", 'from = "soon"'),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_trust_roots_that_cannot_be_meant_are_refused_with_their_place(place, text, capsys):
    (place / "roots" / "trust.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TrustBroken):
        load_trust(place / "roots")
    assert run(place) == 2
    assert capsys.readouterr().err.startswith("lgsp-verify: ")


def test_a_log_key_counts_in_its_time_only(place):
    trust = load_trust(place / "roots")
    assert trust.test
    assert trust.log_keys(support.HUB, datetime(2026, 6, 1, tzinfo=UTC)) == [rig.LOG_KEY]
    assert trust.log_keys(support.HUB, datetime(2030, 1, 1, tzinfo=UTC)) == []
    assert trust.log_keys("another-hub", datetime(2026, 6, 1, tzinfo=UTC)) == []


def _spoilt(bundle, seed):
    """A bundle with other bytes in one file, and whether that may be all the same."""
    chance, files = random.Random(seed), dict(read_container(bundle).files)
    name = chance.choice(sorted(files))
    content = files[name]
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((0, 1, 3, 50)))
    files[name] = content[:start] + chance.randbytes(chance.choice((0, 1, 20))) + content[end:]
    # Of the seal's own file some bytes are signed by nobody: certificates beside the signer's.
    return write_container(files), name == SIGNATURE_FILE or files[name] == content


@pytest.mark.parametrize("seed", range(24))
def test_any_file_in_a_bundle_may_hold_anything(bundle, seed):
    # Checksums that fit are nobody's word: whatever stands in the files, there is an answer.
    spoilt, same = _spoilt(bundle, seed)
    assert same or verify_bundle(spoilt, rig.given()).verdict.value == "not_ok"


@pytest.mark.long
def test_any_file_in_a_bundle_may_hold_anything_a_thousand_times(bundle):
    for seed in range(100, 1_100):
        spoilt, same = _spoilt(bundle, seed)
        assert same or verify_bundle(spoilt, rig.given()).verdict.value == "not_ok", seed


@given(st.binary(max_size=400))
def test_any_bytes_are_no_bundle(data):
    report = verify_bundle(data, rig.given())
    assert [one.finding for one in report.results] == [Finding.CONTAINER_BROKEN]


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519", "RS256"])
def test_the_self_signed_seal_is_a_certificate_that_others_read(algorithm):
    signer = KeySigner(key=support.key_for(algorithm), algorithm=algorithm)
    der = self_signed(signer, support.HUB, support.NOW)
    loaded = x509.load_der_x509_certificate(der)
    loaded.verify_directly_issued_by(loaded)
    assert loaded.not_valid_before_utc == support.NOW
    assert not loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    root = Authority(name="seal", certificate=der, usages=frozenset(Usage), period=Period())
    assert check_path(der, (), [root], rig.MADE_AT) is PathState.VALID
    assert check_path(der, (), [root], datetime(2000, 1, 1, tzinfo=UTC)) is PathState.INVALID
    assert check_path(b"no certificate", (), [root], rig.MADE_AT) is PathState.UNREADABLE
