"""Money: whole đồng, one message for one transaction, nothing believed without its code."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hub_adapter_payment import PaymentIn, PaymentOut, PaymentReconcile
from hub_adapter_payment.difference import Kind, Payment, differences
from hub_adapter_payment.fee import dong
from hub_adapter_payment.mac import Key, is_authentic, mac
from lgsp_adapter import Context, Done, Reject, Request, Retryable
from lgsp_adapter.testing import delivery
from lgsp_adapter.testing.desk import OpenDesk

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SECRET = "bi-mat-mau"


async def secret(_name):
    return SECRET


def context(now):
    return Context("payment", resolvers={"test": secret}, now=now)


def fee_due(id_="d-1", **changes):
    body = {
        "dossier_code": "000.00.15.H99-260310-0001",
        "reference": "TT-1",
        "procedure": {"code": "1.000000.H99"},
        "agency": {"code": "H99.1"},
        "fees": [{"code": "LP", "name": "Lệ phí mẫu", "amount": 8000, "kind": "2"}],
        "total": 8000,
        "account": {"number": "0000", "bank_code": "NHMAU"},
        "requested_at": "2026-03-10T08:30:00+07:00",
        **changes,
    }
    made = delivery(id_, type_="vn.gov.dossier.fee-due.v1")
    return replace(made, body=json.dumps(body, ensure_ascii=False).encode())


FINANCE = "urn:hub:org:H99.3"


class Rig:
    """`payment-out` and `payment-in` over one state file."""

    def __init__(self, folder):
        self.time, self.sent, self.answers, self.desk = NOW, [], [], OpenDesk()
        shared = {"state": str(folder / "s.db"), "secret": "test:s"}
        out = {**shared, "url": "https://mau.example", "partner": "MAU"}
        self.out = PaymentOut(PaymentOut.config_of(out), self.connect)
        self.inbound = PaymentIn(PaymentIn.config_of(shared))
        since = {**out, "since": "2026-11-22", "recipients": [FINANCE]}
        self.reconcile = PaymentReconcile(PaymentReconcile.config_of(since), self.connect)

    def connect(self, _ctx, _seconds):
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def handle(self, request):
        self.sent.append((request.url.path, json.loads(request.content)))
        answer = self.answers.pop(0) if self.answers else {"MaLoi": "00"}
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(200, json=answer)

    async def __aenter__(self):
        ctx = context(lambda: self.time)
        await self.out.open(ctx)
        await self.inbound.open(ctx, self.desk)
        await self.reconcile.open(ctx, None)
        return self

    async def __aexit__(self, *_):
        await self.out.close()
        await self.inbound.close()
        await self.reconcile.close()

    async def begin(self, **changes):
        (result,) = await self.out.write([fee_due(**changes)])
        return result

    async def call_back(self, **changes):
        content = {
            "LoaiBanTin": "PAY",
            "MaLoi": "00",
            "MaThamChieu": "TT-1",
            "SoTien": "8000",
            "MaGiaoDich": "GD-1",
            "MaNganHang": "NHMAU",
            "TrangThaiGD": "1",
            **changes,
        }
        joined = "|".join(map(str, content.values())) + SECRET
        content.setdefault("MaXacThuc", hashlib.sha256(joined.encode()).hexdigest())
        body = json.dumps(content).encode()
        return await self.inbound.answer(
            Request(method="POST", path="/", query={}, headers={}, body=body)
        )


@pytest.mark.parametrize(
    ("bar", "joined"), [(False, b"1|2|bi-mat-mau"), (True, b"1|2||bi-mat-mau")]
)
def test_the_code_is_sha256_of_fields_joined_by_a_bar_and_the_secret(bar, joined):
    content, key = {"A": "1", "B": 2, "C": None}, Key(secret=SECRET, bar_before=bar)
    expected = hashlib.sha256(joined).hexdigest()
    assert mac(content, ("A", "B", "C"), key) == expected
    for given in (expected, expected.upper()):
        assert is_authentic({**content, "MaXacThuc": given}, ("A", "B", "C"), key)


@pytest.mark.parametrize("given", [None, "", "0" * 64, "không", 7])
def test_any_other_code_is_refused(given):
    assert not is_authentic({"A": "1", "MaXacThuc": given}, ("A",), Key(secret=SECRET))


def test_a_bar_inside_a_field_cannot_move_money_to_the_next():
    with pytest.raises(Reject):
        mac({"A": "1|2", "B": ""}, ("A", "B"), Key(secret=SECRET))


@pytest.mark.parametrize("value", [True, 1.0, -1, "1.000", "1e3", "-5", " 5", None, 10**16, "٣"])
def test_what_is_no_amount_of_dong_is_rejected(value):
    with pytest.raises(Reject):
        dong(value, "/x")


async def test_a_fee_that_is_due_begins_a_payment(tmp_path):
    async with Rig(tmp_path) as rig:
        assert await rig.begin() == Done(ref="TT-1")
    path, content = rig.sent[0]
    assert path == "/init"
    assert (content["MaThamChieu"], content["SoTien"]) == ("TT-1", 8000)
    assert content["LoaiHinhThanhToan"] == "PAY"
    assert content["ThongTinBienLai"]["MaDVC"] == "1.000000.H99.01"
    assert content["ThoiGianGD"] == "20260310083000"


async def test_the_same_fee_again_sends_the_same_bytes(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        rig.time += timedelta(hours=1)
        await rig.begin()
    assert rig.sent[0] == rig.sent[1]


async def test_a_reference_used_for_another_fee_is_refused(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        result = await rig.begin(id_="d-2")
    assert isinstance(result, Reject)
    assert result.code == "reference_reused"
    assert len(rig.sent) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": 9000}, "amounts_disagree"),
        ({"total": "tám nghìn"}, "bad_amount"),
        ({"fees": []}, "amounts_disagree"),
        ({"fees": [{"name": "x"}]}, "not_a_fee"),
        ({"agency": None}, "not_a_fee"),
    ],
)
async def test_nobody_is_asked_for_a_wrong_sum(tmp_path, changes, code):
    async with Rig(tmp_path) as rig:
        result = await rig.begin(**changes)
    assert isinstance(result, Reject)
    assert result.code == code
    assert not rig.sent


async def test_after_a_crash_the_platform_is_asked_by_the_reference(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.answers = [httpx2.ReadTimeout("mau")]
        assert isinstance(await rig.begin(), Retryable)
    async with Rig(tmp_path) as rig:
        key = fee_due().key
        assert await rig.out.find(key) == Done(ref="TT-1")
        rig.answers = [{"MaLoi": "404"}]
        assert await rig.out.find(key) is None
        assert await rig.out.find("so-mau/never/phuong-mau") is None
    assert [content["MaThamChieu"] for _, content in rig.sent] == ["TT-1", "TT-1"]


async def test_a_payment_becomes_one_message_however_often_it_is_told(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        for _ in range(3):
            answer = await rig.call_back()
            assert (answer.status, json.loads(answer.body)["MaLoi"]) == (200, "00")
            rig.time += timedelta(hours=1)
    assert len({draft.id for draft in rig.desk.drafts}) == 1
    assert len({draft.body for draft in rig.desk.drafts}) == 1
    body = json.loads(rig.desk.drafts[0].body)
    assert (body["reference"], body["transaction_id"], body["amount"]) == ("TT-1", "GD-1", 8000)
    assert body["paid_at"] == "2026-11-22T10:00:00+07:00"
    assert "note" not in body


async def test_whoever_asked_for_the_fee_hears_that_it_is_paid(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        await rig.call_back()
    (draft,) = rig.desk.drafts
    assert draft.recipients == (f"urn:hub:org:{json.loads(draft.body)['agency']['code']}",)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"MaXacThuc": "0" * 64}, 401),
        ({"MaThamChieu": "TT-9"}, 404),
        ({"SoTien": "8000.5"}, 400),
        ({"MaGiaoDich": ""}, 400),
    ],
)
async def test_what_cannot_be_believed_is_refused_and_not_handed_in(tmp_path, changes, status):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        answer = await rig.call_back(**changes)
    assert answer.status == status
    assert json.loads(answer.body)["MaLoi"] != "00"
    assert not rig.desk.drafts


async def test_a_payment_that_failed_moves_nothing(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        assert (await rig.call_back(MaLoi="24", TrangThaiGD="2")).status == 200
    assert not rig.desk.drafts


async def test_another_amount_is_told_as_it_moved_and_marked(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        await rig.call_back(SoTien=5000)
    body = json.loads(rig.desk.drafts[0].body)
    assert body["amount"] == 5000
    assert "8000" in body["note"]


async def test_a_transaction_with_another_amount_later_is_refused(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        await rig.call_back()
        assert (await rig.call_back(SoTien=1)).status == 409
    assert len(rig.desk.drafts) == 1


async def test_while_the_hub_is_away_the_platform_is_told_to_come_again(tmp_path):
    async with Rig(tmp_path) as rig:
        await rig.begin()
        rig.desk.trouble = Retryable("away", untouched=True)
        with pytest.raises(Retryable):
            await rig.call_back()
        rig.desk.trouble = None
        rig.time += timedelta(days=1)
        await rig.call_back()
    assert json.loads(rig.desk.drafts[0].body)["paid_at"] == "2026-11-22T10:00:00+07:00"


def test_the_two_sides_are_compared_in_every_way():
    ours = {
        n: Payment(transaction=n, reference="R", amount=a)
        for n, a in zip("abcd", [1, 2, 3, 4], strict=True)
    }
    theirs = [
        Payment(transaction="a", reference="R", amount=1),
        Payment(transaction="b", reference="R", amount=20),
        Payment(transaction="c", reference="S", amount=3),
        Payment(transaction="x", reference="R", amount=9),
    ]
    found = differences(ours, ["a", "b", "c", "d"], theirs)
    assert [(each.transaction, each.kind) for each in found] == [
        ("b", Kind.AMOUNT),
        ("c", Kind.REFERENCE),
        ("x", Kind.MISSING_HERE),
        ("d", Kind.MISSING_THERE),
    ]


def test_a_call_after_midnight_is_no_difference():
    ours = {"a": Payment(transaction="a", reference="R", amount=1)}
    assert differences(ours, ["a"], [], ["a"]) == []


async def test_a_payment_the_hub_was_never_told_of_is_found_once_the_day_is_over(tmp_path):
    rows = [
        {"MaGiaoDich": "GD-1", "MaThamChieu": "TT-1", "SoTien": 8000, "TrangThaiGD": "1"},
        {"MaGiaoDich": "GD-2", "MaThamChieu": "TT-2", "SoTien": "7000", "TrangThaiGD": "1"},
        {"MaGiaoDich": "GD-3", "MaThamChieu": "TT-3", "SoTien": 6000, "TrangThaiGD": "2"},
    ]
    async with Rig(tmp_path) as rig:
        await rig.begin()
        await rig.call_back()
        assert await rig.reconcile.read(10) == []
        rig.time += timedelta(days=1)
        rig.answers = [{"MaLoi": "00", "DanhSach": []}, {"MaLoi": "00", "DanhSach": rows}]
        (record,) = await rig.reconcile.read(10)
        assert await rig.reconcile.read(10) == []
    found = json.loads(record.message.body)
    assert found["dataset"] == "payment.reconciliation"
    assert found["record"]["kind"] == "missing_here"
    assert found["record"]["transaction_id"] == "GD-2"
    assert (found["record"]["hub_amount"], found["record"]["platform_amount"]) == (None, 7000)
    assert record.message.recipients == (FINANCE,)


async def test_an_answer_without_a_list_does_not_tick_the_day_off(tmp_path):
    async with Rig(tmp_path) as rig:
        rig.time += timedelta(days=1)
        rig.answers = [{"MaLoi": "00"}]
        with pytest.raises(Retryable):
            await rig.reconcile.read(10)
        rows = [{"MaGiaoDich": "GD-2", "MaThamChieu": "TT-2", "SoTien": 7000}]
        rig.answers = [{"MaLoi": "00", "DanhSach": []}, {"MaLoi": "00", "DanhSach": rows}]
        assert len(await rig.reconcile.read(10)) == 1
