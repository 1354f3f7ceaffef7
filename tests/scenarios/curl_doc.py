"""From `docs/curl.md` to its script. `python -m tests.scenarios.curl_doc` writes it anew."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "curl.md"
README = ROOT / "README.md"
SCRIPT = Path(__file__).with_name("curl_exchange.sh")

_BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEAD = """\
#!/usr/bin/env bash
# Generated from docs/curl.md by `python -m tests.scenarios.curl_doc`; do not edit.
set -euo pipefail
"""


def script_of(page: str) -> str:
    """Return the bash blocks of a page as one script that stops at the first failure."""
    return "\n".join([_HEAD, *_BLOCK.findall(page)])


if __name__ == "__main__":
    SCRIPT.write_text(script_of(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCRIPT.chmod(0o755)
