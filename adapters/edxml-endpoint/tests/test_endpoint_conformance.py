"""Both shapes against the conformance kit for services."""

import json
from pathlib import Path

from hub_adapter_edxml_endpoint import EdxmlEndpoint
from lgsp_adapter.kit import ServiceKit
from office_fake import Bkav, Office, waiting

REFERENCE = Path(__file__).parent.parent / "REFERENCE.md"


class Kit(ServiceKit[Office]):
    __test__ = False
    adapter = EdxmlEndpoint
    reference = REFERENCE

    def texts_of(self, message):
        """Return the text of the attached file, without the id that tells the letters apart."""
        (file,) = json.loads(message.body)["attachments"]
        text = self.objects.contents[file["object"]["hash"]].decode()
        return {text[:-3]}

    def delivery(self, id_, text):
        return waiting(self.objects, id_, text)


class TestV1(Kit):
    __test__ = True

    def peer(self):
        return Office()


class TestEdocService(Kit):
    __test__ = True

    def peer(self):
        return Bkav()
