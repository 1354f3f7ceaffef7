"""A whole hub for tests: real broker, all processes, free ports, a home of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client import Identity, SyncHubClient
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk

from hub.cli.home import Home
from hub.io.embedded.ports import free_port
from tests.kafka_fixture import HEAP_MB

HUB = "hub-test"
PARTITIONS = 6
"""Fewer than a real hub's: each costs files and time, and four processes share two cores."""

START_SECONDS = 120
STOP_SECONDS = 60
RULES_SECONDS = 30

TYPES = ("vn.gov.dossier.received.v1", "vn.gov.document.issued.v1")
EVERYONE = "urn:hub:all"


class RunningHub:
    """`hub init` and `hub up` as an operator runs them. Use it as `with`, or `start` and `stop`."""

    def __init__(self, root, **settings):
        """Describe a hub in `root`; `settings` are more variables, as `HUB_LOG_LEVEL="DEBUG"`."""
        self.home = Home(root=Path(root) / ".hub")
        self.broker_port, self.controller_port, self.port = free_port(), free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self.broker_port}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.hub = HUB
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        self.environ = kept | {
            "HUB_HOME": str(self.home.root),
            "HUB_KAFKA_BOOTSTRAP": self.bootstrap,
            "HUB_BROKER_CONTROLLER_PORT": str(self.controller_port),
            "HUB_BROKER_HEAP_MB": str(HEAP_MB),
            "HUB_API_PORT": str(self.port),
            **settings,
        }
        self.identities: dict[str, Identity] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._output = Path(root) / "hub-up.jsonl"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def command(self, *arguments, **options):
        """Run `hub …` to its end and return what it said."""
        return subprocess.run(
            [sys.executable, "-m", "hub.cli.main", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
            **options,
        )

    def start(self):
        """Return once every process is ready. The home may be new, or the one of a run before."""
        made = self.command("init", "--hub", HUB, "--partitions", str(PARTITIONS))
        assert made.returncode == 0, made.stderr
        self.launch()
        self.await_ready()

    def launch(self):
        """Start `hub up` and do not wait."""
        self.home.status.unlink(missing_ok=True)  # that of a run before says nothing about this one
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli.main", "up", "--json"],
                env=self.environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_ready(self, seconds=START_SECONDS):
        """Return once every process is ready."""
        self.await_that(lambda: self.status()["ready"], seconds)

    def await_that(self, holds, seconds=START_SECONDS):
        """Return once `holds()` is true; fail with the hub's output if it ends or takes long."""
        deadline = time.monotonic() + seconds
        while not holds():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"the hub is not so: {self._output.read_text()}{self.logs()}")
            time.sleep(0.1)

    def status(self):
        """Return the status table, as `hub status --json` prints it."""
        try:
            return json.loads(self.home.status.read_text())
        except (OSError, ValueError):
            return {"ready": False, "rows": []}

    def row(self, name):
        """Return one line of the status table."""
        return next(row for row in self.status()["rows"] if row["name"] == name)

    @property
    def pid(self):
        """Return the process id of `hub up`."""
        assert self._process is not None
        return self._process.pid

    def stop(self, number=signal.SIGINT):
        """Stop as Ctrl-C does, and return the exit status."""
        if self._process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process = None

    def logs(self):
        """Return the ends of all logs, for the message of a failed test."""
        files = sorted(self.home.logs.glob("*.log"))
        return "".join(f"\n--- {file.name}\n{file.read_text()[-3000:]}" for file in files)

    def change(self, *changes, reason="Thử nghiệm (mẫu)"):
        """Make changes through the admin API; return once API and router decide by them."""
        version = self.ask_for(*changes, reason=reason)
        for process in ("api", "router"):
            self.await_that(lambda name=process: self._knows(name, version), RULES_SECONDS)
        return version

    def ask_for(self, *changes, reason="Thử nghiệm (mẫu)"):
        """Make changes through the admin API; return their version at once."""
        return self.post("/v1/admin/changes", {"reason": reason, "changes": changes})["version"]

    def post(self, path, document):
        """Post JSON as the administrator; return what is answered."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            data=json.dumps(document).encode(),
            headers={
                "authorization": f"Bearer {self.home.admin_token()}",
                "content-type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=RULES_SECONDS) as answer:
            return json.load(answer)

    def _knows(self, process, version):
        """Say whether a process follows a version; each logs the versions that it takes."""
        for line in reversed(self.home.log(process).read_text().splitlines()):
            if '"rules_version"' in line:
                return json.loads(line)["version"] >= version
        return False

    def register(self, system, *, code=None, types=TYPES, level="commune"):
        """Register an agency with one system, its key and its endpoint; return who it is."""
        return self.register_all({system: code}, types=types, level=level)[system]

    def register_all(self, codes, *, types=TYPES, level="commune"):
        """Register agencies by system name, each with its code or None; in one version."""
        changes = []
        for system, code in codes.items():
            key = ec.generate_private_key(ec.SECP256R1())
            self.identities[system] = Identity.of(key, system=system, hub=HUB)
            changes += agency(system, key, code=code, types=types, level=level)
        self.change(*changes)
        return {system: self.identities[system] for system in codes}

    def allow(self, system, *, types=TYPES, recipients=(EVERYONE,)):
        """Let a system send these types to these recipients."""
        self.change(
            {
                "change": "put_right",
                "id": f"quyen-{system}",
                "system": system,
                "types": list(types),
                "recipients": list(recipients),
            }
        )

    def client(self, system):
        """Return a client for a registered system; use it as `with`."""
        return SyncHubClient(self.url, self.identities[system])


def agency(system, key, *, code=None, types=TYPES, level="commune", hub=HUB):
    """Return the changes that register an agency `org-<system>` with one system."""
    organisation = f"org-{system}"
    now = datetime.now(UTC)
    proof = sign_key_proof(key, "ES256", system=system, hub=hub, at=now, jti=uuid.uuid4().hex)
    changes = [
        {"change": "put_organisation", "id": organisation, "name": f"Mẫu {system}", "level": level},
        {
            "change": "put_system",
            "system": system,
            "organisation": organisation,
            "name": f"Hệ thống mẫu {system}",
        },
        {
            "change": "register_key",
            "system": system,
            "jwk": public_jwk(key.public_key()),
            "alg": "ES256",
            "proof": proof,
        },
        {
            "change": "put_endpoint",
            "organisation": organisation,
            "system": system,
            "types": list(types),
        },
    ]
    if code:
        coded = {"code": code, "organisation": organisation, "scheme": "qcvn102"}
        changes.append({"change": "put_code", **coded})
    return changes
