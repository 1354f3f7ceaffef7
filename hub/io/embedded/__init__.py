"""A real Apache Kafka on this machine, started and stopped by the hub."""

from hub.io.embedded.broker import (
    DEFAULT_CONTROLLER_PORT,
    DEFAULT_HEAP_MB,
    DEFAULT_PORT,
    EmbeddedBroker,
)
from hub.io.embedded.errors import (
    BrokerFailed,
    DataDirectoryInUse,
    DataDirectoryUnusable,
    EmbeddedBrokerError,
    ExtraMissing,
    JarHashWrong,
    JarsUnavailable,
    JavaMissing,
    PortTaken,
)
from hub.io.embedded.jars import ensure_jars

__all__ = [
    "DEFAULT_CONTROLLER_PORT",
    "DEFAULT_HEAP_MB",
    "DEFAULT_PORT",
    "BrokerFailed",
    "DataDirectoryInUse",
    "DataDirectoryUnusable",
    "EmbeddedBroker",
    "EmbeddedBrokerError",
    "ExtraMissing",
    "JarHashWrong",
    "JarsUnavailable",
    "JavaMissing",
    "PortTaken",
    "ensure_jars",
]
