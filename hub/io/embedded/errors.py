"""What can go wrong around the embedded broker, each with who must act and what to do next."""

from pathlib import Path
from typing import Final

OPERATOR: Final = "the operator of this machine"
DEVELOPER: Final = "the hub's developers"


class EmbeddedBrokerError(Exception):
    """The embedded broker cannot run. The text is complete: what, who must act, the next step."""

    def __init__(self, what: str, *, step: str, who: str = OPERATOR) -> None:
        super().__init__(f"{what}\n  Who must act: {who}.\n  Next: {step}")
        self.what = what
        self.who = who
        self.step = step


class ExtraMissing(EmbeddedBrokerError):
    """The optional packages that an embedded broker needs are not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The package jgo, which fetches Apache Kafka, is not installed.",
            step="install the hub with its extra: pip install 'lgsp-hub[embedded]'.",
        )


class JavaMissing(EmbeddedBrokerError):
    """No Java run time was found, or none that is new enough."""


class JarsUnavailable(EmbeddedBrokerError):
    """Apache Kafka's jars are not in the cache and could not be fetched."""


class JarHashWrong(EmbeddedBrokerError):
    """A jar that was just fetched is not the pinned one; it was thrown away."""

    def __init__(self, name: str, *, expected: str, actual: str, source: str) -> None:
        super().__init__(
            f"{name} from {source} is not the pinned file: "
            f"SHA-256 {actual}, expected {expected}. It was not kept.",
            who=f"{OPERATOR}, then whoever runs {source}",
            step="do not use the file; find out who changes downloads on the way (a proxy, a "
            "mirror), then start again.",
        )


class PortTaken(EmbeddedBrokerError):
    """Another process listens on the port."""

    def __init__(self, port: int, owner: str | None) -> None:
        super().__init__(
            f"Port {port} on 127.0.0.1 is taken by {owner or 'a process of another user'}.",
            step="stop that process, or choose another port for the embedded broker.",
        )
        self.port = port


class DataDirectoryInUse(EmbeddedBrokerError):
    """Another hub runs its broker on the same data directory."""

    def __init__(self, directory: Path, holder: str | None) -> None:
        super().__init__(
            f"The data directory {directory} is used by {holder or 'another hub'}.",
            step="stop the other hub, or give this one a data directory of its own.",
        )


class DataDirectoryUnusable(EmbeddedBrokerError):
    """The data directory cannot be written, is full, or holds something else."""


class BrokerFailed(EmbeddedBrokerError):
    """Java ended, or did not answer in time. `tail` holds the last lines of its log."""

    def __init__(self, what: str, *, log: Path, tail: str) -> None:
        super().__init__(
            f"{what}\n  Last lines of {log}:\n{tail or '    (empty)'}",
            step=f"read {log}; when the cause is not plain, keep the file and report it.",
            who=f"{OPERATOR}, with {DEVELOPER}",
        )
        self.tail = tail
