"""The place where processes get what they depend on."""

from pydantic import SecretStr

from hub.cli.errors import SettingsWrong
from hub.cli.home import Home, OwnKey
from hub.io.kafka.connection import KafkaConnection
from hub.io.settings import IoSettings
from hub.io.tracing import Tracing
from hub.signing.signer import Signer, SignerUnusable, expect_matching


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


def tracing(settings: IoSettings, process: str, hub: str) -> Tracing | None:
    """Return where a process's spans go; None where no collector is set."""
    if settings.otlp_endpoint is None:
        return None
    from hub.io.otlp import OtlpTracing  # noqa: PLC0415  (without traces nobody pays for it)

    return OtlpTracing(settings.otlp_endpoint, settings.otlp_ratio, process, hub)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
