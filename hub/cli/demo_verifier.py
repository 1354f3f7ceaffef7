"""A place where only `lgsp-verify` is installed: made for the demo, and gone with it."""

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.cli.errors import CommandFailed

_SECONDS: Final = 300.0
_PACKAGES: Final = ("message", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """How the verifier is called."""

    command: tuple[str, ...]
    told: str
    """Where it is installed, for people."""

    def verify(self, bundle: Path, roots: Path, document: Path | None = None) -> dict[str, Any]:
        """Verify one bundle in a process of its own; return what it found."""
        options = ["--trust", str(roots), "--json"]
        if document is not None:
            options += ["--document", str(document)]
        done = subprocess.run(  # noqa: S603  (our own program, no shell)
            [*self.command, str(bundle), *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            env={},  # Nothing of this program's surroundings, least of all its path.
        )
        if done.returncode not in {0, 1}:
            raise CommandFailed(f"lgsp-verify: {done.stderr.strip()[-500:]}")
        report = json.loads(done.stdout)
        bundle.with_suffix(".json").write_text(done.stdout, encoding="utf-8")
        return {
            "file": bundle.name,
            "status": done.returncode,
            "verdict": report["verdict"],
            "not_ok": _named(report, "not_ok"),
            "indeterminate": _named(report, "indeterminate"),
        }


def _named(report: dict[str, Any], status: str) -> list[str]:
    return [
        f"{check['finding']}: {check['place']}".rstrip(": ")
        for check in report["checks"]
        if check["status"] == status
    ]


@contextmanager
def installed() -> Iterator[Verifier]:
    """Give a verifier from a fresh environment: only `lgsp-verify` and what it needs.

    Without the sources, `uv` or a package index it is this installation's own, in a process that
    sees nothing else of it; `told` says so.
    """
    uv, sources = _uv(), _sources()
    with tempfile.TemporaryDirectory(prefix="lgsp-verify-") as folder:
        place = Path(folder)
        if uv is None or sources is None or not _made(uv, sources, place):
            yield _own()
        else:
            program = place / "venv" / "bin" / "lgsp-verify"
            yield Verifier(command=(str(program),), told="lgsp-verify alone / chỉ lgsp-verify")


def _own() -> Verifier:
    command = (sys.executable, "-I", "-m", "lgsp_verify.cli")
    return Verifier(command=command, told="this installation / bản cài này")


def _made(uv: str, sources: Path, place: Path) -> bool:
    """Build the wheels and install them; say whether that could be done."""
    wheels, venv = place / "wheels", place / "venv"
    build = [uv, "build", "--quiet", "--wheel", "--out-dir", str(wheels)]
    steps = [[*build, str(sources / name)] for name in _PACKAGES]
    steps.append([uv, "venv", "--quiet", "--python", sys.executable, str(venv)])
    if not all(map(_done, steps)):
        return False
    python = str(venv / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", python]
    return _done([*install, *map(str, wheels.glob("*.whl"))])


def _done(command: list[str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  (uv, no shell)
            command, capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _uv() -> str | None:
    """Return `uv`: of the path, or of the checkout that this installation stands in."""
    beside = Path(sys.prefix).parent / ".uv" / "bin" / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")


def _sources() -> Path | None:
    """Return the folder of the packages; None: the hub was installed from wheels."""
    found = importlib.util.find_spec("lgsp_verify")
    if found is None or found.origin is None:
        return None
    packages = Path(found.origin).parents[2]
    return (
        packages
        if all((packages / name / "pyproject.toml").exists() for name in _PACKAGES)
        else None
    )
