"""Deliveries for tests: well-formed, synthetic, unsigned in truth."""

import json

from lgsp_message.attributes import CONTENT_TYPE, SYSTEM_PREFIX

from lgsp_adapter.values import Delivery


def delivery(
    id_: str,
    text: str = "Hồ sơ mẫu",
    *,
    subject: str | None = None,
    type_: str = "vn.gov.dossier.received.v1",
) -> Delivery:
    """Return a delivery whose body is `{"text": …}`. Its signature and token are only marked so."""
    attributes = {
        "specversion": "1.0",
        "id": id_,
        "source": SYSTEM_PREFIX + "so-mau",
        "type": type_,
        "time": "2026-11-22T02:59:30Z",
        "dataschema": "urn:hub:schema:dossier.received:1.0",
        "datacontenttype": CONTENT_TYPE,
    }
    return Delivery(
        attributes=attributes if subject is None else {**attributes, "subject": subject},
        body=json.dumps({"text": text}, ensure_ascii=False).encode(),
        signature="c2lnbmF0dXJl..bWF1",
        token="mau",  # noqa: S106  (the word says it: a sample)
        address="urn:hub:system:phuong-mau",
        recipient="phuong-mau",
    )
