"""Who vouches for the demo's log from outside: a time stamping authority, a witness."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_verify.trust import TRUST_FILE

from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.cli.hosts import witness
from hub.cli.trust_export import log_key
from hub.io.embedded.ports import LOOPBACK, free_port
from hub.io.embedded.process import GUARD
from simulator.pki.sample import SamplePki
from simulator.pki.stamping import serving

WITNESS_NAME: Final = "nhan-chung-mau.example/w1"
COVERED_SECONDS: Final = 180.0
"""Longest wait for both: once a minute the log is anchored, and a busy machine is late."""
STOP_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 1.0
_FOLDER: Final = "vouchers"
_ROOTS: Final = "tsa-mau.pem"

_TRUSTED: Final = """
[[witness]]
key = "{witness}"

[[authority]]
name = "tsa-mau"
title = "TSA (Mẫu)"
usage = ["timestamps"]
root = "{roots}"
"""


@contextmanager
def started(home: Home) -> Iterator[Mapping[str, str]]:
    """Give the settings of a hub whose log both vouch for; end them afterwards.

    The witness is another agency's process, as `hub witness` runs it, with a home of its own.

    Raises:
        CommandFailed: the witness cannot be made.
    """
    folder = home.root / _FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    # Random: whoever knows the seed could stamp in its name.
    pki = SamplePki(datetime.now(UTC), seed=os.urandom(32))
    root = pki.government_root.certificate
    (folder / _ROOTS).write_bytes(root.public_bytes(Encoding.PEM))
    port, cosigns = free_port(), folder / "witnesses.txt"
    key = witness.create(folder / "witness", WITNESS_NAME)
    cosigns.write_text(f"http://{LOOPBACK}:{port} {key}\n", encoding="utf-8")
    with serving(pki.stamper) as url, _witness(home, folder, port):
        yield {
            "HUB_RECORDER_TSA_URL": url,
            "HUB_RECORDER_TSA_ROOTS": str(folder / _ROOTS),
            "HUB_RECORDER_WITNESSES": str(cosigns),
        }


@contextmanager
def _witness(home: Home, folder: Path, port: int) -> Iterator[None]:
    logs = folder / "logs.txt"
    logs.write_text(f"{log_key(home)}\n", encoding="utf-8")
    # The guard: if this process is killed, the kernel ends the witness with it.
    guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid())]
    command = [
        *(sys.executable, "-P", "-m", "hub.cli.main", "witness", "run"),
        *("--home", str(folder / "witness"), "--logs", str(logs), "--port", str(port)),
    ]
    with (folder / "witness.log").open("ab") as told:
        process = subprocess.Popen(  # noqa: S603  (our own command, no shell)
            [*guard, *command], stdout=told, stderr=told, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def trusted(roots: Path, home: Home) -> None:
    """Add both to a folder of trust roots."""
    folder = home.root / _FOLDER
    (roots / _ROOTS).write_bytes((folder / _ROOTS).read_bytes())
    key = witness.signer(folder / "witness").key
    with (roots / TRUST_FILE).open("a", encoding="utf-8") as file:
        file.write(_TRUSTED.format(witness=key, roots=_ROOTS))


def await_covered(http: httpx2.Client) -> None:
    """Return once both have vouched for what the log holds now.

    Raises:
        CommandFailed: they have not, in `COVERED_SECONDS`.
    """
    sizes = {str(one["shard"]): one["size"] for one in _told(http, "/v1/log")["shards"]}
    end = time.monotonic() + COVERED_SECONDS
    while not _covers(_told(http, "/v1/log/anchors")["anchors"], sizes):
        if time.monotonic() > end:
            raise CommandFailed(
                "time stamp or witness is missing; see vouchers/witness.log and logs in its home."
            )
        time.sleep(_LOOK_SECONDS)


def _covers(anchors: list[dict[str, Any]], sizes: Mapping[str, int]) -> bool:
    """Say whether one that is stamped and cosigned is as large as the log was."""
    return any(
        one["stamped_at"] is not None
        and one["cosigned"] == len(one["sizes"])
        and all(one["sizes"].get(shard, 0) >= size for shard, size in sizes.items())
        for one in anchors
    )


def _told(http: httpx2.Client, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = http.get(path).raise_for_status().json()
    return answer
