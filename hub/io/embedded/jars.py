"""Apache Kafka's jars: pinned by SHA-256 in `jars.lock`, fetched once, checked at every start."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from hub.io.embedded.errors import DataDirectoryUnusable, ExtraMissing, JarHashWrong

CENTRAL: Final = "https://repo.maven.apache.org/maven2"
"""The public repository. A closed network names its mirror instead; hashes stay the same."""

PARALLEL: Final = 4
"""Downloads at once: hides the round trips, and is polite to a public repository."""

BytesRead = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One pinned file."""

    coordinates: str
    """`group:artifact:version`."""
    sha256: str
    size: int
    """Bytes."""

    @property
    def name(self) -> str:
        """Return the file name in the cache."""
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """The content of `jars.lock`: everything on the broker's class path."""

    kafka: str
    """Version of Apache Kafka."""
    jars: tuple[Jar, ...]


Fetch = Callable[[Jar, Path, BytesRead], Path]
"""Fetch (jar, below this directory, tell the bytes read): returns the file, unchecked."""


def load_pins() -> Pins:
    """Read the pins that are part of this package."""
    data = json.loads(files("hub.io.embedded").joinpath("jars.lock").read_text(encoding="utf-8"))
    return Pins(kafka=data["kafka"], jars=tuple(Jar(**jar) for jar in data["jars"]))


def cache_directory(environ: Mapping[str, str] | None = None) -> Path:
    """Return the user's cache directory for the jars (XDG base directory specification)."""
    env = os.environ if environ is None else environ
    base = Path(env.get("XDG_CACHE_HOME", ""))
    # The specification: a relative path is to be ignored.
    return (base if base.is_absolute() else Path.home() / ".cache") / "lgsp-hub" / "kafka"


def ensure_jars(
    *,
    pins: Pins | None = None,
    cache: Path | None = None,
    fetch: Fetch | None = None,
    repository: str = CENTRAL,
    console: Console | None = None,
) -> tuple[Path, ...]:
    """Return the paths of all jars, each checked against its pin; fetch what is not there.

    Two processes may call it at once: the second waits for the first. Without a network it works
    from the cache.

    Raises:
        JarHashWrong: a fetched file is not the pinned one.
        JarsUnavailable: the repository cannot be reached; ExtraMissing: jgo is not installed.
        DataDirectoryUnusable: the cache cannot be written.
    """
    pins = pins or load_pins()
    directory = (cache or cache_directory()) / pins.kafka
    paths = tuple(directory / jar.name for jar in pins.jars)
    if not _wrong(pins.jars, directory):
        return paths
    with _only_one_process(directory):
        # Again, under the lock: another process may have fetched them meanwhile.
        wrong = _wrong(pins.jars, directory)
        if wrong:
            _fetch_all(wrong, directory, fetch or _maven(repository), repository, console)
    return paths


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(jars: Sequence[Jar], directory: Path) -> list[Jar]:
    """Return the jars that are missing, or are not what was pinned."""
    return [jar for jar in jars if not _right(jar, directory / jar.name)]


def _right(jar: Jar, path: Path) -> bool:
    try:
        return path.stat().st_size == jar.size and sha256_of(path) == jar.sha256
    except OSError:
        return False


@contextmanager
def _only_one_process(directory: Path) -> Iterator[None]:
    """Hold the cache's lock; the kernel frees it when the holder dies."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / ".lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise DataDirectoryUnusable(
            f"The cache {directory} cannot be written: {error.strerror or error}.",
            step="free disk space or set XDG_CACHE_HOME to a directory that can be written.",
        ) from error


def _fetch_all(
    jars: Sequence[Jar], directory: Path, fetch: Fetch, source: str, console: Console | None
) -> None:
    """Fetch in parallel; each file enters the cache only after its hash was found right."""
    console = console or Console(stderr=True)
    size = sum(jar.size for jar in jars)
    title = f"Fetching Apache Kafka: {len(jars)} files, {size / 1e6:.0f} MB, to {directory}"
    console.print(title, soft_wrap=True, highlight=False)
    with (
        tempfile.TemporaryDirectory(dir=directory) as staging,
        _progress_bar(console, size) as advance,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):

        def one(jar: Jar) -> None:
            _accept(jar, fetch(jar, Path(staging), advance), directory, source)

        for _ in pool.map(one, jars):
            pass


def _accept(jar: Jar, fetched: Path, directory: Path, source: str) -> None:
    """Move a fetched file into the cache if it is the pinned one."""
    actual = sha256_of(fetched)
    if actual != jar.sha256:
        raise JarHashWrong(jar.name, expected=jar.sha256, actual=actual, source=source)
    fetched.replace(directory / jar.name)


@contextmanager
def _progress_bar(console: Console, size: int) -> Iterator[BytesRead]:
    """Show one bar for all bytes; yield the function that moves it (safe from any thread)."""
    columns = (TextColumn("Apache Kafka"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("download", total=size)
        yield lambda count: progress.advance(task, count)


def _maven(repository: str) -> Fetch:
    """Return the fetch that asks a Maven repository."""
    try:
        from hub.io.embedded import maven  # noqa: PLC0415  (needs the optional extra)
    except ImportError as error:
        raise ExtraMissing from error

    def fetch(jar: Jar, into: Path, advance: BytesRead) -> Path:
        return maven.download(jar.coordinates, into, repository=repository, advance=advance)

    return fetch
