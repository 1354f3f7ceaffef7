"""The broker's configuration: one KRaft node on loopback, small, and never losing by itself.

Acknowledged records are in the operating system's page cache: they survive the death of every
process, not the loss of power or of the disk. A cluster is for that.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from hub.io.embedded.ports import LOOPBACK

NODE_ID: Final = 1

FENCING_MS: Final = 500
"""How long a controller that is started for this alone waits for the dead broker's heartbeat."""

SETTINGS: Final[dict[str, int | str]] = {
    # The control plane makes topics, with the settings that each one needs.
    "auto.create.topics.enable": "false",
    # One broker: one copy of everything.
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # Few and short logs of its own: each costs files, and is read again at every start.
    "offsets.topic.num.partitions": 8,
    "offsets.topic.segment.bytes": 4 * 1024 * 1024,
    "transaction.state.log.num.partitions": 8,
    "transaction.state.log.segment.bytes": 4 * 1024 * 1024,
    # Time never deletes an inbox, a janitor does. A topic that forgets by time says so itself;
    # Kafka's own default of 7 days would take what an agency has not fetched yet.
    "log.retention.ms": -1,
    "log.retention.bytes": -1,
    # What the janitor gave free leaves the disk segment by segment.
    "log.segment.bytes": 64 * 1024 * 1024,
    # A dead writer delays read_committed readers until its transaction is ended: its own timeout
    # (the router asks for 10 s, clients' default is 60 s) and then this look at the clock.
    "transaction.max.timeout.ms": 60_000,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
    # A consumer group starts at once, and a dead member is noticed within the 3 s in which
    # another process must have taken over.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    # Controller and broker are one process: neither can outlive the other, so nothing is gained
    # by fencing a running broker after a pause (a suspended machine), and a transaction can be
    # lost (`fencing_properties`). One day.
    "broker.session.timeout.ms": 24 * 3600 * 1000,
    # Should a dead broker's session still stand, end soon: the next start ends it first.
    "initial.broker.registration.timeout.ms": 20_000,
    # Two cores, shared with the hub's own processes.
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 2,
    # The cleaner's table is on the heap; the default of 128 MiB is a quarter of ours.
    "log.cleaner.threads": 1,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
}

SERVING_FLAGS: Final = (
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:TieredStopAtLevel=1",
    "-XX:G1PeriodicGCInterval=10000",
    "-XX:MinHeapFreeRatio=10",
    "-XX:MaxHeapFreeRatio=25",
    # Where a heap is kept three quarters full, marking must begin later: at the usual 45 % each
    # large request began one in some runs, and up to a third of the CPU went into marking again.
    "-XX:InitiatingHeapOccupancyPercent=80",
    "-XX:-G1UseAdaptiveIHOP",
    # Each thread keeps a buffer outside the heap, as large as its largest request so far; with a
    # bound, larger ones are made and given back.
    "-Djdk.nio.maxCachedBufferSize=1048576",
)
"""For the broker: short pauses, memory given back when a burst is over (after one, 384 MiB in place
of up to 592), and only the quick compiler. In the first minutes the thorough one
takes a third of the broker's CPU from everybody else on a small machine; measured on two cores, the
slowest in a hundred messages came 100 ms later for it."""

SHORT_FLAGS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""For programs that run a second or two: no time spent on optimising them."""

JAVA_FLAGS: Final = (
    # Half a broker is worse than none: the supervisor starts a whole one.
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
)

LOGGING: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN" shutdownHook="disable">
  <Appenders>
    <RollingFile name="file" fileName="{log}" filePattern="{log}.%i">
      <PatternLayout pattern="%d{{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}} %p %c{{1}}: %m%n"/>
      <Policies><SizeBasedTriggeringPolicy size="10 MB"/></Policies>
      <DefaultRolloverStrategy max="5"/>
    </RollingFile>
  </Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
"""


def log4j_xml(log: Path) -> str:
    """Return Log4j 2's configuration: at most six files of 10 MB, the newest is `log`."""
    return LOGGING.format(log=escape(str(log), {'"': "&quot;"}))


def server_properties(*, port: int, controller_port: int, log_dir: Path) -> str:
    """Return the text of Kafka's `server.properties`. Only loopback addresses occur in it."""
    listener = f"BROKER://{LOOPBACK}:{port}"
    return _text(
        _node(controller_port, log_dir)
        | {
            "process.roles": "broker,controller",
            "listeners": f"{listener},CONTROLLER://{LOOPBACK}:{controller_port}",
            "advertised.listeners": listener,
            "inter.broker.listener.name": "BROKER",
        }
        | SETTINGS
    )


def fencing_properties(*, controller_port: int, log_dir: Path) -> str:
    """Return the configuration of a controller alone, which declares a killed broker dead.

    Needed before a broker starts again that did not end cleanly. Otherwise it finds itself in the
    metadata as leader of everything until its old session ends; a transaction whose commit is
    decided but not yet written everywhere is then taken for one of deleted topics and dropped
    there (KAFKA-20734, Kafka 4.3.0 and 4.3.1): its records stay, no `read_committed` reader ever
    passes them. Measured: 4 of 4 kills right after a commit; with this step none.
    """
    return _text(
        _node(controller_port, log_dir)
        | {
            "process.roles": "controller",
            "listeners": f"CONTROLLER://{LOOPBACK}:{controller_port}",
            "broker.session.timeout.ms": FENCING_MS,
            "broker.heartbeat.interval.ms": FENCING_MS // 2,
            "controller.quorum.append.linger.ms": 0,
        }
    )


def java_command(
    *,
    java: Path,
    jars: Sequence[Path],
    heap_mb: int,
    scratch: Path,
    logging: Path,
    crash_log: Path,
    flags: Sequence[str],
    main: Sequence[str],
) -> list[str]:
    """Return the command line of a Kafka program. `scratch` takes Java's temporary files."""
    return [
        str(java),
        f"-Xmx{heap_mb}m",
        *JAVA_FLAGS,
        *flags,
        f"-Djava.io.tmpdir={scratch}",
        f"-XX:ErrorFile={crash_log}",
        f"-Dlog4j2.configurationFile={logging}",
        "-cp",
        # Each file by name: a wildcard would also load what nobody pinned.
        ":".join(str(jar) for jar in jars),
        *main,
    ]


def _node(controller_port: int, log_dir: Path) -> dict[str, int | str]:
    """Return what every process of this node must agree on."""
    return {
        "node.id": NODE_ID,
        # A fixed list, not a quorum kept in the log: so the ports may change between two runs.
        "controller.quorum.voters": f"{NODE_ID}@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": _escaped(log_dir),
    }


def _text(settings: Mapping[str, int | str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _escaped(path: Path) -> str:
    """Escape a path for a Java properties file: it is read as Latin-1 with backslash escapes."""
    return "".join(
        char if char.isascii() and char != "\\" else _java_escape(char) for char in str(path)
    )


def _java_escape(char: str) -> str:
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
