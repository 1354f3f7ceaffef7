"""The shipped examples can be paid, and what is told fits the shipped schemas."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hub_adapter_payment import fee
from hub_adapter_payment.difference import Difference, Kind, Payment
from hub_adapter_payment.fee import VIET_NAM
from hub_adapter_payment.inbound import PaymentIn
from hub_adapter_payment.reconcile import _draft, _row
from lgsp_adapter import Context
from lgsp_adapter.context import utc_now
from lgsp_adapter.testing import delivery

import hub.schemas
from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema

EXAMPLES = Path(hub.schemas.__file__).parent / "examples"


def fits(name, body):
    return compile_schema(load(f"urn:hub:schema:{name}:1.0").document).check(body) is None


@pytest.mark.parametrize("name", ["valid-full.json", "valid-minimal.json"])
def test_each_shipped_fee_becomes_a_payment(name):
    made = delivery("d-1", type_="vn.gov.dossier.fee-due.v1")
    body = (EXAMPLES / "dossier.fee-due" / name).read_bytes()
    due = fee.read(replace(made, body=body))
    content = fee.content(due, "MAU", {"channel": "1", "device": "1", "ip": "0.0.0.0"})
    assert content["SoTien"] == json.loads(body)["total"]


def test_a_payment_that_is_told_fits_its_schema(tmp_path):
    raw = {"state": str(tmp_path / "s.db"), "secret": "env:MAU"}
    service = PaymentIn(PaymentIn.config_of(raw))
    service.ctx = Context("payment-in", now=utc_now)
    known = {"dossier_code": "H99-1", "agency": "H99.1", "total": 8000}
    for changes in ({}, {"SoTien": 1, "LoaiBanTin": "REFUND", "MaNganHang": "NHMAU"}):
        call = {"MaThamChieu": "TT-1", "SoTien": "8000", "ThoiGianGD": "20261122090000", **changes}
        assert fits("dossier.fee-paid", service._body(call, "GD-1", known))


def test_a_difference_that_is_told_fits_its_schema():
    theirs = Payment(transaction="GD-1", reference="TT-1", amount=8000)
    found = Difference(kind=Kind.MISSING_HERE, ours=None, theirs=theirs)
    day = utc_now().astimezone(VIET_NAM).date()
    draft = _draft("x", json.loads(json.dumps(_row(day, found))), ("urn:hub:org:H99.3",))
    assert fits("record.changed", json.loads(draft.body))
