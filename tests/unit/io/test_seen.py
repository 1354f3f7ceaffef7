"""The cache of `hub.seen`: what it knows, forgets, survives."""

import subprocess
import sys

import pytest

from hub.answers import Answer
from hub.io import seen
from hub.io.kafka.codec import encode_answer, seen_key
from hub.io.seen import KEEP_SECONDS, SeenPartition

NOW = 1_800_000_000.0


def entry(name, at=NOW):
    return seen_key("so-mau", name), encode_answer(Answer(content_hash=b"h", decided_at=at))


MEMORY = """
import os, sys
from ctypes import CDLL
from pathlib import Path

from bench.procfs import memory_mb
from hub.io.seen import SeenPartition

partition, measured = SeenPartition(Path(sys.argv[1]), "boot-1"), []
for batch in range(40):
    partition.remember([(os.urandom(40), bytes(200)) for _ in range(1_500)], batch)
    CDLL(None).malloc_trim(0)
    measured.append(memory_mb(os.getpid(), "RssAnon"))
print(measured[-1] - measured[0])
"""


@pytest.fixture
def partition(tmp_path):
    opened = SeenPartition(tmp_path / "p", "boot-1")
    yield opened
    opened.close()


def test_what_is_remembered_is_known_and_the_position_with_it(partition):
    partition.remember([entry("a"), entry("b")], 7)
    assert partition.get(entry("a")[0]).content_hash == b"h"
    assert partition.get(entry("c")[0]) is None
    assert partition.position == 7


def test_a_tombstone_forgets(partition):
    partition.remember([entry("a")], 1)
    partition.remember([(entry("a")[0], None)], 2)
    assert partition.get(entry("a")[0]) is None


def test_the_cache_survives_the_process(tmp_path):
    first = SeenPartition(tmp_path / "p", "boot-1")
    first.remember([entry("a")], 5)
    first.close()
    again = SeenPartition(tmp_path / "p", "boot-1")
    assert again.position == 5
    assert again.get(entry("a")[0]) is not None
    again.close()


def test_after_a_crash_of_the_machine_the_cache_begins_anew(tmp_path):
    first = SeenPartition(tmp_path / "p", "boot-1")
    first.remember([entry("a")], 5)
    first.close()
    again = SeenPartition(tmp_path / "p", "boot-2")
    assert again.position == 0
    assert again.get(entry("a")[0]) is None
    again.close()


def test_a_process_that_was_replaced_puts_no_old_answer_over_a_newer_one(partition):
    partition.remember([(entry("a")[0], None)], 9)
    partition.remember([entry("a")], 7)
    assert partition.get(entry("a")[0]) is None
    assert partition.position == 9


def test_a_cleared_cache_is_read_from_the_beginning_and_kept_by_the_next_process(tmp_path):
    first = SeenPartition(tmp_path / "p", "boot-1")
    first.remember([entry("a")], 5)
    first.clear()
    assert first.position == 0
    assert first.get(entry("a")[0]) is None
    first.remember([entry("b")], 2)
    first.close()
    again = SeenPartition(tmp_path / "p", "boot-1")
    assert again.position == 2
    again.close()


def test_a_full_map_grows_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(seen, "FIRST_MAP_BYTES", 64 * 1024)
    partition = SeenPartition(tmp_path / "p", "boot-1")
    for start in range(0, 5_000, 500):
        partition.remember([entry(f"id-{n}") for n in range(start, start + 500)], start + 500)
    assert all(partition.get(entry(f"id-{n}")[0]) for n in range(5_000))
    partition.close()
    again = SeenPartition(tmp_path / "p", "boot-1")
    again.remember([entry("one-more")], 5_001)
    assert again.position == 5_001
    again.close()


def test_a_large_batch_is_kept_whole_and_the_position_comes_last(partition, monkeypatch):
    monkeypatch.setattr(seen, "MOST_AT_ONCE", 3)
    partition.remember([entry(str(number)) for number in range(10)], 10)
    assert all(partition.get(entry(str(number))[0]) for number in range(10))
    assert partition.position == 10


def test_dying_in_the_middle_of_a_large_batch_leaves_the_old_position(partition, monkeypatch):
    monkeypatch.setattr(seen, "MOST_AT_ONCE", 3)
    partition.remember([entry("a")], 1)
    broken = [*(entry(str(number)) for number in range(6)), ("no bytes", b"")]
    with pytest.raises(TypeError):
        partition.remember(broken, 8)
    assert partition.position == 1
    partition.remember([entry(str(number)) for number in range(7)], 8)
    assert partition.position == 8


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator and /proc")
def test_memory_does_not_grow_with_what_was_remembered(tmp_path):
    """With the whole batch in one transaction it would by 5 MiB, in each partition."""
    ended = subprocess.run(
        [sys.executable, "-c", MEMORY, tmp_path / "p"], capture_output=True, check=True, text=True
    )
    assert float(ended.stdout) < 2


def test_the_sweep_drops_what_is_beyond_the_window_and_nothing_else(partition):
    old = [entry(f"old-{n}", NOW - KEEP_SECONDS - 1) for n in range(20)]
    fresh = [entry(f"new-{n}", NOW - KEEP_SECONDS + 60) for n in range(20)]
    partition.remember([*old, *fresh], 40)
    for _ in range(12):
        partition.sweep(7, NOW)
    assert not any(partition.get(key) for key, _ in old)
    assert all(partition.get(key) for key, _ in fresh)
    assert partition.position == 40
