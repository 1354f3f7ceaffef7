"""Both directions against the conformance kit."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from axis_fake import FakeSink, FakeSource, body_of, long_letter
from axis_letters import document, packet_in
from hub_adapter_edxml_axis import AxisSink, AxisSource
from lgsp_adapter import Draft
from lgsp_adapter.kit import SinkKit, SourceKit
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import AWKWARD, LARGE
from lgsp_adapter.testing import delivery
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

HERE = Path(__file__).parent.parent


class TestSource(SourceKit[FakeSource]):
    adapter = AxisSource
    reference = HERE / "REFERENCE-in.md"

    def peer(self):
        self.fake = FakeSource(self.objects)
        return self.fake

    def make(self, peer):
        return AxisSource(AxisSource.config_of(peer.config), connect=peer.connect)

    def context(self):
        return self.fake.context()

    @promise
    async def test_texts_arrive_as_they_are(self):
        """As the kit's, but for white space at the ends of a text: edXML has none there."""
        async with self.serving() as peer, self.opened(peer) as source:
            for number, text in enumerate(AWKWARD):
                peer.put(f"t-{number}", f"«{text}»", f"{number}")
            records = await self.read_all(source)
        subjects = [packet_in(record.raw).subject for record in records]
        assert subjects == [f"«{text}»" for text in AWKWARD]
        for record, subject in zip(records, subjects, strict=True):
            assert isinstance(record.message, Draft)
            assert subject in str(json.loads(record.message.body)["subject"])

    @promise
    async def test_a_large_document_arrives_whole(self):
        """A large text is a file in edXML: it becomes an object, whole."""
        async with self.serving() as peer, self.opened(peer) as source:
            peer.put("l-1", LARGE, "dai")
            (record,) = await self.read_all(source)
            assert isinstance(record.message, Draft)
            kept = [peer.objects.contents[hash_] for hash_ in record.message.objects]
        assert LARGE.encode() in kept


class TestSink(SinkKit[FakeSink]):
    adapter = AxisSink
    reference = HERE / "REFERENCE-out.md"

    def peer(self):
        self.fake = FakeSink(self.objects)
        return self.fake

    def make(self, peer):
        return AxisSink(AxisSink.config_of(peer.config), connect=peer.connect)

    def context(self):
        return self.fake.context()

    def delivery(self, id_, text="Hồ sơ mẫu"):
        """Return a delivery of a letter: its text is the subject, or a file where it is long."""
        letter = document(number=id_, subject=f"«{text}»")
        if len(text) > 1000:
            letter = replace(long_letter(text), document_id=letter.document_id)
        reading = read_packet(write_packet(letter))
        for file in packet_in(write_packet(letter)).attachments:
            hash_ = f"sha256:{hashlib.sha256(file.data).hexdigest()}"
            self.objects.contents[hash_] = file.data
        made = delivery(id_, type_="vn.gov.document.issued.v1")
        return replace(made, body=body_of(reading))
