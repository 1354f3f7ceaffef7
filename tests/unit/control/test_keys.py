"""Keys: proof of possession, one system for ever, revoked for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message.key_proof import BadProof, check_key_proof, sign_key_proof
from lgsp_message.keys import b64url, public_jwk, sign, verifying_key

from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused, Refusal
from tests.control_support import HUB, change_set, key_id, new_key, proof, register, system

ANOTHER_TIME = timedelta(minutes=6)


async def refused(control, *changes):
    with pytest.raises(ChangeRefused) as refusal:
        await control.write(change_set(*changes), actor="an")
    return refusal.value


async def test_a_key_is_registered_with_the_members_that_identify_it(with_system):
    key = new_key()
    jwk = public_jwk(key.public_key()) | {"kid": "tên gọi", "use": "sig"}
    await with_system.write(change_set(register(key, jwk=jwk)), actor="an")
    found = await Queries(with_system.engine).one("key", f"he-thong-a/{key_id(key)}")
    assert found is not None
    assert found["jwk"] == public_jwk(key.public_key())
    assert found["revoked"] is False


async def test_a_key_can_come_with_its_system_in_one_change_set(with_system):
    changes = [register(new_key(), "he-thong-b"), system("he-thong-b")]
    assert (await refused(with_system, *changes)).code is Refusal.UNKNOWN_ENTITY
    written = await with_system.write(change_set(*reversed(changes)), actor="an")
    assert written.changed == 2


def _bad_proofs():
    key, other = new_key(), new_key()
    now = datetime.now(UTC)
    good = proof(key)
    header, claims, signature = good.split(".")
    return key, {
        "another key signed": proof(other),
        "for another system": proof(key, "he-thong-b"),
        "for another hub": proof(key, hub="hub-khac"),
        "too old": proof(key, at=now - ANOTHER_TIME),
        "from the future": proof(key, at=now + ANOTHER_TIME),
        "no signature": f"{header}.{claims}.",
        "cut": good[:-4],
        "nothing": "a",
        "claims of another proof": ".".join([header, proof(key, "b-b-b").split(".")[1], signature]),
    }


@pytest.mark.parametrize("name", _bad_proofs()[1])
async def test_a_key_without_proof_of_possession_is_not_registered(with_system, name):
    # Made now: a proof that is from the future when tests are collected may not be when they run.
    key, bad = _bad_proofs()
    refusal = await refused(with_system, register(key, proof=bad[name]))
    assert refusal.code is Refusal.BAD_PROOF


async def test_an_access_token_request_is_no_proof(with_system):
    # Same key, same claims: only `typ` tells what the signature was made for.
    key = new_key()
    text = proof(key)
    claims = text.split(".")[1]
    header = b64url(
        f'{{"typ":"client-authentication+jwt","alg":"ES256","kid":"{key_id(key)}"}}'.encode()
    )
    signature = b64url(sign(key, "ES256", f"{header}.{claims}".encode()))
    refusal = await refused(with_system, register(key, proof=f"{header}.{claims}.{signature}"))
    assert refusal.code is Refusal.BAD_PROOF


async def test_repeating_a_registration_with_an_old_proof_changes_nothing(with_system):
    key = new_key()
    await with_system.write(change_set(register(key)), actor="an")
    old = proof(key, at=datetime.now(UTC) - timedelta(days=1))
    assert (await with_system.write(change_set(register(key, proof=old)), actor="an")).changed == 0


async def test_a_key_belongs_to_one_system_for_ever(with_system):
    key = new_key()
    await with_system.write(change_set(system("he-thong-b"), register(key)), actor="an")
    other = register(key, "he-thong-b")
    assert (await refused(with_system, other)).code is Refusal.KEY_TAKEN
    revoke = {"change": "revoke_key", "system": "he-thong-a", "thumbprint": key_id(key)}
    retire = {"change": "delete_system", "system": "he-thong-a"}
    await with_system.write(change_set(revoke, retire), actor="an")
    assert (await refused(with_system, other)).code is Refusal.KEY_TAKEN


async def test_two_systems_cannot_take_one_key_in_one_change_set(with_system):
    key = new_key()
    changes = [system("he-thong-b"), register(key), register(key, "he-thong-b")]
    assert (await refused(with_system, *changes)).code is Refusal.KEY_TAKEN


async def test_a_revoked_key_stays_revoked(with_system):
    key = new_key()
    await with_system.write(change_set(register(key)), actor="an")
    revoke = {"change": "revoke_key", "system": "he-thong-a", "thumbprint": key_id(key)}
    assert (await with_system.write(change_set(revoke), actor="an")).changed == 1
    assert (await with_system.write(change_set(revoke), actor="an")).changed == 0
    assert (await refused(with_system, register(key))).code is Refusal.KEY_REVOKED


async def test_a_key_keeps_its_algorithm(with_system):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def registration(alg):
        text = sign_key_proof(
            key, alg, system="he-thong-a", hub="hub-test", at=datetime.now(UTC), jti="j"
        )
        jwk = public_jwk(key.public_key())
        return {"change": "register_key", "system": "he-thong-a", "jwk": jwk} | {
            "alg": alg,
            "proof": text,
        }

    await with_system.write(change_set(registration("PS256")), actor="an")
    assert (await refused(with_system, registration("RS256"))).code is Refusal.KEY_TAKEN


async def test_weak_and_unknown_keys_are_refused(with_system):
    curve = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-384", "x": str(curve.x), "y": str(curve.y)}
    refusal = await refused(with_system, register(new_key(), jwk=jwk))
    assert refusal.code is Refusal.KEY_UNUSABLE


ANY_KEY = new_key()


@given(st.text(max_size=300) | st.text(alphabet="abcABC019_-.", max_size=300))
def test_any_text_that_is_no_proof_is_refused(text):
    key = verifying_key(ANY_KEY.public_key(), "ES256")
    with pytest.raises(BadProof):
        check_key_proof(text, key, system="he-thong-a", hub=HUB, now=datetime.now(UTC))
