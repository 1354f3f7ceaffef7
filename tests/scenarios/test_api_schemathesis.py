"""Whatever is sent to any path: a documented answer, never a 500."""

import asyncio
import sys

import pytest

from hub.io.embedded.ports import free_port
from tests.admin_rig import OWNER
from tests.api_rig import ApiRig, fresh

pytestmark = pytest.mark.kafka

ADMIN = "^/(v1/admin|ops)"
SECONDS = [8, pytest.param(60, marks=pytest.mark.long)]
"""For each of two runs: one with the token of a system, one with the administrator's."""

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,ignored_auth"
)


@pytest.mark.parametrize("seconds", SECONDS)
async def test_schemathesis_finds_no_500_and_no_undocumented_answer(api_broker, tmp_path, seconds):
    port = free_port()
    rig = ApiRig(api_broker, tmp_path)
    async with rig.routing(), rig.serving(port=port):
        sender, receiver = await rig.login("sender"), await rig.login("receiver")
        # The reader's inbox is not empty: a generated `wait` does not have to be waited for.
        message = fresh()
        await sender.send(message)
        await receiver.receive([message.attributes["id"]])
        # Read here: the tool gives up after ten seconds, which a busy machine may need.
        document = await receiver.http.get("/openapi.json")
        (tmp_path / "openapi.json").write_bytes(document.raise_for_status().content)
        token = receiver.http.headers["authorization"]
        await _run(command(port, token, seconds, "--exclude-path-regex", ADMIN), tmp_path)
        owner = OWNER["authorization"]
        await _run(command(port, owner, seconds, "--include-path-regex", ADMIN), tmp_path)


async def _run(words, directory):
    process = await asyncio.create_subprocess_exec(
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=directory,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-6000:]


def command(port, authorization, seconds, *paths):
    return [
        *(sys.executable, "-m", "schemathesis.cli", "run"),
        *("openapi.json", "--url", f"http://127.0.0.1:{port}"),
        *("--checks", CHECKS, "--header", f"Authorization: {authorization}"),
        # An event stream does not end; its answers are looked at in test_api_inbox.py.
        # Nor must the generator turn on read-only mode: everything after it would be refused.
        *("--exclude-path", "/v1/inbox/stream", "--exclude-path", "/ops/live"),
        *("--exclude-path", "/ops/read-only", *paths, "--max-time", str(seconds)),
        *("--seed", "1", "--max-examples", "15", "--phases", "examples,coverage,fuzzing"),
        *("--no-color", "--warnings", "off", "--no-shrink", "--generation-database", "none"),
    ]
