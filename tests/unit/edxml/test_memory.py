"""A packet of 50 MB fits into a small process. Speed is printed, never asserted."""

import subprocess
import sys
import time

import pytest
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.builders import DOCUMENT

MEBIBYTES = 400
"""What an adapter with one worker may take at most."""

PROGRAM = """
import os, sys
from pathlib import Path
from tests.unit.edxml.builders import with_file
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

written = write_packet(with_file(sys.argv[1], os.urandom(37_490_000)))
reading = read_packet(written)
assert len(written) > 50_000_000 - 20_000
assert len(reading.packet.attachments[0].data) == 37_490_000
# Not ru_maxrss: that one remembers what the process was forked from.
words = Path("/proc/self/status").read_text().split()
print(int(words[words.index("VmHWM:") + 1]) // 1024)
"""


@pytest.mark.parametrize("name", ["mau.pdf", "mau.txt"])
def test_a_packet_of_50_mb_is_written_and_read_in_little_memory(name):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, name], capture_output=True, text=True, check=True
    )
    sys.stdout.write(f"{name}: {done.stdout.strip()} MiB at most\n")
    assert int(done.stdout) < MEBIBYTES


def test_small_packets_are_read_and_written_many_times_a_second():
    rounds = 200
    start = time.process_time()
    read = [read_packet(write_packet(DOCUMENT)).packet for _ in range(rounds)]
    spent = time.process_time() - start
    sys.stdout.write(f"{rounds / spent:.0f} packets written and read per second of CPU\n")
    assert read == [DOCUMENT] * rounds
