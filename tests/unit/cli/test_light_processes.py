"""A process loads what it uses: a library that it does not need is memory in every copy of it."""

import subprocess
import sys

import pytest

CERTIFICATES = "pyhanko_certvalidator asn1crypto"
PDFS = "pypdf pyhanko"
CLIENT = "httpx2 httpcore2"
SQL = "sqlalchemy"


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("hub.cli.hosts.router", f"{CERTIFICATES} {PDFS} {CLIENT} {SQL} fastapi"),
        ("hub.cli.hosts.recorder", f"{PDFS} fastapi"),
        ("hub.cli.hosts.views", f"{PDFS} fastapi"),
        ("hub.cli.hosts.connectors", f"{CERTIFICATES} {PDFS} fastapi"),
        ("hub.cli.hosts.api", PDFS),
        # The supervisor.
        ("hub.cli.whole", f"{CERTIFICATES} {PDFS} {CLIENT} {SQL} fastapi aiokafka"),
    ],
)
def test_a_process_loads_no_library_that_it_does_not_use(module, without):
    program = f"import sys, {module}; print(*sorted(set({without.split()}) & set(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert ended.stdout.split() == []
