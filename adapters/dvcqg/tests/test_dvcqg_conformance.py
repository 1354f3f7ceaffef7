"""Both directions against the conformance kit."""

import json
from dataclasses import replace
from pathlib import Path

from hub_adapter_dvcqg import PortalSink, PortalSource
from lgsp_adapter import Draft
from lgsp_adapter.kit import SinkKit, SourceKit
from lgsp_adapter.kit.promise import promise
from lgsp_adapter.kit.texts import LARGE
from lgsp_adapter.testing import delivery
from portal_fake import FakeSink, FakeSource, encoded, row

HERE = Path(__file__).parent.parent


class TestSource(SourceKit[FakeSource]):
    adapter = PortalSource
    reference = HERE / "REFERENCE-in.md"

    def peer(self):
        self.fake = FakeSource(self.objects)
        return self.fake

    def make(self, peer):
        return PortalSource(PortalSource.config_of(peer.config), peer.connect)

    def context(self):
        return self.fake.context()

    @promise
    async def test_a_large_document_arrives_whole(self):
        """The longest field of the portal is a file's name: fifty of them arrive whole."""
        pieces = [LARGE[start : start + 4000] for start in range(0, len(LARGE), 4000)]
        async with self.serving() as peer, self.opened(peer) as source:
            peer.new["l-1"] = row(TaiLieuNop=[{"TenTepDinhKem": piece} for piece in pieces])
            (record,) = await self.read_all(source)
        assert isinstance(record.message, Draft)
        files = json.loads(record.message.body)["files"]
        assert "".join(file["name"] for file in files) == LARGE


class TestSink(SinkKit[FakeSink]):
    adapter = PortalSink
    reference = HERE / "REFERENCE-out.md"

    def peer(self):
        self.fake = FakeSink(self.objects)
        return self.fake

    def make(self, peer):
        return PortalSink(PortalSink.config_of(peer.config), peer.connect)

    def context(self):
        return self.fake.context()

    def delivery(self, id_, text="Hồ sơ mẫu"):
        made = delivery(id_, type_="vn.gov.dossier.submitted.v1", subject=id_)
        return replace(made, body=encoded(id_, text))
