"""The only reader of settings, and the place where processes get what they depend on."""

import contextlib
import difflib
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from cryptography.x509 import load_pem_x509_certificates
from lgsp_adapter import Resolver
from lgsp_verify.log import LogError, parse_verifier_key
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from hub.api.settings import ApiSettings, OidcSettings
from hub.cli.errors import SettingsWrong
from hub.cli.home import Home, OwnKey
from hub.cli.settings import SupervisorSettings
from hub.connectors import secrets
from hub.connectors.settings import ConnectorsSettings
from hub.control.certificates import Certificates
from hub.control.network_rules import NetworkRules
from hub.control.settings import ControlSettings
from hub.documents.settings import DocumentsSettings
from hub.io.kafka.connection import KafkaConnection
from hub.io.log_posts import TimeStamping, Witness
from hub.io.revocation import RevocationFetcher
from hub.io.settings import IoSettings
from hub.io.tracing import Tracing
from hub.io.trust_files import trust_in
from hub.io.vault import Vault
from hub.recorder.settings import RecorderSettings
from hub.router.settings import RouterSettings
from hub.signing.log_key import LogSigner
from hub.signing.signer import Signer, SignerUnusable, expect_matching
from hub.signing.trust import Trust, TrustUnusable
from hub.views.settings import ViewsSettings

PREFIX: Final = "HUB_"

SECRET_FILES: Final = Path("/run/secrets")
"""Where Docker and Kubernetes put secrets: a file `hub_kafka_password` sets that variable."""

SETTINGS: Final[tuple[type[BaseSettings], ...]] = (
    IoSettings,
    ApiSettings,
    OidcSettings,
    ControlSettings,
    RouterSettings,
    ConnectorsSettings,
    DocumentsSettings,
    RecorderSettings,
    ViewsSettings,
    SupervisorSettings,
)
"""Every class of settings: what stands in none of them is an unknown variable."""

Kind = TypeVar("Kind", bound=BaseSettings)


def read(kind: type[Kind]) -> Kind:
    """Return one room's settings from the environment and the secret files.

    Raises:
        SettingsWrong: a `HUB_*` variable that no room knows, or a value that is not usable.
    """
    refuse_unknown(os.environ)
    try:
        return kind(_secrets_dir=SECRET_FILES if SECRET_FILES.is_dir() else None)
    except ValidationError as error:
        raise SettingsWrong(_plainly(kind, error)) from None  # its text quotes values: passwords


def variables() -> dict[str, type[BaseSettings]]:
    """Return each variable that the hub knows, with the class it belongs to."""
    return {variable(kind, name): kind for kind in SETTINGS for name in kind.model_fields}


def variable(kind: type[BaseSettings], name: str) -> str:
    """Return the environment variable behind a field."""
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def beginning_with(prefix: str) -> dict[str, str]:
    """Return the variables of the environment whose names begin so, as they are."""
    return {name: text for name, text in os.environ.items() if name.startswith(prefix)}


def given() -> dict[str, str]:
    """Return what is set of the hub, as text: by the environment, else by a secret file.

    For who looks at a hub whose settings may be wrong; who runs one uses `read`.
    """
    found = beginning_with(PREFIX)
    for name in variables().keys() - found.keys():
        with contextlib.suppress(OSError, UnicodeDecodeError):
            path = SECRET_FILES / name.lower()
            found[name] = path.read_text(encoding="utf-8").strip()
    return found


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Return if every `HUB_*` variable is known: a misspelt one must not be a silent default.

    Raises:
        SettingsWrong: with the name that was probably meant.
    """
    known = variables()
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {meant[0]}?" if meant else ""
            raise SettingsWrong(
                f"{name} is not a setting of the hub.{hint} "
                "All settings: docs/operations/settings.md."
            )


def home(chosen: Path | None = None) -> Home:
    """Return the hub's home: the one given on the command line, or `HUB_HOME`."""
    return Home(root=(chosen or read(IoSettings).home).absolute())


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
    settings = read(ControlSettings)
    if settings.connectors_allow_loopback and read(SupervisorSettings).broker != "embedded":
        raise SettingsWrong(
            "HUB_CONNECTORS_ALLOW_LOOPBACK=true is for demo and tests: only with "
            "HUB_BROKER=embedded. Remove it."
        )
    return NetworkRules(own=settings.networks(), allow_loopback=settings.connectors_allow_loopback)


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


def environ_of_adapters(secrets: str) -> dict[str, str]:
    """Return the environment of an adapter's own process, without what it is not to see.

    These are the hub's settings, and variables that begin with `secrets`: each adapter asks the
    runtime for its own.
    """
    hidden = (PREFIX, secrets)
    return {name: text for name, text in os.environ.items() if not name.startswith(hidden)}


def secrets_of_connectors(settings: ConnectorsSettings, home: Home) -> Mapping[str, Resolver]:
    """Return how references in configurations of connectors are resolved."""
    vault = None
    if settings.vault_url is not None and settings.vault_token_file is not None:
        vault = Vault(settings.vault_url, settings.vault_token_file)
    folder = settings.secrets or home.connector_secrets
    return secrets.resolvers(os.environ, settings.env_prefix, folder, vault)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _plainly(kind: type[BaseSettings], error: ValidationError) -> str:
    """Say which variable is wrong and why, without its value."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        place = problem["loc"]
        lines.append(
            f"{variable(kind, str(place[0])) if place else kind.__name__}: {problem['msg']}"
        )
    return "\n     ".join(lines)
