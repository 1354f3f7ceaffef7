"""The portal's sandbox on a bad day: nothing lost, nothing doubled."""

import pytest
from dvcqg_rig import CODE, Rig, doubled, later, step, submitted
from hub_adapter_dvcqg import PortalSink
from lgsp_adapter import Backpressure, Retryable
from lgsp_adapter.testing.peers import FAULTS, matrix, named
from sandbox_dvcqg import PortalSandbox

# A file has no schema: whatever comes whole with 200 is the file.
OF_A_FILE = [fault for fault in FAULTS if fault["what"] != "wrong_schema"]
RECEIVING = [*matrix("/adapter", "/auth"), *matrix("/files", faults=OF_A_FILE)]


@pytest.mark.parametrize(("path", "fault"), matrix("/adapter", "/auth"), ids=named)
async def test_a_bad_day_loses_and_doubles_nothing_that_is_sent(portal, fault, path):
    rig = Rig(portal)
    portal.misbehave(path=path, times=2, **fault)
    codes = ["MAU-1", "MAU-2", "MAU-3"]
    await rig.send(*(submitted(code, f"d-{code}") for code in codes))
    portal.sessions.end_all()
    portal.misbehave(path=path, times=3, **fault)
    await rig.send(*(step(n, code, f"s-{code}-{n}") for code in codes for n in range(4)))
    assert len(rig.bus.delivered) == 15
    assert rig.bus.dead_letters == {}
    assert sorted(portal.dossiers) == codes
    assert [len(portal.steps[code]) for code in codes] == [4, 4, 4]
    assert doubled(portal) == []


@pytest.mark.parametrize(("path", "fault"), matrix("/adapter"), ids=named)
async def test_a_bad_day_loses_and_doubles_no_update(portal, fault, path):
    rig = Rig(portal)
    await rig.send(submitted())
    portal.misbehave(path=path, times=3, **fault)
    await rig.send(later("received"), later("result", "e-2"), later("returned", "e-3"))
    assert len(rig.bus.delivered) == 4
    assert portal.dossiers[CODE]["TrangThaiHoSo"] == "10"
    assert portal.dossiers[CODE]["NgayTiepNhan"] == "20260310090000"
    assert doubled(portal) == []


@pytest.mark.parametrize(("path", "fault"), RECEIVING, ids=named)
async def test_a_bad_day_loses_and_doubles_nothing_that_is_received(portal, fault, path):
    rows = [portal.submit(content=b"%%PDF-1.7 %d" % number) for number in range(4)]
    portal.misbehave(path=path, times=3, **fault)
    rig = Rig(portal)
    for _ in range(2):
        await rig.receive()
    subjects = sorted(str(draft.subject) for draft in rig.bus.drafts)
    assert subjects == sorted(row["MaHoSo"] for row in rows)
    assert rig.bus.dead_letters == {}
    assert set(rig.objects.contents.values()) == {b"%%PDF-1.7 %d" % n for n in range(4)}
    assert len(portal.journal.effects("mark")) == 4
    assert doubled(portal) == []


@pytest.mark.parametrize("what", ["duplicate", "reorder"])
async def test_a_list_with_a_row_twice_or_in_another_order_doubles_nothing(portal, what):
    for _ in range(4):
        portal.submit()
    portal.misbehave(what, times=2)
    rig = Rig(portal)
    await rig.receive()
    assert len(rig.bus.admitted) == 4
    assert doubled(portal) == []


async def test_while_the_hub_takes_nothing_the_portal_keeps_the_dossier(portal):
    portal.submit()
    rig = Rig(portal)
    rig.bus.refuse_next = 2
    await rig.receive()
    assert len(rig.bus.admitted) == 1
    assert len(portal.journal.effects("mark")) == 1


async def test_an_expired_certificate_holds_everything_up_and_loses_nothing(clock):
    async with PortalSandbox(seed=1, clock=clock, tls=True) as portal:
        portal.submit()
        rig = Rig(portal, timeout_seconds=5)
        portal.misbehave("expired_certificate", times=2)
        await rig.send(submitted("MAU-1"))
        portal.misbehave("expired_certificate", times=3)
        await rig.receive()
        assert not portal.mischief.pending
        assert len(rig.bus.delivered) == len(rig.bus.admitted) == 1
        assert doubled(portal) == []


@pytest.mark.parametrize(
    ("what", "kind", "code"),
    [
        ("error_500", Retryable, "500"),
        ("rate_limited", Backpressure, "429"),
        ("half_body", Retryable, None),
    ],
)
async def test_each_fault_is_of_its_class_with_the_portal_s_code(portal, what, kind, code):
    rig = Rig(portal)
    sink = PortalSink(PortalSink.config_of(rig.settings), rig.connect)
    await sink.open(rig.context("sandbox-password"))
    portal.misbehave(what, path="/adapter")
    (result,) = await sink.write([submitted()])
    await sink.close()
    assert isinstance(result, Retryable | Backpressure)
    assert (type(result), result.peer_code) == (kind, code)


async def test_a_bad_day_of_all_calls_loses_and_doubles_nothing(portal):
    for _ in range(10):
        portal.submit()
    rig = Rig(portal)
    codes = [f"MAU-{number}" for number in range(10)]
    portal.mischief.bad_day(0.2, seed=3)
    await rig.send(*(submitted(code, f"d-{code}") for code in codes))
    await rig.send(*(step(n, code, f"s-{code}-{n}") for code in codes for n in range(3)))
    await rig.receive()
    portal.mischief.bad_day(0)
    await rig.receive()
    assert len(rig.bus.delivered) == 40
    assert len(rig.bus.admitted) == 10
    assert rig.bus.dead_letters == {}
    assert doubled(portal) == []
