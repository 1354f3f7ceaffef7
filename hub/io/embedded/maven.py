"""Maven Central through jgo: the only file that knows jgo. Needs no Maven and no ~/.m2."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import requests
import stamina
from jgo.maven import MavenContext, PythonResolver

from hub.io.embedded.errors import JarsUnavailable

TIMEOUT_SECONDS: Final = 30
"""Longest silence of the repository before a download counts as failed."""

ATTEMPTS: Final = 3
"""Tries for one jar: enough for a dropped connection, few enough to say soon that it is offline."""

_FAILURES: Final = (requests.RequestException, RuntimeError)
"""What jgo raises when a repository fails: its own error is a plain RuntimeError."""

BytesRead = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[BytesRead]]


def download(coordinates: str, into: Path, *, repository: str, advance: BytesRead) -> Path:
    """Fetch one jar named `group:artifact:version` below `into`; return where it is, unchecked.

    `advance` is told the bytes as they come; what a failed attempt had read is taken back.

    Raises:
        JarsUnavailable: the repository did not give it, `ATTEMPTS` times.
    """
    context = _context(into, repository, progress=_counted(advance))
    artifact = context.create_dependency(coordinates).artifact
    target = into / artifact.component.path_prefix / artifact.filename
    with _repository_errors(repository):
        for attempt in stamina.retry_context(on=_FAILURES, attempts=ATTEMPTS):
            with attempt:
                # What a broken connection left would be taken for the whole file.
                target.unlink(missing_ok=True)
                artifact.resolve()
    return target


def resolve(coordinates: Sequence[str], cache: Path, *, repository: str) -> list[str]:
    """Return `group:artifact:version` of every jar needed at run time, sorted, each once.

    Each root is resolved alone: jgo lets one root's dependency management rule the others, and
    the parent of log4j would replace kafka-clients by an older one.

    Raises:
        JarsUnavailable: the repository did not answer.
    """
    context = _context(cache, repository, progress=None)
    found: set[str] = set()
    with _repository_errors(repository):
        for root in coordinates:
            roots, others = context.resolver.resolve([context.create_dependency(root)])
            kept = [d for d in others if d.scope in {"compile", "runtime"}]
            found.update(f"{d.groupId}:{d.artifactId}:{d.version}" for d in [*roots, *kept])
    return sorted(found)


def _context(cache: Path, repository: str, progress: Progress | None) -> MavenContext:
    return MavenContext(
        resolver=PythonResolver(progress_callback=progress),
        repo_cache=cache,
        local_repos=[],
        remote_repos={"central": repository},
        timeout=TIMEOUT_SECONDS,
    )


def _counted(advance: BytesRead) -> Progress:
    """Fit `advance` to jgo's callback."""

    @contextmanager
    def one_file(_name: str, _size: int) -> Iterator[BytesRead]:
        read = 0

        def more(count: int) -> None:
            nonlocal read
            read += count
            advance(count)

        try:
            yield more
        except BaseException:
            advance(-read)
            raise

    return one_file


@contextmanager
def _repository_errors(repository: str) -> Iterator[None]:
    """Let no error of jgo or requests leave this file."""
    try:
        yield
    except _FAILURES as error:
        raise JarsUnavailable(
            f"Apache Kafka could not be fetched from {repository}: {error}",
            step="see that this machine reaches it (HTTPS_PROXY, a mirror), then start again; "
            "what was already fetched is kept.",
        ) from error
