import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest
from pkcs11.util.ec import encode_named_curve_parameters

from hub.io.pkcs11 import KeyPlace, Pkcs11Signer
from hub.signing.signer import Signer, SignerUnusable, expect_matching

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
TOOL = shutil.which("softhsm2-util") or ""
PIN = "135790"

needs_softhsm = pytest.mark.skipif(
    not (MODULE.is_file() and TOOL), reason="SoftHSM is not installed: apt install softhsm2"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """Make a token with one key pair of each kind, and an empty one; return what opens a key."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("softhsm")
        (root / "tokens").mkdir()
        (root / "softhsm2.conf").write_text(f"directories.tokendir = {root / 'tokens'}\n")
        patch.setenv("SOFTHSM2_CONF", str(root / "softhsm2.conf"))
        for label in ("hub-H99", "empty-H99"):
            init = ["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "246802"]
            subprocess.run([TOOL, *init], check=True, capture_output=True, timeout=30)
        _generate()
        yield lambda name, pin=PIN, label="hub-H99": Pkcs11Signer(
            MODULE, KeyPlace(token=label, object=name), pin
        )


def _generate():
    session = pkcs11.lib(str(MODULE)).get_token(token_label="hub-H99").open(rw=True, user_pin=PIN)
    with session:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="seal-rsa")
        for label, kind, curve in (
            ("log", pkcs11.KeyType.EC_EDWARDS, "1.3.101.112"),
            ("seal", pkcs11.KeyType.EC, "secp256r1"),
            ("p384", pkcs11.KeyType.EC, "secp384r1"),
        ):
            parameters = session.create_domain_parameters(
                kind,
                {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)},
                local=True,
            )
            mechanism = (
                pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
                if kind is pkcs11.KeyType.EC_EDWARDS
                else pkcs11.Mechanism.EC_KEY_PAIR_GEN
            )
            parameters.generate_keypair(store=True, label=label, mechanism=mechanism)


@needs_softhsm
@pytest.mark.parametrize(
    ("name", "algorithm"), [("log", "Ed25519"), ("seal", "ES256"), ("seal-rsa", "RS256")]
)
def test_a_hardware_key_signs_what_its_public_key_checks(token, name, algorithm):
    signer = token(name)

    assert isinstance(signer, Signer)
    assert signer.algorithm == algorithm
    expect_matching(signer)


@needs_softhsm
def test_two_keys_of_one_token_sign_in_one_program(token):
    log, seal = token("log"), token("seal")

    expect_matching(seal)
    expect_matching(log)


@needs_softhsm
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-pkcs11's
def test_a_session_that_ended_is_opened_anew(token):
    signer = token("seal")
    signer._session.close()

    expect_matching(signer)


@needs_softhsm
@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("log", {"pin": "000000", "label": "empty-H99"}, "PIN"),
        ("none", {}, "labels"),
        ("log", {"label": "other"}, "labels"),
        ("p384", {}, "not one the hub can read"),
    ],
)
def test_a_token_without_a_usable_key_is_told_plainly(token, name, options, told):
    with pytest.raises(SignerUnusable, match=told):
        token(name, **options)


def test_a_module_that_is_no_module_is_told_plainly(tmp_path):
    (tmp_path / "module.so").write_bytes(b"not a library")
    place = KeyPlace(token="hub-H99", object="log")

    with pytest.raises(SignerUnusable, match="HUB_PKCS11_MODULE"):
        Pkcs11Signer(tmp_path / "module.so", place, PIN)


def test_a_place_is_a_token_and_an_object():
    place = KeyPlace.of("pkcs11:token=hub%20H99;object=log")

    assert place == KeyPlace(token="hub H99", object="log")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:token=hub",
        "pkcs11:token=hub;token=other",
        "pkcs11:token=hub;object=log?pin-value=1",
        "file:token=hub;object=log",
    ],
)
def test_another_place_is_refused(uri):
    with pytest.raises(SignerUnusable):
        KeyPlace.of(uri)
