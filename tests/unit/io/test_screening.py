"""A marked PDF is found before one byte of it goes on; a hostile one costs a bounded time."""

import unicodedata
import zlib
from datetime import UTC, datetime

import pytest
from lgsp_message.reason import Reason
from prometheus_client import CollectorRegistry

from hub.decision.events import Event, RulesRef
from hub.io.page_pool import PageLimits, PagePool
from hub.io.screening import Marked, Screening, ScreeningMetrics
from tests.page_pdf import page_pdf

HEAD = ("ỦY BAN NHÂN DÂN TỈNH MẪU", "Số: 12/KH-UBND")
BODY = "Kế hoạch bảo mật, mật độ, bí mật kinh doanh (mẫu)"
RULES = RulesRef(version=3, hash="ab" * 32)
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
async def pool():
    made = PagePool(PageLimits(cpu_seconds=1, memory_bytes=256 * 1024 * 1024))
    yield made
    await made.close()


class Bench:
    def __init__(self, pool, folder):
        self.recorded, self.registry = [], CollectorRegistry()
        metrics = ScreeningMetrics(self.registry)
        self.screening = Screening(pool, folder, self._record, lambda: RULES, lambda: NOW, metrics)

    async def _record(self, event):
        self.recorded.append(event)

    async def passes(self, content, size=700):
        """Return what came through; None: it is marked, and nothing came."""
        seen = bytearray()

        async def pieces():
            for start in range(0, len(content), size):
                yield content[start : start + size]

        try:
            async for piece in self.screening.through(pieces()):
                seen += piece
        except Marked:
            assert not seen
            return None
        return bytes(seen)

    def counted(self, outcome):
        labels = {"outcome": outcome}
        return self.registry.get_sample_value("hub_screened_documents_total", labels)


@pytest.fixture
def bench(pool, tmp_path):
    return Bench(pool, tmp_path)


MARKED = {
    "stamp": page_pdf(*HEAD, "MẬT", BODY),
    "decomposed": page_pdf(*HEAD, unicodedata.normalize("NFD", "TỐI MẬT"), BODY),
    "spaced": page_pdf(*HEAD, "T U Y Ệ T  M Ậ T"),
    "field": page_pdf(*HEAD, "Độ mật: Tối mật"),
    "title": page_pdf(*HEAD, title="TÀI LIỆU MẬT"),
    "note": page_pdf(*HEAD, note="TUYỆT MẬT"),
    "late header": b"\n" * 900 + page_pdf("MẬT"),
}
ORDINARY = {
    "empty": b"",
    "byte": b"x",
    "zip": b"PK\x03\x04" + bytes(5_000),
    "words": page_pdf(*HEAD, "QUY CHẾ BẢO", "MẬT", BODY),
    "second page": page_pdf(*HEAD, BODY, pages=2),
    "torn": page_pdf(*HEAD)[:300],
    "no pdf": b"%PDF-1.7\n" + bytes(3_000),
}


async def test_nothing_of_a_marked_document_comes_through(bench, tmp_path):
    assert [name for name, content in MARKED.items() if await bench.passes(content)] == []
    assert bench.counted("marked") == len(MARKED)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_not_marked_comes_through_byte_for_byte(bench):
    for name, content in ORDINARY.items():
        assert await bench.passes(content) == content, name


async def test_a_document_that_exhausts_its_reader_is_let_through_and_counted(bench):
    bomb = zlib.compress(b"0 0 m " * 20_000_000, 9)
    content = page_pdf(*HEAD).replace(
        b"/Contents 11 0 R", b"/Contents 12 0 R"
    ) + b"12 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % (
        len(bomb),
        bomb,
    )
    assert await bench.passes(content, size=100_000) == content
    assert bench.counted("unreadable") == 1
    assert await bench.passes(page_pdf("MẬT")) is None


async def test_only_the_fact_and_the_hash_are_kept(bench):
    refusal = await bench.screening.refuse("sender", "sha256:" + "0" * 64)
    assert (refusal.reason, refusal.place) == (Reason.SECRET_MARKING, "objects")
    (event,) = bench.recorded
    assert (event.event, event.source, event.id, event.reason) == (
        Event.REFUSED,
        "sender",
        "",
        "secret_marking",
    )
    assert event.detail == {"object": "sha256:" + "0" * 64}
