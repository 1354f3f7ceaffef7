"""The place where processes get what they depend on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cryptography.x509 import load_pem_x509_certificates
from lgsp_adapter import Resolver
from lgsp_verify.log import LogError, parse_verifier_key
from pydantic import SecretStr

from hub.cli.environment import allows_loopback, read, whole
from hub.cli.errors import SettingsWrong
from hub.cli.home import Home, OwnKey
from hub.cli.settings import SupervisorSettings
from hub.connectors import secrets
from hub.connectors.settings import ConnectorsSettings
from hub.control.certificates import Certificates
from hub.control.network_rules import NetworkRules
from hub.control.settings import ControlSettings
from hub.io.kafka.connection import KafkaConnection
from hub.io.log_posts import TimeStamping, Witness
from hub.io.revocation import RevocationFetcher
from hub.io.settings import IoSettings
from hub.io.tracing import Tracing
from hub.io.trust_files import trust_in
from hub.io.vault import Vault
from hub.recorder.settings import RecorderSettings
from hub.signing.log_key import LogSigner
from hub.signing.signer import Signer, SignerUnusable, expect_matching
from hub.signing.trust import Trust, TrustUnusable


def kafka(settings: IoSettings) -> KafkaConnection:
    """Return how to reach Kafka."""
    return KafkaConnection(
        bootstrap=settings.kafka_bootstrap,
        username=settings.kafka_username,
        password=_plain(settings.kafka_password),
        ca_file=str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
        replication=settings.kafka_replication,
    )


def sql_url(settings: IoSettings, home: Home) -> str:
    """Return the database: the one of the settings, else SQLite in the home."""
    return _plain(settings.sql_url) or f"sqlite:///{home.database}"


def objects_url(settings: IoSettings, home: Home) -> str:
    """Return the object store: the one of the settings, else a directory in the home."""
    return settings.objects_url or home.objects.as_uri()


def signer(key: OwnKey, settings: IoSettings, home: Home) -> Signer:
    """Return what signs with one of the hub's own keys: a hardware module, else a file of the home.

    Raises:
        SettingsWrong: the module or the key in it is not usable.
        HomeUnusable: the file is missing or damaged.
        Unavailable: the module does not answer.
    """
    uri = {OwnKey.LOG: settings.log_key, OwnKey.SEAL: settings.seal_key}[key]
    if uri is None or settings.pkcs11_module is None:
        return home.own_key(key)
    from hub.io.pkcs11 import KeyPlace, Pkcs11Signer  # noqa: PLC0415  (an extra)

    try:
        pin = _plain(settings.pkcs11_pin) or ""
        made = Pkcs11Signer(settings.pkcs11_module, KeyPlace.of(uri), pin)
        expect_matching(made)
    except SignerUnusable as error:
        raise SettingsWrong(f"HUB_{key.upper()}_KEY: {error}.") from error
    return made


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


def tracing(settings: IoSettings, process: str, hub: str) -> Tracing | None:
    """Return where a process's spans go; None where no collector is set."""
    if settings.otlp_endpoint is None:
        return None
    from hub.io.otlp import OtlpTracing  # noqa: PLC0415  (without traces nobody pays for it)

    return OtlpTracing(settings.otlp_endpoint, settings.otlp_ratio, process, hub)


def network_rules() -> NetworkRules:
    """Return which networks no connector may ever call.

    Raises:
        SettingsWrong: loopback is allowed, but the hub is not one that runs on this machine alone.
    """
    own = read(ControlSettings).networks()
    return NetworkRules(own=own, allow_loopback=allows_loopback())


def certificates(rules: NetworkRules, clock: Callable[[], datetime]) -> Certificates:
    """Return who judges the certificates of keys.

    Raises:
        SettingsWrong: the trust file is not usable, or lets test roots in where they may not be.
    """
    return Certificates(trust(), authorities(rules), clock)


def authorities(rules: NetworkRules) -> RevocationFetcher:
    """Return who asks authorities what they revoked."""
    return RevocationFetcher(rules.lent(rules.everywhere()))


def trust() -> Trust:
    """Return whom the hub trusts.

    Raises:
        SettingsWrong: the trust file is not usable, or lets test roots in where they may not be.
    """
    settings = read(ControlSettings)
    if settings.trust_test_roots and read(SupervisorSettings).broker != "embedded":
        raise SettingsWrong(
            "HUB_TRUST_TEST_ROOTS=true is for demo and tests: only with HUB_BROKER=embedded. "
            "Remove it."
        )
    try:
        return trust_in(settings.trust, allow_test=settings.trust_test_roots)
    except TrustUnusable as error:
        raise SettingsWrong(f"HUB_TRUST: {error}.") from error


def revocation_grace() -> timedelta:
    """Return how long a key goes on without an answer about its certificate."""
    return read(ControlSettings).revocation_grace


def secrets_of_connectors(settings: ConnectorsSettings, home: Home) -> Mapping[str, Resolver]:
    """Return how references in configurations of connectors are resolved."""
    vault = None
    if settings.vault_url is not None and settings.vault_token_file is not None:
        vault = Vault(settings.vault_url, settings.vault_token_file)
    folder = settings.secrets or home.connector_secrets
    return secrets.resolvers(whole(), settings.env_prefix, folder, vault)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
