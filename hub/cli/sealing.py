"""Who seals evidence: the hub's sealing key and its certificate."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.cli import wiring
from hub.cli.errors import SettingsWrong
from hub.cli.home import Home, HomeUnusable, OwnKey, write_once
from hub.evidence.ports import Seal
from hub.io.settings import IoSettings
from hub.signing.seal_certificate import self_signed
from hub.signing.signer import Signer


def seal_of(settings: IoSettings, home: Home, hub: str) -> Seal:
    """Return the seal. Its self-signed certificate is made once, and stays.

    Raises:
        SettingsWrong: `HUB_SEAL_CERTIFICATE` is not the certificate of the sealing key.
        HomeUnusable: the home lacks the key, or cannot be written.
        Unavailable: the module with the key does not answer.
    """
    signer = wiring.signer(OwnKey.SEAL, settings, home)
    path = settings.seal_certificate or home.seal_certificate
    if settings.seal_certificate is None and not path.exists():
        _make(home, signer, hub)
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsWrong(f"{path} holds no certificate in PEM.") from error
    if _public(found[0].public_key()) != _public(signer.public_key):
        raise SettingsWrong(
            f"{path} is not the certificate of the sealing key. Keep the old file for the trust "
            "roots of old evidence, and put the certificate of the new key in its place."
        )
    return Seal(sealer=signer, certificates=tuple(one.public_bytes(Encoding.DER) for one in found))


def _make(home: Home, signer: Signer, hub: str) -> None:
    der = self_signed(signer, hub, datetime.now(UTC))
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode().strip()
    try:
        write_once(home.seal_certificate, pem, mode=0o644)
    except OSError as error:
        raise HomeUnusable(f"{home.seal_certificate} cannot be written.") from error


def _public(key: object) -> bytes:
    found: bytes = key.public_bytes(  # type: ignore[attr-defined]  # every public key has it
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return found
