"""The examples in RFC 7515, 7797 and 8037 against the signatures of messages."""

import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidSignature
from lgsp_message.attributes import parse_attributes
from lgsp_message.jws import verify
from lgsp_message.keys import VerifyingKey, load_jwk, unb64url, verifying_key
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope

from tests.support import good_attributes

CLAIMS = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
RFC_7515_A2 = (
    "RS256",
    {
        "kty": "RSA",
        "n": (
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt"
            "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX"
            "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
            "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
        ),
        "e": "AQAB",
    },
    f"eyJhbGciOiJSUzI1NiJ9.{CLAIMS}",
    (
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
        "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
        "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
        "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    ),
)
RFC_7515_A3 = (
    "ES256",
    {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    f"eyJhbGciOiJFUzI1NiJ9.{CLAIMS}",
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
)
RFC_8037_A4 = (
    "Ed25519",
    {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
)
RFC_7797_KEY = (
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
)
RFC_7797_HEADER = b"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19"
RFC_7797_SIGNATURE = "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"


@pytest.mark.parametrize(
    ("algorithm", "jwk", "signed", "signature"), [RFC_7515_A2, RFC_7515_A3, RFC_8037_A4]
)
def test_the_example_verifies_and_with_one_letter_changed_does_not(
    algorithm, jwk, signed, signature
):
    key = verifying_key(load_jwk(jwk), algorithm)
    key.check(unb64url(signature), signed.encode())
    with pytest.raises(InvalidSignature):
        key.check(unb64url(signature), signed.replace("I", "J", 1).encode())


def test_the_thumbprint_is_that_of_rfc_8037():
    _, jwk, _, _ = RFC_8037_A4
    key = verifying_key(load_jwk(jwk), "Ed25519")
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def hmac_check(signature, data):
    """Check as the example does: it is symmetric, which no key of the hub's is."""
    secret = unb64url(RFC_7797_KEY)
    if not hmac.compare_digest(hmac.digest(secret, data, "sha256"), signature):
        raise InvalidSignature


def example_of_rfc_7797(body):
    return Envelope(
        attributes=parse_attributes(good_attributes()),
        algorithm="HS256",
        key_id="mau",
        protected=RFC_7797_HEADER,
        signature=unb64url(RFC_7797_SIGNATURE),
        body=body,
        body_hash=hashlib.sha256(body).digest(),
    )


def test_what_is_signed_is_put_together_as_rfc_7797_does():
    key = VerifyingKey(algorithm="HS256", thumbprint="mau", check=hmac_check, jwk={})
    assert verify(example_of_rfc_7797(b"$.02"), key).body == b"$.02"
    with pytest.raises(Refused) as refused:
        verify(example_of_rfc_7797(b"$.03"), key)
    assert refused.value.reason is Reason.BAD_SIGNATURE


def test_a_symmetric_key_is_none_that_the_hub_takes():
    with pytest.raises(ValueError, match="a key is EC P-256"):
        load_jwk({"kty": "oct", "k": RFC_7797_KEY})
