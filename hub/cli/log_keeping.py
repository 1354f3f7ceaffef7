"""Who signs, stamps and witnesses the transparency log."""

from cryptography.x509 import load_pem_x509_certificates
from lgsp_verify.log import LogError, parse_verifier_key

from hub.cli.errors import SettingsWrong
from hub.cli.home import Home, OwnKey
from hub.cli.wiring import signer
from hub.io.log_posts import TimeStamping, Witness
from hub.io.settings import IoSettings
from hub.recorder.settings import RecorderSettings
from hub.signing.log_key import LogSigner
from hub.signing.signer import SignerUnusable


def log_signer(hub: str, settings: IoSettings, home: Home) -> LogSigner:
    """Return what signs the transparency log of the hub of this id.

    Raises:
        SettingsWrong, HomeUnusable, Unavailable: see `signer`; also where the key is not Ed25519.
    """
    try:
        return LogSigner.of(hub, signer(OwnKey.LOG, settings, home))
    except SignerUnusable as error:
        raise SettingsWrong(f"HUB_LOG_KEY: {error}.") from error


def stamping(settings: RecorderSettings) -> TimeStamping | None:
    """Return the time stamping authority; None where none is set.

    Raises:
        SettingsWrong: its roots cannot be read.
    """
    if settings.tsa_url is None or settings.tsa_roots is None:
        return None
    try:
        roots = load_pem_x509_certificates(settings.tsa_roots.read_bytes())
    except (OSError, ValueError):
        raise SettingsWrong(
            f"HUB_RECORDER_TSA_ROOTS: {settings.tsa_roots} is not a PEM file of certificates."
        ) from None
    return TimeStamping(settings.tsa_url, roots)


def witnesses(settings: RecorderSettings) -> list[Witness]:
    """Return the witnesses of the log.

    Raises:
        SettingsWrong: their file cannot be read, or a line is no URL and key.
    """
    if settings.witnesses is None:
        return []
    try:
        lines = settings.witnesses.read_text(encoding="utf-8").splitlines()
        pairs = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        return [Witness(url, parse_verifier_key(key)) for url, key in pairs]
    except (OSError, ValueError, LogError) as error:
        raise SettingsWrong(
            f"HUB_RECORDER_WITNESSES: {settings.witnesses}: each line is a URL and a key "
            f"({type(error).__name__})."
        ) from None
