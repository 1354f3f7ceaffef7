"""The national directory, 111,339 agencies: imported in a minute, resolved in no time."""

import sys
import time
import tracemalloc

import orjson
import pytest

from hub.api.directory_copies import packed
from hub.control.versions import Versions
from hub.decision.events import RulesRef
from hub.decision.rulebook import Rulebook
from hub.directory.organisations import legal_day
from tests.control_support import imported
from tests.support import HUB, MACS, NOW

ALL = 111_339
REF = RulesRef(version=1, hash="ab" * 32)


def national(count):
    """Made-up agencies with a code in each form, three tiers deep."""
    rows = [{"id": 0, "code": "H99", "code102": "000.00.00.H99", "name": "UBND tỉnh Mẫu"}]
    for number in range(1, count):
        tail = f"{number:06}"
        rows.append(
            {
                "id": number,
                "pid": 0 if number < 100 else number % 99 + 1,
                "code": f"H99.{tail[:2]}.{tail[2:]}",
                "code102": f"{number % 1000:03}.00.01.H{100 + number // 1000}",
                "name": f"Cơ quan mẫu số {number}",
            }
        )
    return orjson.dumps({"data": rows})


async def bring(control, count):
    """Import so many."""
    told = await imported(control, national(count))
    assert (told.added, told.findings) == (count, ())


async def records(control):
    """What `hub.rules` gets of it."""
    versions = Versions(control.engine)
    newest, _ = await versions.head()
    found: list[tuple[str, bytes | None]] = []
    for version in range(1, newest + 1):
        found += (await versions.changes(version)).items()
    return found


def rulebook(changes):
    book = Rulebook(HUB, MACS)
    for key, value in changes:
        book.apply(key, value)
    return book


async def test_a_large_import_is_several_whole_versions_and_each_code_is_found(
    control, monkeypatch
):
    monkeypatch.setattr("hub.control.directory_import.AT_ONCE", 700)
    await bring(control, 1_000)
    assert (await Versions(control.engine).head())[0] == 5
    directory = rulebook(await records(control)).snapshot(REF).directory
    assert len(directory.organisations) == 1_000
    found = directory.resolve("H99.00.0999", legal_day(NOW))
    assert found is not None
    assert found.parent == "H99.00.0010"


@pytest.mark.long
async def test_the_whole_country_fits(control):
    """Figures are printed; only memory is asserted: how long it takes is no matter of a test."""
    begun, worked = time.perf_counter(), time.process_time()
    await bring(control, ALL)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    changes = await records(control)
    tracemalloc.start()
    book = rulebook(changes)
    directory = book.snapshot(REF).directory
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    day, code = legal_day(NOW), "H99.10.0999"
    begun = time.perf_counter()
    for _ in range(100_000):
        directory.resolve(code, day)
    each = (time.perf_counter() - begun) / 100_000
    book.apply(*changes[0])
    begun = time.perf_counter()
    rules = book.snapshot(REF)
    again = time.perf_counter() - begun
    begun = time.perf_counter()
    copy = packed(rules)
    made = time.perf_counter() - begun
    sys.stderr.write(
        f"preview and import {seconds:.1f} s ({cpu:.1f} s of a core), "
        f"resolve {each * 1e6:.2f} µs, directory {held / 1e6:.0f} MB, "
        f"next snapshot {again * 1e3:.0f} ms, copy {copy.size / 1e6:.1f} MB, "
        f"{len(copy.gzipped) / 1e6:.1f} MB compressed, made in {made:.1f} s\n"
    )
    assert directory.resolve(code, day) is not None
    assert held < 150e6
    assert len(copy.gzipped) < 10e6
