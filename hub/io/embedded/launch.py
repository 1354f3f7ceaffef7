"""Write the configuration, format the storage once, start Java, and see that it answers."""

import base64
import contextlib
import shutil
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.io.embedded import config, ports, probe
from hub.io.embedded.errors import BrokerFailed, EmbeddedBrokerError, PortTaken
from hub.io.embedded.process import BoundProcess
from hub.io.embedded.storage import Layout, disk_full

START_SECONDS: Final = 120.0
"""Longest wait for an answer: 3 to 5 s as a rule; after a crash every topic's last segment is read
again, and the machine may be busy."""

FORMAT_SECONDS: Final = 60.0
"""Longest wait for the formatting of a new storage, about 1 s as a rule."""

STOP_SECONDS: Final = 30.0
"""Longest wait for a clean stop, about 1 s as a rule, before SIGKILL."""

POLL_SECONDS: Final = 0.1
"""Between two questions to a starting broker."""

ACTIVE: Final = "Performing controller activation"
FENCED: Final = f"Fencing broker {config.NODE_ID} "
FENCED_SECONDS: Final = 3.0
"""What the controller logs; and how long after its activation the fencing is done at the latest,
also when a later Kafka says it in other words. Six of its sessions."""

SETTLE_SECONDS: Final = 1.0
"""The controller logs the fencing just before it writes it; stopped in between (seen once in nine)
it forgets it. Writing takes milliseconds."""

TAIL_LINES: Final = 15
"""How much of a log an error shows: one Java stack trace and the lines before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything that one start of the broker needs."""

    layout: Layout
    port: int
    controller_port: int
    heap_mb: int
    java: Path
    jars: Sequence[Path]

    def run(self, abort: threading.Event) -> BoundProcess:
        """Start the broker and return once it answers; `abort` ends the attempt.

        Raises:
            EmbeddedBrokerError: one of its kinds; nothing is left running.
        """
        ports.require_free(self.port)
        ports.require_free(self.controller_port)
        self._write_configuration()
        if not self.layout.records.exists():
            self._format()
        elif not self.layout.clean_end.exists():
            self._fence_dead_broker(abort)
        log_start = _size(self.layout.log)
        process = self._start(config.SERVING_FLAGS, ["kafka.Kafka", str(self.layout.properties)])
        try:
            self.layout.pid.write_text(f"{process.pid}\n", encoding="ascii")
            self._await_answer(process, abort, log_start)
        except BaseException:
            process.stop(seconds=STOP_SECONDS)
            raise
        return process

    def _write_configuration(self) -> None:
        # What a killed broker left there: unpacked libraries, a new copy at each start.
        shutil.rmtree(self.layout.scratch, ignore_errors=True)
        self.layout.scratch.mkdir()
        self.layout.logging.write_text(config.log4j_xml(self.layout.log), encoding="utf-8")
        self._write_properties(self.layout.records)

    def _write_properties(self, records: Path) -> None:
        text = config.server_properties(
            port=self.port, controller_port=self.controller_port, log_dir=records
        )
        self.layout.properties.write_text(text, encoding="ascii")

    def _format(self) -> None:
        """Make a new storage under another name and rename it: half of one is never used."""
        shutil.rmtree(self.layout.unformatted, ignore_errors=True)
        self._write_properties(self.layout.unformatted)
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id()]
        log_start = _size(self.layout.log)
        process = self._start(config.SHORT_FLAGS, [*tool, "--config", str(self.layout.properties)])
        with contextlib.suppress(TimeoutError):
            process.exit.result(timeout=FORMAT_SECONDS)
        if process.running or process.exit.result() != 0:
            process.stop(seconds=0)
            raise self._failure("Apache Kafka could not format its storage.", log_start)
        self.layout.unformatted.rename(self.layout.records)
        self._write_properties(self.layout.records)

    def _fence_dead_broker(self, abort: threading.Event) -> None:
        """Let a controller alone declare the killed broker dead (see `fencing_properties`)."""
        text = config.fencing_properties(
            controller_port=self.controller_port, log_dir=self.layout.records
        )
        self.layout.properties.write_text(text, encoding="ascii")
        log_start = _size(self.layout.log)
        process = self._start(config.SHORT_FLAGS, ["kafka.Kafka", str(self.layout.properties)])
        try:
            self.layout.pid.write_text(f"{process.pid}\n", encoding="ascii")
            self._await_fencing(process, abort, log_start)
        finally:
            process.stop(seconds=STOP_SECONDS)
        self._write_properties(self.layout.records)

    def _await_fencing(self, process: BoundProcess, abort: threading.Event, log_start: int) -> None:
        """Wait until the log says so, or long enough: a broker may have been fenced already."""
        until = time.monotonic() + START_SECONDS
        active = False
        while time.monotonic() < until:
            log = _since(self.layout.log, log_start)
            if FENCED in log:
                time.sleep(SETTLE_SECONDS)
                return
            if not active and ACTIVE in log:
                active, until = True, time.monotonic() + FENCED_SECONDS
            if not process.running:
                raise self._failure("Apache Kafka's controller ended at its start.", log_start)
            _pause(abort)
        if not active:
            raise self._failure("Apache Kafka's controller did not start.", log_start)

    def _start(self, flags: Sequence[str], main: Sequence[str]) -> BoundProcess:
        command = config.java_command(
            java=self.java,
            jars=self.jars,
            heap_mb=self.heap_mb,
            scratch=self.layout.scratch,
            logging=self.layout.logging,
            crash_log=self.layout.log.with_name("java-crash-%p.log"),
            flags=flags,
            main=main,
        )
        try:
            return BoundProcess(command, output=self.layout.output)
        except OSError as error:
            raise BrokerFailed(
                f"Java could not be started: {error}", log=self.layout.output, tail=""
            ) from error

    def _await_answer(self, process: BoundProcess, abort: threading.Event, log_start: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not probe.answers(self.port):
            if not process.running:
                status = process.exit.result()
                raise self._failure(
                    f"Apache Kafka ended at its start (status {status}).", log_start
                )
            if time.monotonic() > deadline:
                raise self._failure(
                    f"Apache Kafka did not answer within {START_SECONDS:.0f} s.", log_start
                )
            _pause(abort)

    def _failure(self, what: str, log_start: int) -> EmbeddedBrokerError:
        """Return the plainest error for what stands in the logs of this start."""
        lines = [*_tail(self.layout.output, 0), *_tail(self.layout.log, log_start)]
        text = "\n".join(f"    {line}" for line in lines[-2 * TAIL_LINES :])
        if "Address already in use" in text:
            taken = [p for p in (self.port, self.controller_port) if not ports.is_free(p)]
            return PortTaken(port := (taken or [self.port])[0], ports.owner_of(port))
        if "No space left on device" in text:
            return disk_full(self.layout, shutil.disk_usage(self.layout.root).free)
        return BrokerFailed(what, log=self.layout.log, tail=text)


def _pause(abort: threading.Event) -> None:
    if abort.wait(POLL_SECONDS):
        raise EmbeddedBrokerError(
            "The start of the embedded broker was given up.", step="start it again."
        )


def _cluster_id() -> str:
    """Return a new random id as Kafka writes it: 16 bytes in URL-safe base64, no leading dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _since(path: Path, start: int) -> str:
    """Return what was written after byte `start`, or the whole file if it was rotated."""
    size = _size(path)
    if size == 0:
        return ""
    with path.open("rb") as file:
        file.seek(start if start <= size else 0)
        return file.read().decode(errors="replace")


def _tail(path: Path, start: int) -> list[str]:
    return _since(path, start).splitlines()[-TAIL_LINES:]
