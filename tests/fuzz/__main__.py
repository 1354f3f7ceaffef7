"""Fuzz one parser, guided by coverage: `python -m tests.fuzz TARGET [SECONDS]`.

Without a target it names them all; `make fuzz` installs what it needs and runs each.

Ends with status 0 after the time; at a fault it says which, and leaves the input in
`crash-<hash>` of the current directory, to become a test.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hub.signing", "lgsp_verify", "lgsp_message"]):
    from tests.fuzz.targets import TARGETS

LONGEST = 64 * 1024
"""Bytes: faults are in the grammar, not in the length."""
SLOWEST_SECONDS = 10
"""One input: the deadline that a document has."""


def main(name, seconds="60"):
    """Run until the time is over."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, sample in enumerate(target.samples()):
            (Path(corpus) / str(number)).write_bytes(sample)
        options = (
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            f"-timeout={SLOWEST_SECONDS}",
        )
        atheris.Setup([sys.argv[0], *options, corpus], target.feed)
        atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*sys.argv[1:])
    sys.stdout.write(" ".join(TARGETS) + "\n")
